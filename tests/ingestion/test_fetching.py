"""Ingestion: what is told while it goes on, and a subject that is well again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from gitmaker import Maker

from pipelines.catalogue import Catalogue
from pipelines.ingestion.fetching import Ingestion
from pipelines.lake import Lake
from pipelines.settings import Settings
from pipelines.sources.git import commits as git_commits

CATALOGUE = """
[[ecosystem]]
id = "one"
label = "One"
[[project]]
label = "A"
ecosystem = "one"
region = "us"
layer = "model"
repositories = ["o/a", "o/b"]
"""
SUBJECT = "github:o/a"


@pytest.fixture
def environment(tmp_path: Path) -> Mapping[str, str]:
    for name in ("a", "b"):
        Maker(tmp_path / f"{name}.git").commit()
    return {
        "ECOTONE_HOME": str(tmp_path / "home"),
        "ECOTONE_GIT_URL": str(tmp_path / "{name}.git"),
        "ECOTONE_NOW": "2026-08-22T12:00:00+00:00",
    }


def fetched(environment: Mapping[str, str], told: list[tuple[int, int, str]] | None = None) -> dict[str, str]:
    """Run once; returns the status of each subject. What is told goes to `told`."""
    settings = Settings.from_environment(environment)
    catalogue = Catalogue.parse(CATALOGUE)
    remembered = told if told is not None else []
    with Lake(settings.lake) as lake:
        ingestion = Ingestion(
            git_commits.SOURCE,
            catalogue,
            settings,
            lake,
            progress=lambda done, total, text: remembered.append((done, total, text)),
        )
        return {one.subject: one.status for project in ingestion.run(catalogue.projects) for one in project.outcomes}


def test_how_many_there_are_is_told_before_the_first_is_done_and_what_each_does(environment: Mapping[str, str]) -> None:
    told: list[tuple[int, int, str]] = []
    assert set(fetched(environment, told).values()) == {"ok"}
    assert told[0] == (0, 2, "")
    assert told[-1][:2] == (2, 2)
    assert "o/a: fetching history" in [text for _done, _total, text in told]


@pytest.mark.parametrize("trouble", ["failed", "skipped"])
def test_a_subject_that_is_well_again_is_not_shown_as_failing(environment: Mapping[str, str], trouble: str) -> None:
    settings = Settings.from_environment(environment)
    fetched(environment)
    repository, aside = settings.home.parent / "a.git", settings.home.parent / "aside"
    repository.rename(aside)
    if trouble == "failed":
        repository.mkdir()
    assert fetched(environment)[SUBJECT] == trouble
    if trouble == "failed":
        repository.rmdir()
    aside.rename(repository)
    assert fetched(environment)[SUBJECT] == "unchanged"
    last = Lake(settings.lake).manifest.last("git", "commits", SUBJECT)
    assert last is not None
    assert (last.status, last.complete, last.rows) == ("ok", True, 0)
    before = (settings.lake / "manifest.jsonl").read_bytes()
    assert fetched(environment)[SUBJECT] == "unchanged"
    assert (settings.lake / "manifest.jsonl").read_bytes() == before
