"""huggingface_models over a loopback Hub: what is fetched, in what order, and what a bad day leaves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import huggingface_hub
import pytest
import stamina

from pipelines.catalogue import HubSelector, Project
from pipelines.errors import TerminalError, TransientError
from pipelines.sandbox.faults import HOSTILE_LICENSE, HOSTILE_TAG, Fault
from pipelines.sandbox.huggingface.models import HubModels, Query
from pipelines.sandbox.huggingface.server import HubServer
from pipelines.settings import Settings
from pipelines.sources import Batch, Request
from pipelines.sources.huggingface import models as huggingface_models
from pipelines.sources.huggingface.models import SOURCE

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=2):
        yield


@pytest.fixture(autouse=True, scope="module")
def _closed_at_the_end() -> Iterator[None]:
    yield
    huggingface_hub.close_session()


def model(name: str, *bases: str, relation: str = "finetune", **fields: Any) -> dict[str, Any]:
    tags = [f"base_model:{base}" for base in bases] + [f"base_model:{relation}:{base}" for base in bases]
    author = name.partition("/")[0]
    return {
        "_id": f"id-{name}",
        "id": name,
        "author": author,
        "createdAt": "2026-01-01T00:00:00.000Z",
        "downloads": len(name),
        "tags": [*tags, "license:mit"],
        **fields,
    }


FAMILY = [
    model(
        "aurora-lab/Base",
        downloadsAllTime=1_000,
        gated="auto",
        safetensors={"total": 7_000},
        config={"model_type": "aurora"},
    ),
    model("aurora-lab/Instruct", "aurora-lab/Base"),
    model("aurora-lab/Lonely"),
    model(
        "heron/Instruct-GGUF",
        "aurora-lab/Instruct",
        relation="quantized",
        gguf={"total": 7_001, "architecture": "aurora"},
    ),
    model("heron/Tune", "aurora-lab/Base"),
    model("reed/Tune-of-Tune", "heron/Tune"),
    model("reed/Merge", "heron/Tune", "aurora-lab/Instruct", relation="merge"),
    model("other-lab/Unrelated"),
]


def project(*selectors: HubSelector) -> Project:
    return Project("aurora", "Aurora", "aurora", "china", "model", hub=selectors or (HubSelector("aurora-lab"),))


def request(hub: HubServer, *selectors: HubSelector, progress: list[str] | None = None) -> Request:
    settings = Settings(home=Path("unused"), catalogue=Path("unused"), hf_endpoint=hub.endpoint)
    told = progress.append if progress is not None else lambda _text: None
    return Request("hf-org:aurora-lab", project(*selectors), settings, NOW, progress=told)


def fetch(hub: HubServer, *selectors: HubSelector) -> tuple[dict[str, dict[str, Any]], Batch]:
    batches = list(SOURCE.fetch(request(hub, *selectors)))
    rows = [row for batch in batches for row in batch.table.to_pylist()]
    assert len({row["name"] for row in rows}) == len(rows), "a model was written twice"
    assert all(batch.table.schema.equals(SOURCE.schema) for batch in batches)
    assert not any(batch.complete for batch in batches[:-1])
    return {row["name"]: row for row in rows}, batches[-1]


@pytest.fixture
def hub() -> Iterator[HubServer]:
    with HubServer(HubModels(FAMILY)) as server:
        yield server


def test_the_organisation_and_all_generations_below_it_are_fetched_once_each(hub: HubServer) -> None:
    progress: list[str] = []
    list(SOURCE.fetch(request(hub, progress=progress)))
    rows, last = fetch(hub)
    assert set(rows) == {row["id"] for row in FAMILY} - {"other-lab/Unrelated"}
    assert (last.complete, last.reason) == (True, None)
    assert progress[-1] == "7 models, 0 more to ask for derivatives"


def test_only_models_that_have_derivatives_are_asked_for_them(hub: HubServer) -> None:
    fetch(hub)
    asked = [target.partition("filter=")[2].partition("&")[0] for target in hub.requests if "filter=" in target]
    assert asked == ["base_model:aurora-lab/Base", "base_model:aurora-lab/Instruct", "base_model:heron/Tune"]


def test_the_row_says_what_the_hub_said(hub: HubServer) -> None:
    rows, _ = fetch(hub)
    assert rows["aurora-lab/Base"] == {
        "number": 0,
        "of_batch": None,
        "of_number": None,
        "of_last": None,
        "gone": None,
        "hub_id": "id-aurora-lab/Base",
        "name": "aurora-lab/Base",
        "author": "aurora-lab",
        "created_at": datetime(2026, 1, 1, tzinfo=UTC),
        "last_modified": None,
        "downloads": 15,
        "downloads_all_time": 1_000,
        "likes": None,
        "trending_score": None,
        "pipeline_tag": None,
        "library_name": None,
        "license": "mit",
        "license_name": None,
        "gated": True,
        "gating": "auto",
        "disabled": None,
        "parameters": 7_000,
        "formats": ["safetensors"],
        "model_type": "aurora",
        "architecture": None,
        "tags": ["license:mit"],
        "base_models": [],
        "children_models": 2,
        "spaces": None,
        "listing": "author:aurora-lab",
        "day": date(2026, 3, 1),
    }
    merge = rows["reed/Merge"]
    assert merge["listing"] == "base_model:aurora-lab/Instruct"
    assert [base["id"] for base in merge["base_models"]] == ["aurora-lab/Instruct", "heron/Tune"]
    assert {base["relation"] for base in merge["base_models"]} == {"merge"}
    assert (rows["heron/Instruct-GGUF"]["parameters"], rows["heron/Instruct-GGUF"]["architecture"]) == (7_001, "aurora")


def test_a_pattern_lists_the_organisation_but_follows_only_what_it_matches(hub: HubServer) -> None:
    rows, last = fetch(hub, HubSelector("aurora-lab", "inst*"))
    assert last.complete
    assert set(rows) == {
        "aurora-lab/Base",
        "aurora-lab/Instruct",
        "aurora-lab/Lonely",
        "heron/Instruct-GGUF",
        "reed/Merge",
    }


class WithoutCounts(HubModels):
    def page(self, query: Query) -> tuple[list[dict[str, Any]], str | None]:
        rows, cursor = super().page(query)
        return [{key: value for key, value in row.items() if key != "childrenModelCount"} for row in rows], cursor


def test_derivatives_are_asked_for_where_their_number_is_not_told() -> None:
    with HubServer(WithoutCounts(FAMILY)) as hub:
        rows, last = fetch(hub)
    assert last.complete
    assert len(rows) == 7
    assert rows["aurora-lab/Base"]["children_models"] is None


def test_an_organisation_without_models_is_a_complete_listing_of_nothing() -> None:
    with HubServer(HubModels([])) as hub:
        rows, last = fetch(hub)
    assert (rows, last.complete) == ({}, True)


def test_families_that_go_in_circles_end() -> None:
    with HubServer(HubModels([model("aurora-lab/A", "heron/B"), model("heron/B", "aurora-lab/A")])) as hub:
        rows, last = fetch(hub)
    assert set(rows) == {"aurora-lab/A", "heron/B"}
    assert last.complete


def test_rows_flow_in_batches(hub: HubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huggingface_models, "BATCH_ROWS", 2)
    sizes = [(batch.table.num_rows, batch.complete) for batch in SOURCE.fetch(request(hub))]
    assert sizes == [(3, False), (3, False), (1, True)]


def test_a_listing_that_breaks_off_keeps_its_rows_and_the_others_go_on(hub: HubServer) -> None:
    hub.faults.append(Fault("html", match="base_model:aurora-lab/Base", times=None))
    rows, last = fetch(hub)
    assert not last.complete
    assert set(rows) >= {"aurora-lab/Base", "aurora-lab/Instruct", "heron/Instruct-GGUF", "reed/Merge"}
    assert last.reason is not None
    assert "the derivatives of aurora-lab/Base" in last.reason
    assert hub.endpoint in last.reason
    assert last.state is None


def test_the_next_run_repairs_it(hub: HubServer) -> None:
    hub.faults.append(Fault("502", match="base_model:aurora-lab/Base", times=2))
    assert not fetch(hub)[1].complete
    rows, last = fetch(hub)
    assert last.complete
    assert len(rows) == 7


def test_a_first_page_that_cannot_be_had_is_an_error(hub: HubServer) -> None:
    hub.faults.append(Fault("cut", times=2))
    with pytest.raises(TransientError, match="aurora-lab"):
        fetch(hub)
    hub.faults.append(Fault("404"))
    with pytest.raises(TerminalError, match="HF_ENDPOINT"):
        fetch(hub)


def test_an_organisations_second_page_that_cannot_be_had_leaves_the_first_and_its_derivatives() -> None:
    many = [model(f"aurora-lab/M{index:04}") for index in range(1_500)] + [model("heron/T", "aurora-lab/M0000")]
    with HubServer(HubModels(many)) as hub:
        hub.faults.append(Fault("502", match="cursor=", times=None))
        rows, last = fetch(hub)
    assert len(rows) == 1_001
    assert "heron/T" in rows
    assert not last.complete
    assert "the models of aurora-lab" in str(last.reason)


def test_a_hub_that_is_down_is_not_asked_a_thousand_times() -> None:
    family = [model(f"aurora-lab/M{index}") for index in range(10)]
    family += [model(f"heron/T{index}", f"aurora-lab/M{index}") for index in range(10)]
    with HubServer(HubModels(family)) as hub:
        hub.faults.append(Fault("503", match="filter=", times=None))
        rows, last = fetch(hub)
        assert len(hub.requests) == 1 + 3 * 2
    assert len(rows) == 10
    assert "3 listings failed in a row: 7 models were not asked" in str(last.reason)


def test_the_cap_on_requests_is_kept_and_said(hub: HubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huggingface_models, "REQUESTS", 2)
    rows, last = fetch(hub)
    assert len(hub.requests) == 2
    assert "reed/Tune-of-Tune" not in rows
    assert not last.complete
    assert "cap of 2 requests was reached: 2 models were not asked" in str(last.reason)


def test_rows_without_an_id_and_pages_that_come_twice_are_counted() -> None:
    many = [model(f"aurora-lab/M{index:04}") for index in range(2_500)]
    with HubServer(HubModels(many)) as hub:
        hub.faults += [Fault("null-id"), Fault("repeated-page", match="cursor=")]
        rows, last = fetch(hub)
    assert len(rows) == 1_499 + 1  # the page that came twice brings the row that had no id at first
    assert not last.complete
    assert last.reason == (
        "rows left out because they had no id: 1; pages that came twice, so that others may be missing: 1"
    )


def test_hostile_values_survive_as_text_or_are_not_told(hub: HubServer) -> None:
    hub.faults.append(Fault("hostile"))
    rows, last = fetch(hub)
    spoilt = rows["aurora-lab/Base"]
    assert last.complete
    assert HOSTILE_TAG in spoilt["tags"]
    assert "lone ? surrogate" in spoilt["tags"]
    assert spoilt["license"] == f"mit, {HOSTILE_LICENSE}"
    assert (spoilt["likes"], spoilt["created_at"]) == (None, None)


def test_a_sample_is_complete_as_asked_but_remembered_as_a_sample() -> None:
    with HubServer(HubModels([model("heron/T", "aurora-lab/NotRecorded")], sample="recorded 2026-03-01")) as hub:
        rows, last = fetch(hub)
    assert set(rows) == {"heron/T"}, "a name without facts is followed, not written"
    assert (last.complete, last.reason) == (True, "recorded 2026-03-01")
    assert last.state == {"sample": "recorded 2026-03-01"}


def test_a_project_has_each_organisation_once() -> None:
    both = project(HubSelector("aurora-lab", "a*"), HubSelector("aurora-lab", "b*"), HubSelector("heron"))
    assert SOURCE.subjects(both) == ["hf-org:aurora-lab", "hf-org:heron"]
