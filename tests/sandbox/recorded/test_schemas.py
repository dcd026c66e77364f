"""docs/recorded.md and its schemas: what they promise is what is read, and their examples work."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from pydantic import ValidationError

from pipelines.catalogue import Catalogue
from pipelines.sandbox.recorded.github import recorded_github
from pipelines.sandbox.recorded.hub import hub_on
from pipelines.sandbox.recorded.records import LINES, RepositoryNote, Told
from pipelines.sandbox.recorded.schemas import DIALECT, EXAMPLES, OF_OTHERS, file_of, schema, text

ROOT = Path(__file__).resolve().parents[3]
DOCUMENT = (ROOT / "docs" / "recorded.md").read_text()
MODELS: dict[str, type[Told]] = {**LINES, "repository": RepositoryNote}
CATALOGUE = Catalogue.parse("""
[[ecosystem]]
id = "one"
label = "One"
[[project]]
label = "A"
ecosystem = "one"
region = "unknown"
layer = "model"
repositories = ["lowmere/mill"]
""")


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_schema_beside_the_document_is_that_of_the_code(name: str) -> None:
    path = ROOT / "docs" / "recorded" / file_of(name)
    assert path.read_text() == text(name), "python -m pipelines.sandbox.recorded.schemas docs/recorded"
    assert f"](recorded/{file_of(name)})" in DOCUMENT
    assert schema(name)["$schema"] == DIALECT


def test_every_file_of_the_layout_has_a_schema() -> None:
    assert EXAMPLES.keys() == {*LINES, "repository", *OF_OTHERS}
    assert {path.name for path in (ROOT / "docs" / "recorded").iterdir()} == {file_of(name) for name in EXAMPLES}


def spoilt(example: Any) -> Iterator[Any]:
    """The example with one field of it gone, or of another kind, wherever it is."""
    if isinstance(example, dict):
        for name, value in example.items():
            rest = {other: kept for other, kept in example.items() if other != name}
            yield rest
            yield {**rest, name: {"of": "another kind"}}
            yield {**rest, name: -1.5}
            for inner in spoilt(value):
                yield {**rest, name: inner}
    elif isinstance(example, list):
        for at, value in enumerate(example):
            for inner in spoilt(value):
                yield [*example[:at], inner, *example[at + 1 :]]


@pytest.mark.parametrize("name", MODELS)
def test_what_the_schema_allows_is_what_is_read(name: str) -> None:
    validator = jsonschema.Draft202012Validator(schema(name))
    refused = 0
    for example in EXAMPLES[name]:
        for line in (example, *spoilt(example)):
            try:
                MODELS[name].model_validate_json(json.dumps(line))
            except ValidationError as error:
                # which names `listings` may have is said in words, not in the schema
                ours = {each["type"] for each in error.errors()} <= {"value_error"}
                assert ours or not validator.is_valid(line), line
                refused += 1
            else:
                assert validator.is_valid(line), line
    assert refused or name == "repository"


@pytest.mark.parametrize("name", EXAMPLES)
def test_its_examples_fulfil_it(name: str) -> None:
    found = schema(name)
    jsonschema.Draft202012Validator.check_schema(found)
    for example in found["examples"]:
        jsonschema.validate(example, found)
    assert not jsonschema.Draft202012Validator(found).is_valid([])


def test_recorded_days_of_the_hub_fulfil_theirs(shared_data: Path) -> None:
    validator = jsonschema.Draft202012Validator(schema("hub-models"))
    days = sorted((shared_data / "huggingface").glob("*.models.jsonl.gz"))
    for path in days:
        rows = hub_on(shared_data, date.fromisoformat(path.name[:10])).rows
        for row in rows[:: len(rows) // 200]:
            validator.validate(row)
    assert days


def test_the_documented_conversion_makes_lines_that_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)
    ann = {"__typename": "User", "login": "ann", "databaseId": 5}
    closed = {"__typename": "ClosedEvent", "createdAt": "2026-03-13T08:00:00Z", "actor": ann}
    issue = {
        "number": 12,
        "databaseId": 7,
        "createdAt": "2026-03-12T10:41:20Z",
        "closedAt": None,
        "author": ann,
        "comments": {
            "totalCount": 1,
            "nodes": [{"databaseId": 71, "author": None, "createdAt": "2026-03-12T11:00:00Z"}],
        },
        "timelineItems": {
            "nodes": [closed, {**closed, "__typename": "ReopenedEvent", "createdAt": "2026-03-14T08:00:00Z"}]
        },
    }
    answers = [{"data": {"repository": {"issues": {"nodes": [issue, {**issue, "number": 13, "databaseId": 8}]}}}}]
    (tmp_path / "answers.json").write_text(json.dumps(answers))
    (tmp_path / "recordings" / "github" / "lowmere+mill").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "docs/recorded.md", "exec"), {})  # noqa: S102 - the document's own example
    found = recorded_github(tmp_path / "recordings", CATALOGUE)
    assert [str(problem) for problem in found.problems] == []
    (repository,) = found.world.repositories
    assert [(one.number, one.id) for one in repository.issues] == [(12, 7), (13, 8)]
    assert [event.kind for event in repository.issues[0].events] == ["closed", "reopened"]


def test_the_documented_command_line_prints_fields_that_are_read(tmp_path: Path) -> None:
    """What `gh` prints of these fields, by its own manual: lines of it are read without a loss."""
    folder = tmp_path / "github" / "lowmere+mill"
    folder.mkdir(parents=True)
    user = {"id": "U_kw", "is_bot": False, "login": "ann", "name": "Ann"}
    comment = {"id": "IC_kw", "author": {"login": "bo"}, "body": "text", "createdAt": "2026-03-12T11:00:00Z"}
    review = {"id": "PRR_kw", "author": {"login": "bo"}, "submittedAt": "2026-03-12T12:00:00Z", "state": "APPROVED"}
    label = {"id": "LA_kw", "name": "bug", "description": "", "color": "d73a4a"}
    head = {"headRepository": {"id": "R_kw", "name": "mill"}, "headRepositoryOwner": {"id": "U_kw", "login": "ann"}}
    values = {
        "id": "I_kw",
        "number": 1,
        "author": user,
        "createdAt": "2026-03-12T10:00:00Z",
        "closedAt": None,
        "stateReason": "",
        "labels": [label],
        "comments": [comment],
        "reviews": [review],
        "mergedAt": "2026-03-13T10:00:00Z",
        "mergedBy": user,
        "isDraft": False,
        "isCrossRepository": True,
        "additions": 1,
        "deletions": 2,
        "changedFiles": 1,
        "headRefName": "mend",
        **head,
    }
    for command, name in re.findall(r"--json (\S+) > (\w+)\.jsonl", DOCUMENT):
        line = {field: values[field] for field in command.split(",")}
        (folder / f"{name}.jsonl").write_text(json.dumps(line) + "\n")
    found = recorded_github(tmp_path, CATALOGUE)
    assert [str(problem) for problem in found.problems if problem.loses] == []
    (repository,) = found.world.repositories
    assert repository.issues == []  # it has the number of the change request
    (change,) = repository.change_requests
    assert [event.kind for event in change.events] == ["merged", "closed"]
    assert (len(change.comments), len(change.reviews)) == (1, 1)
    assert change.head is not None
    assert change.head < 0
