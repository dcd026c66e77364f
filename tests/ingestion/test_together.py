"""Small batches of one run: one file, told apart as if each was written alone; a full disk; a run that stops."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.catalogue import Catalogue, Project
from pipelines.errors import LakeError, Skipped
from pipelines.ingestion.fetching import Ingestion
from pipelines.lake import Lake
from pipelines.settings import Settings
from pipelines.sources import Batch, Request, Source

SUBJECTS = 30
NOW = datetime(2026, 8, 22, 12, tzinfo=UTC)
SCHEMA = pa.schema([pa.field("number", pa.int32()), pa.field("word", pa.string())])
CATALOGUE = Catalogue.parse(
    """
[[ecosystem]]
id = "one"
label = "One"
[[project]]
label = "A"
ecosystem = "one"
region = "us"
layer = "model"
huggingface = ["x"]
"""
)


def subjects(_project: Project) -> list[str]:
    return [f"thing:{number}" for number in range(SUBJECTS)]


def fetch(request: Request) -> Iterator[Batch]:
    number = int(request.subject.partition(":")[2])
    if number == 7:
        raise Skipped("not this one")
    words = ["a", None] if number % 2 else ["b"]
    table = pa.table({"number": pa.array([number] * len(words), pa.int32()), "word": pa.array(words)}, schema=SCHEMA)
    yield Batch(table, complete=number != 5, state={"at": number}, reason="half of it" if number == 5 else None)


SOURCE = Source("things", "things", "things", "", SCHEMA, subjects, fetch, atomic=False, daily=True)


def run(home: Path, lake: Lake) -> list[str]:
    settings = Settings(home=home, catalogue=home, fixed_now=NOW)
    (project,) = Ingestion(SOURCE, CATALOGUE, settings, lake).run(CATALOGUE.projects)
    return [one.status for one in project.outcomes]


def test_all_subjects_of_a_run_are_one_file_and_one_line_and_are_told_apart(tmp_path: Path) -> None:
    with Lake(tmp_path / "lake") as lake:
        found = run(tmp_path, lake)
        assert found.count("ok") == SUBJECTS - 2
        assert (found[5], found[7]) == ("incomplete", "skipped")
        (path,) = (tmp_path / "lake").rglob("*.parquet")
        assert len(lake.manifest.entries()) == 1
        assert not list(lake.damaged())
        originals = {entry.subject: entry for entry, _path in lake.manifest.originals()}
        assert originals["thing:5"].reason == "half of it"
        assert originals["thing:3"].state == {"at": 3}
        assert run(tmp_path, lake).count("unchanged") == SUBJECTS - 2
    told = {(row["_subject"], row["_batch"], row["number"]) for row in pq.read_table(path).to_pylist()}
    assert told == {
        (subject, entry.batch, int(subject.partition(":")[2])) for subject, entry in originals.items() if entry.rows
    }


def test_one_that_missed_the_manifest_is_adopted_whole(tmp_path: Path) -> None:
    with Lake(tmp_path / "lake") as lake:
        run(tmp_path, lake)
        before = lake.manifest.originals()
    (tmp_path / "lake" / "manifest.jsonl").unlink()
    with Lake(tmp_path / "lake") as lake:
        assert lake.manifest.originals() == before


def test_what_could_not_be_written_is_not_told_as_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object) -> None:
        raise LakeError("The disk is full")

    with Lake(tmp_path / "lake") as lake:
        monkeypatch.setattr(lake, "append_together", full)
        assert set(run(tmp_path, lake)) == {"failed"}
        monkeypatch.undo()
        assert run(tmp_path, lake).count("ok") == SUBJECTS - 2


def test_a_run_that_is_stopped_keeps_what_it_has_fetched(tmp_path: Path) -> None:
    def stops(request: Request) -> Iterator[Batch]:
        if request.subject == "thing:20":
            raise KeyboardInterrupt
        yield from fetch(request)

    source = Source("things", "things", "things", "", SCHEMA, subjects, stops, atomic=False, daily=True)
    settings = Settings(home=tmp_path, catalogue=tmp_path, fixed_now=NOW)
    with Lake(tmp_path / "lake") as lake:
        with pytest.raises(KeyboardInterrupt):
            list(Ingestion(source, CATALOGUE, settings, lake).run(CATALOGUE.projects))
        assert len([entry for entry, _path in lake.manifest.originals() if entry.complete]) >= 18
