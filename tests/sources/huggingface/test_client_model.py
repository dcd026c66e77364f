"""A model's row as the Hub sends it, read into values; strangers write these rows."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from pipelines.sources import untrusted
from pipelines.sources.huggingface.client import model as reading
from pipelines.sources.huggingface.client.model import BaseModel


def bases(**row: Any) -> list[tuple[str, str]]:
    return [(base.id, base.relation) for base in reading.base_models({"id": "me/mine", **row})]


def test_the_three_tellings_of_a_base_are_one_with_the_hubs_id() -> None:
    row = {
        "id": "me/mine",
        "baseModels": {"relation": "quantized", "models": [{"_id": "66bd", "id": "aurora-lab/Aurora-1"}]},
        "tags": ["base_model:aurora-lab/Aurora-1", "base_model:quantized:aurora-lab/Aurora-1"],
        "cardData": {"base_model": "aurora-lab/Aurora-1"},
    }
    assert reading.base_models(row) == [BaseModel("aurora-lab/Aurora-1", "66bd", "quantized")]


def test_a_plain_tag_has_no_relation() -> None:
    assert bases(tags=["base_model:a/b"]) == [("a/b", "unspecified")]
    assert bases(tags=["base_model:a/b", "base_model:merge:a/b"]) == [("a/b", "merge")]
    assert bases(tags=["base_model:merge:a/b", "base_model:a/b"]) == [("a/b", "merge")]


def test_the_card_alone_says_the_base_and_perhaps_the_relation() -> None:
    assert bases(cardData={"base_model": ["a/b", "c/d"]}) == [("a/b", "unspecified"), ("c/d", "unspecified")]
    assert bases(cardData={"base_model": "a/b", "base_model_relation": "adapter"}) == [("a/b", "adapter")]
    assert bases(cardData={"base_model": "a/b", "base_model_relation": "cousin"}) == [("a/b", "unspecified")]


def test_a_card_that_uses_a_renamed_bases_former_name_adds_no_second_parent() -> None:
    tags = ["base_model:aurora-lab/Aurora-1-8B", "base_model:finetune:aurora-lab/Aurora-1-8B"]
    assert bases(tags=tags, cardData={"base_model": "aurora/Meta-Aurora-1-8B"}) == [
        ("aurora-lab/Aurora-1-8B", "finetune")
    ]
    assert bases(tags=tags, cardData={"base_model": "AURORA-LAB/aurora-1-8b"}) == [
        ("aurora-lab/Aurora-1-8B", "finetune")
    ]


def test_bases_that_only_the_card_knows_are_kept_with_the_models_one_relation() -> None:
    tags = ["base_model:merge:new/Heron-14B"]
    card = {"base_model": ["gone/Marsh-7B", "old/Heron-14B", "gone/Reed-7B"]}
    assert bases(tags=tags, cardData=card) == [
        ("gone/Marsh-7B", "merge"),
        ("gone/Reed-7B", "merge"),
        ("new/Heron-14B", "merge"),
    ]


def test_a_row_with_thousands_of_bases_is_cut_and_costs_no_time() -> None:
    tags = [f"base_model:tag{number}/{'a' * 100}{number}" for number in range(5_000)]
    card = {"base_model": [f"card{number}/{'b' * 100}{number}" for number in range(5_000)]}
    began = time.process_time()
    assert len(bases(tags=tags, cardData=card)) == reading.BASE_MODELS
    assert len(bases(tags=tags[:20], cardData=card)) == reading.BASE_MODELS
    assert time.process_time() - began < 5.0


def test_a_model_is_not_its_own_base() -> None:
    assert bases(tags=["base_model:me/mine", "base_model:a/b"]) == [("a/b", "unspecified")]


@pytest.mark.parametrize(
    "value",
    [
        "",
        "  ",
        "/data/out",
        "./x",
        "../x",
        "~/x",
        "a/b/c",
        "<script>",
        "a b/c",
        "-x/y",
        "a/..",
        None,
        5,
        ["a/b"],
        "x/" + "y" * 400,
    ],
)
def test_what_is_no_model_id_is_dropped(value: object) -> None:
    assert reading.model_id(value) is None


@pytest.mark.parametrize("value", ["a/b", " a/b ", "a/b/", "https://huggingface.co/a/b", "hf.co/a/b"])
def test_ids_are_freed_of_what_stands_around_them(value: str) -> None:
    assert reading.model_id(value) == "a/b"


def test_text_is_capped_and_encodable() -> None:
    assert untrusted.text("x" * 10_000) == "x" * 10_000
    long = untrusted.text("x" * 100_000)
    assert long is not None
    assert (len(long), long[-1]) == (untrusted.TEXT_CHARACTERS, "…")
    assert untrusted.text("a\ud800b\x00") == "a?b\ufffd"
    assert untrusted.text(5) is None


def test_numbers_of_the_wrong_kind_are_not_told() -> None:
    assert [untrusted.count(v) for v in (5, 5.0, -1, 5.5, "5", True, None, 10**30, float("inf"))] == [
        5,
        5,
        -1,
        *[None] * 6,
    ]
    assert [untrusted.number(v) for v in (5, 0.5, "5", float("nan"), True, 10**400)] == [5.0, 0.5, *[None] * 4]


def test_times_are_utc() -> None:
    assert untrusted.moment("2026-01-01T00:00:00.000Z") == datetime(2026, 1, 1, tzinfo=UTC)
    assert untrusted.moment("2026-01-01T02:00:00+02:00") == datetime(2026, 1, 1, tzinfo=UTC)
    assert untrusted.moment("2026-01-01T00:00:00") == datetime(2026, 1, 1, tzinfo=UTC)
    assert untrusted.moment("0001-01-01T00:00:00+23:00") is None
    assert untrusted.moment("yesterday") is None
    assert untrusted.moment(5) is None


def test_licence_from_the_tag_else_the_card() -> None:
    assert reading.licence({"tags": ["license:mit"], "cardData": {"license": "other"}}) == "mit"
    assert reading.licence({"cardData": {"license": "apache-2.0"}}) == "apache-2.0"
    assert reading.licence({"cardData": {"license": ["mit", "gemma", "mit", 5]}}) == "mit, gemma"
    assert reading.licence({"tags": []}) is None


def test_children_are_the_sum_of_all_relations() -> None:
    assert reading.children({"childrenModelCount": {"adapter": 1, "merge": 0, "quantized": 2, "finetune": 3}}) == 6
    assert reading.children({"childrenModelCount": {}}) == 0
    assert reading.children({"childrenModelCount": 4}) == 4
    assert reading.children({"childrenModelCount": {"adapter": "x"}}) is None
    assert reading.children({}) is None


def test_parameters_from_safetensors_else_gguf() -> None:
    assert reading.parameters({"safetensors": {"total": 7}, "gguf": {"total": 8}}) == 7
    assert reading.parameters({"safetensors": {}, "gguf": {"total": 8}}) == 8
    assert reading.parameters({"safetensors": "big"}) is None


def test_gated_and_who_grants_it() -> None:
    told = [reading.gated(value) for value in (False, True, "auto", "manual", None)]
    assert told == [(False, None), (True, None), (True, "auto"), (True, "manual"), (None, None)]


def test_a_row_of_a_name_alone_is_bare() -> None:
    assert reading.is_bare({"id": "a/b", "childrenModelCount": {"merge": 1}})
    assert not reading.is_bare({"id": "a/b", "downloads": 0})


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"siblings": [{"rfilename": "model-00001-of-2.safetensors"}, {"rfilename": "README.md"}]}, ["safetensors"]),
        ({"siblings": [{"rfilename": "pytorch_model.bin"}, {"rfilename": "q/x.Q4.gguf"}]}, ["gguf", "pickle"]),
        ({"siblings": [{"rfilename": "openvino_model.bin"}, {"rfilename": "onnx/model.onnx"}]}, ["onnx", "openvino"]),
        ({"siblings": [{"rfilename": "training_args.bin"}, {"rfilename": "config.json"}], "tags": ["pytorch"]}, []),
        ({"siblings": [{"rfilename": None}, "x", {"rfilename": "bin"}], "gguf": {"total": 1}}, ["gguf"]),
        ({"siblings": [{"rfilename": "m.mlpackage/Data/weight.bin"}, {"rfilename": "a.KERAS"}]}, ["coreml", "keras"]),
        ({"tags": ["safetensors", "pytorch", "en"]}, ["pickle", "safetensors"]),
        ({"tags": ["en"]}, []),
        ({"safetensors": {"total": 5}}, ["safetensors"]),
        ({"siblings": "none", "tags": 7}, None),
        ({}, None),
    ],
)
def test_formats_are_read_from_files_else_from_tags_and_unknown_is_not_none(
    row: dict[str, Any], expected: list[str] | None
) -> None:
    assert reading.formats(row) == expected
