"""ecosystems.toml: what it means, and the files it is read from."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pipelines.catalogue import Catalogue, Entity, HubSelector, Name
from pipelines.errors import CatalogueError

HEAD = """[[ecosystem]]
id = "qwen"
label = "Qwen"
[[ecosystem]]
id = "ggml"
label = "ggml"
"""
PROJECT = """[[project]]
label = "Qwen"
ecosystem = "qwen"
region = "china"
layer = "model"
repositories = ["QwenLM/Qwen3"]
"""
LLAMA_CPP = """[[project]]
id = "llama-cpp"
label = "llama.cpp"
ecosystem = "ggml"
region = "eu"
layer = "inference"
repositories = [
  { name = "ggml-org/llama.cpp", id = "ggerganov/llama.cpp", former = [
    { name = "ggerganov/llama.cpp", until = 2025-02-16 },
  ] },
]
huggingface = ["ggml-org", "google/gemma*"]
"""


def mistakes(text: str, folder: Path | None = None) -> list[str]:
    """All that is said of a catalogue, a line each."""
    with pytest.raises(CatalogueError) as caught:
        Catalogue.parse(text, folder=folder)
    return str(caught.value).splitlines()


def second(line: str) -> str:
    """A catalogue with a second project that has this line."""
    project = '[[project]]\nlabel = "Other"\necosystem = "qwen"\nregion = "us"\nlayer = "model"\n'
    return f"{HEAD}{PROJECT}{project}{line}\n"


# -- what it means -----------------------------------------------------------------------------------------------------


def test_a_project_says_what_to_watch_and_where_it_belongs() -> None:
    catalogue = Catalogue.parse(HEAD + PROJECT + LLAMA_CPP)
    qwen, llama = catalogue.projects
    assert (qwen.slug, qwen.label, qwen.ecosystem, qwen.region, qwen.layer) == (
        "qwen",
        "Qwen",
        "qwen",
        "china",
        "model",
    )
    assert (qwen.entity_id, qwen.repositories[0].entity_id) == ("project:qwen", "repository:QwenLM/Qwen3")
    assert llama.repositories[0].subject == "github:ggml-org/llama.cpp"
    assert llama.repositories[0].entity_id == "repository:ggerganov/llama.cpp"
    assert llama.hub == (HubSelector("ggml-org"), HubSelector("google", "gemma*"))
    assert llama.organizations == ("ggml-org", "google")
    assert catalogue.project("llama-cpp") is llama
    assert llama.repository("github:ggml-org/llama.cpp") is llama.repositories[0]
    for missing in (lambda: catalogue.project("none"), lambda: llama.repository("github:none/none")):
        with pytest.raises(KeyError):
            missing()


def test_names_are_dated_half_open_and_the_current_begins_where_the_last_ended() -> None:
    text = second(
        'repositories = [{ name = "c/three", former = ['
        '{ name = "a/one", until = 2020-01-01 }, { name = "b/two", until = 2021-01-01 }] }]',
    )
    names = Catalogue.parse(text).projects[1].repositories[0].names
    assert names == (
        Name("c/three", date(2021, 1, 1), None),
        Name("b/two", date(2020, 1, 1), date(2021, 1, 1)),
        Name("a/one", None, date(2020, 1, 1)),
    )
    assert [name.covers(date(2020, 12, 31)) for name in names] == [False, True, False]
    assert [name.covers(date(2021, 1, 1)) for name in names] == [True, False, False]


def test_a_former_name_without_dates_is_taken_as_it_is() -> None:
    names = (
        Catalogue.parse(second('repositories = [{ name = "a/new", former = ["b/old"] }]'))
        .projects[1]
        .repositories[0]
        .names
    )
    assert names == (Name("a/new"), Name("b/old"))


def test_a_name_can_go_from_one_repository_to_another() -> None:
    text = second(
        'repositories = [{ name = "fb/fairseq", former = [{ name = "pytorch/fairseq", until = 2022-05-19 }] },'
        '{ name = "fb/fairseq-lua", former = [{ name = "fb/fairseq", until = 2022-05-17 }] }]',
    )
    current, lua = Catalogue.parse(text).projects[1].repositories
    assert current.names[0].valid_from == date(2022, 5, 19)
    assert lua.names[1].valid_until == date(2022, 5, 17)


def test_a_repository_can_come_back_to_a_name() -> None:
    text = second(
        'repositories = [{ name = "a/one", from = 2022-01-01, former = ['
        '{ name = "a/two", from = 2021-01-01, until = 2022-01-01 }, { name = "a/one", until = 2021-01-01 }] }]',
    )
    assert [name.name for name in Catalogue.parse(text).projects[1].repositories[0].names] == [
        "a/one",
        "a/two",
        "a/one",
    ]


def test_entities_stand_in_their_order_and_an_ecosystem_in_two_regions_has_no_parent() -> None:
    text = second('huggingface = ["other"]')
    assert Catalogue.parse(text).entities() == [
        Entity("region:china", "region", "China", None),
        Entity("region:us", "region", "US", None),
        Entity("layer:model", "layer", "Models", None),
        Entity("ecosystem:qwen", "ecosystem", "Qwen", None),
        Entity("project:qwen", "project", "Qwen", "ecosystem:qwen"),
        Entity("repository:QwenLM/Qwen3", "repository", "QwenLM/Qwen3", "project:qwen"),
        Entity("project:other", "project", "Other", "ecosystem:qwen"),
    ]
    assert Entity("ecosystem:qwen", "ecosystem", "Qwen", "region:china") in Catalogue.parse(HEAD + PROJECT).entities()


@pytest.mark.parametrize(
    ("selector", "model", "expected"),
    [
        ("Qwen", "Qwen/Qwen3-8B", True),
        ("Qwen", "qwen/qwen3-8b", True),
        ("Qwen", "QwenX/Qwen3", False),
        ("google/*gemma*", "google/codeGemma-2b", True),
        ("google/gemma-?b", "google/gemma-2b", True),
        ("google/gemma-?b", "google/gemma-27b", False),
        ("google/gemma", "google/gemma-2b", False),
    ],
)
def test_which_models_a_selector_means(selector: str, model: str, expected: bool) -> None:
    catalogue = Catalogue.parse(second(f'huggingface = ["{selector}"]'))
    assert str(catalogue.projects[1].hub[0]) == selector
    assert catalogue.projects[1].hub[0].matches(model) is expected
    assert (catalogue.project_of_model(model) is not None) is expected


def test_a_pattern_of_stars_is_the_whole_organisation() -> None:
    assert Catalogue.parse(second('huggingface = ["google/*"]')).projects[1].hub == (HubSelector("google"),)


def test_a_model_that_two_patterns_select_counts_for_the_first() -> None:
    text = second('huggingface = ["google/*t5*"]') + PROJECT.replace('"Qwen"', '"Gemma"').replace(
        'repositories = ["QwenLM/Qwen3"]',
        'huggingface = ["google/*gemma*"]',
    )
    project = Catalogue.parse(text).project_of_model("google/t5gemma-2b")
    assert project is not None
    assert project.slug == "other"


def test_the_rest_of_a_catalogue() -> None:
    text = (
        'simulated = true\npeople.domains = ["Acme.example"]\n'
        + HEAD
        + PROJECT
        + "from = 2024-01-01\nuntil = 2025-01-01\n"
    )
    catalogue = Catalogue.parse(text)
    assert catalogue.simulated
    assert catalogue.domains == {"acme.example"}
    assert (catalogue.projects[0].valid_from, catalogue.projects[0].valid_to) == (date(2024, 1, 1), date(2025, 1, 1))
    assert catalogue.text == text
    assert catalogue.sha256 != Catalogue.parse(text + "\n").sha256


# -- the file of regions -----------------------------------------------------------------------------------------------


def regions(folder: Path, *rows: str, header: str = "hf_org,region,notes") -> str:
    (folder / "regions.csv").write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return '[regions]\nfile = "regions.csv"\n' + HEAD + PROJECT + 'huggingface = ["Qwen"]\n'


def test_organisations_of_the_regions_file_are_kept_and_own_entries_win(tmp_path: Path) -> None:
    text = regions(
        tmp_path, "qwen,us,", "mistralai,eu,", '"allenai",us,"a, b"', "unlisted,unknown,", "mistralai,eu,twice"
    )
    catalogue = Catalogue.parse(text, folder=tmp_path)
    assert catalogue.organization_regions == {
        "qwen": "china",
        "mistralai": "eu",
        "allenai": "us",
        "unlisted": "unknown",
    }
    assert len(catalogue.conflicts) == 1
    assert "ecosystems.toml:15: Qwen is 'china' here and 'us' in" in catalogue.conflicts[0]
    assert "regions.csv:2; 'china' is used" in catalogue.conflicts[0]


def test_the_hash_changes_with_the_regions_file(tmp_path: Path) -> None:
    one = Catalogue.parse(regions(tmp_path, "mistralai,eu,"), folder=tmp_path).sha256
    assert one != Catalogue.parse(regions(tmp_path, "mistralai,us,"), folder=tmp_path).sha256


def test_mistakes_in_the_regions_file_have_its_lines(tmp_path: Path) -> None:
    found = mistakes(regions(tmp_path, "a,usa,", "b,eu,", "B,us,"), folder=tmp_path)
    assert found[0].endswith("regions.csv:2: region of a 'usa' is unknown: did you mean 'us'?")
    assert found[1].endswith("regions.csv:4: B is 'eu' in line 3: remove one.")
    found = mistakes(regions(tmp_path, header="org,country"), folder=tmp_path)
    assert found[0].endswith(
        "regions.csv:1: no column hf_org and no column region: the first line must be hf_org,region."
    )


def test_a_regions_file_that_is_not_there_is_named_with_the_line(tmp_path: Path) -> None:
    text = regions(tmp_path)
    (tmp_path / "regions.csv").unlink()
    assert mistakes(text, folder=tmp_path)[0].startswith("ecosystems.toml:2: ")
    (tmp_path / "regions.csv").write_bytes(b"\xff\xfe")
    assert "not UTF-8 text" in mistakes(text, folder=tmp_path)[0]


# -- the file itself ---------------------------------------------------------------------------------------------------


def test_a_file_is_read_with_its_byte_order_mark_and_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(b"\xef\xbb\xbf" + (HEAD + PROJECT).replace("\n", "\r\n").encode())
    assert Catalogue.load(path).projects[0].slug == "qwen"


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "there is no such file"), (b"\n\xff", ":2: this is not UTF-8 text"), (b"x", ":1: this is not valid TOML")],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None, said: str) -> None:
    path = tmp_path / "mine.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CatalogueError) as caught:
        Catalogue.load(path)
    assert str(caught.value).startswith(str(path))
    assert said in str(caught.value)
    with pytest.raises(CatalogueError, match="cannot be read"):
        Catalogue.load(tmp_path)


def test_a_line_of_the_regions_that_is_not_utf8_is_left_out_and_said(tmp_path: Path) -> None:
    text = regions(tmp_path)
    path = tmp_path / "regions.csv"
    path.write_bytes(path.read_bytes() + b"heron,eu\ncl\xffown,us\nlast-one,china\n")
    read = Catalogue.parse(text, folder=tmp_path)
    assert read.organization_regions["heron"] == "eu"
    assert read.organization_regions["last-one"] == "china"
    assert not [name for name in read.organization_regions if "own" in name]
    assert [remark for remark in read.conflicts if "not UTF-8" in remark]


def test_a_repository_names_what_it_was_forked_from() -> None:
    text = """
[[ecosystem]]
id = "one"
label = "One"
[[project]]
label = "A"
ecosystem = "one"
region = "us"
layer = "model"
repositories = [{ name = "own/name", fork_of = "up/stream" }, "up/stream"]
"""
    (project,) = Catalogue.parse(text).projects
    assert [repository.fork_of for repository in project.repositories] == ["up/stream", None]
