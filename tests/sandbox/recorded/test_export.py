"""A GitHub that was exported and is replayed gives what the GitHub itself gives: the same rows in the lake."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from github_house import LISTINGS, House, no_waiting

from pipelines.sandbox.github.server.server import GitHubServer
from pipelines.sandbox.github.world.facts import Account, ChangeRequest, Comment, Event, GitHubWorld, Issue, Review
from pipelines.sandbox.github.world.generated import generated
from pipelines.sandbox.recorded import recording
from pipelines.sandbox.recorded.export import export_github

NOW = datetime(2026, 1, 2, tzinfo=UTC)
ANN, BO = Account("ann", 5), Account("bo", 6, deleted_at=NOW - timedelta(days=3))
CATALOGUE = """
[[ecosystem]]
id = "one"
label = "One"
[[project]]
label = "A"
ecosystem = "one"
region = "unknown"
layer = "model"
repositories = ["lowmere/mill"]
"""


def world() -> GitHubWorld:
    """Of everything some; with what reopens, goes away, is done by ghosts, and comes later than now."""
    mill = generated(
        "lowmere/mill", issues=150, change_requests=90, stars=120, forks=40, releases=7, discussions=30, comments=2
    )
    day = timedelta(days=1)
    at = NOW - 30 * day
    ends = (Event("closed", at + day, ANN, "NOT_PLANNED"), Event("reopened", at + 2 * day, BO))
    many = tuple(Comment(9_000_000_000 + n, ANN, at + timedelta(minutes=n)) for n in range(230))
    issues = [
        Issue(9_001, 91, BO, at, many, ends),
        Issue(9_002, 92, ANN, at, (), (*ends, Event("closed", NOW + day, ANN))),
        Issue(9_003, 93, ANN, at, (), (), deleted_at=NOW - day),
        Issue(9_004, 94, ANN, NOW + day),
    ]
    drafts = (Event("draft", at + day, ANN), Event("ready", at + 2 * day, ANN), Event("draft", at + 3 * day, ANN))
    changes = [
        ChangeRequest(9_005, 95, ANN, at, events=drafts, reviews=(Review(96, BO, at + day, "APPROVED"),)),
        ChangeRequest(9_006, 97, ANN, at, drafted=True, head=424_242, association="MEMBER"),
    ]
    mill = replace(
        mill, issues=[*mill.issues, *issues], change_requests=[*mill.change_requests, *changes], license="MIT"
    )
    return GitHubWorld.of([mill], now=NOW)


def fetched(folder: Path, shown: GitHubWorld, **more: str) -> Mapping[str, list[str]]:
    with no_waiting(), GitHubServer(shown) as server:
        house = House(folder, server, now=NOW + timedelta(days=40) if more else NOW)
        house.run(*LISTINGS, "repositories", **more)
        return house.facts()


@pytest.fixture(scope="module")
def direct(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[str]]:
    return fetched(tmp_path_factory.mktemp("direct"), world())


def replayed(folder: Path) -> Mapping[str, list[str]]:
    """What the recording in the folder gives, weeks after it was made."""
    (folder / "ecosystems.toml").write_text(CATALOGUE)
    found = recording(folder, folder / "ecosystems.toml")
    assert not [str(problem) for problem in found.github.problems]
    known = folder / "known.json"
    known.write_text(json.dumps(found.listings_on(found.days[-1])))
    return fetched(folder / "replayed", found.github.world, ECOTONE_RECORDED=str(known))


@pytest.fixture(scope="module")
def again(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[str]]:
    folder = tmp_path_factory.mktemp("exported")
    export_github(world(), folder)
    return replayed(folder)


@pytest.mark.parametrize("stream", [*LISTINGS, "repositories"])
def test_what_was_exported_gives_the_rows_that_the_server_gives(
    direct: Mapping[str, list[str]], again: Mapping[str, list[str]], stream: str
) -> None:
    assert direct[stream]
    assert again[stream] == direct[stream]


def test_it_is_known_up_to_the_day_of_its_export(tmp_path: Path) -> None:
    export_github(world(), tmp_path)
    (tmp_path / "ecosystems.toml").write_text(CATALOGUE)
    found = recording(tmp_path, tmp_path / "ecosystems.toml")
    assert {one.until for one in found.github.listings["github:lowmere/mill"].values()} == {NOW}
