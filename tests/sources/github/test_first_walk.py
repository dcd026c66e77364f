"""The first walk through GitHub's listings: newest months first; whatever happens meanwhile, the same in the end."""

from __future__ import annotations

import json
import random
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from github_house import LISTINGS, House, no_waiting
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.lake import Lake
from pipelines.sandbox.github.server.faults import TRANSIENT, chaos
from pipelines.sandbox.github.server.limits import Limits
from pipelines.sandbox.github.server.server import TOKEN, GitHubServer
from pipelines.sandbox.github.world.facts import Comment, GitHubWorld, Repository
from pipelines.sandbox.github.world.generated import generated, users
from pipelines.sources import discover

NAMES = ("lowmere/mill", "lowmere/weir", "lowmere/race")
BEN = users(1, first=77)[0]
KEYS = {
    "issues": "issue_id",
    "pull_requests": "pull_request_id",
    "forks": "fork_id",
    "releases": "release_id",
    "discussions": "discussion_id",
}


def five_years(name: str, number: int, issues: int) -> Repository:
    return generated(
        name, id=2_100_000_000 + number, issues=issues, comments=1, people=10,
        start=datetime(2021, 8, 1, tzinfo=UTC), end=datetime(2026, 8, 1, tzinfo=UTC),
    )  # fmt: skip


@pytest.fixture
def server() -> Iterator[GitHubServer]:
    world = [five_years(name, number, 3_000) for number, name in enumerate(NAMES)]
    with GitHubServer(GitHubWorld.of(world)) as running:
        yield running


def known_from(house: House, stream: str, name: str) -> datetime:
    entry = house.lake.manifest.last_stated("github", stream, f"github:{name}")
    assert entry is not None
    assert entry.state is not None
    return datetime.fromisoformat(entry.state["known_from"])


def test_with_half_the_points_the_newest_months_of_all_are_known(tmp_path: Path, server: GitHubServer) -> None:
    house = House(tmp_path, server, NAMES)
    assert "paused" in house.statuses("issues", ECOTONE_GITHUB_BUDGET="45")
    for name in NAMES:
        assert known_from(house, "issues", name) < datetime(2025, 8, 1, tzinfo=UTC)


def test_the_whole_costs_no_page_more_than_there_are(tmp_path: Path, server: GitHubServer) -> None:
    house = House(tmp_path, server, NAMES)
    while "paused" in house.statuses("issues", ECOTONE_GITHUB_BUDGET="20"):
        pass
    assert len(house.pages()) == len(set(house.pages())) == 3 * 30
    assert {row["number"] for row in house.rows("issues")} == set(range(1, 3_001))


def test_what_is_older_comes_as_points_are_to_spare(tmp_path: Path, server: GitHubServer) -> None:
    world = server.world
    with no_waiting(), GitHubServer(world, limits=Limits(points=60)) as poor:
        house = House(tmp_path, poor, NAMES)
        assert house.statuses("issues") == {"ok"}
        assert len(house.pages()) < 60
        for name in NAMES:
            assert known_from(house, "issues", name) < datetime(2025, 8, 1, tzinfo=UTC)


def test_stars_stop_at_the_horizon_unless_told_otherwise(tmp_path: Path, server: GitHubServer) -> None:
    star = generated(
        "lowmere/mill", stars=3_000, start=datetime(2021, 8, 1, tzinfo=UTC), end=datetime(2026, 8, 1, tzinfo=UTC)
    )
    server.world = GitHubWorld.of([star])
    house = House(tmp_path, server)
    assert house.statuses("stargazers", ECOTONE_OLD_STARS="0", ECOTONE_HORIZON_MONTHS="12") == {"ok"}
    assert datetime(2025, 6, 1, tzinfo=UTC) < known_from(house, "stargazers", "lowmere/mill")
    assert known_from(house, "stargazers", "lowmere/mill") < datetime(2025, 8, 1, tzinfo=UTC)
    stated = house.newest("stargazers").state
    assert stated is not None
    assert stated["older"] + stated["expected"] == 3_000
    house.now += timedelta(days=1)
    assert house.statuses("stargazers", ECOTONE_OLD_STARS="0", ECOTONE_HORIZON_MONTHS="12") == {"unchanged"}
    house.run("stargazers")
    assert len({row["account_key"] for row in house.rows("stargazers")}) == 3_000


def test_a_walk_that_an_earlier_version_began_goes_on_and_fetches_nothing_again(
    tmp_path: Path, server: GitHubServer
) -> None:
    mark = {"total": 3_000, "newest": "2026-08-02T00:00:00Z"}
    house = House(tmp_path, server)
    old = {"repository": 2_100_000_000, "pass": 0}
    cursor = server_cursor(server, 1_000)
    walk = {"number": 1, "full": True, "began": house.now.isoformat(), "mark": mark, "after": cursor, "seen": 1_000}
    plant(house, "issues", {**old, "walk": {**walk, "leg": 0, "counted": "2023-04-01T00:00:00Z", "ended": False}})
    assert house.statuses("issues") == {"ok"}
    assert sum('"direction": "ASC"' in page and '"CREATED_AT"' in page for page in house.pages()) == 20
    assert min(row["number"] for row in house.rows("issues")) == 1_001
    stated = house.newest("issues").state
    assert stated is not None
    assert (stated["known"], stated["total"], stated["pass"], stated["version"]) == (3_000, 3_000, 1, 2)


def server_cursor(server: GitHubServer, number: int) -> str:
    """The cursor behind that many issues, oldest first."""
    after, left = "null", number
    while left:
        text = (
            f'{{ repository(owner: "lowmere", name: "mill") {{ issues(first: 100, after: {after}, '
            "orderBy: {field: CREATED_AT, direction: ASC}) { pageInfo { endCursor } } } }"
        )
        request = urllib.request.Request(  # noqa: S310 - the loopback server
            f"{server.endpoint}/graphql",
            json.dumps({"query": text}).encode(),
            {"Authorization": f"bearer {TOKEN}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request) as answer:  # noqa: S310 - the loopback server
            cursor = json.load(answer)["data"]["repository"]["issues"]["pageInfo"]["endCursor"]
        after, left = f'"{cursor}"', left - 100
    server.requests.clear()
    return after.strip('"')


def plant(house: House, stream: str, state: dict[str, Any]) -> None:
    """A batch of an earlier version, as it lies in homes that there are."""
    _ = house.settings().key
    with Lake(house.folder / "home" / "lake") as lake:
        lake.append(
            discover()[stream].schema.empty_table(),
            source="github", stream=stream, subject="github:lowmere/mill", fetched_at=house.now - timedelta(hours=1),
            listing=lake.new_id(), complete=False, state=state,
        )  # fmt: skip


def lived_on(mill: Repository, rng: random.Random, at: datetime, step: int) -> Repository:
    """The repository some hours later: commented on, opened, deleted, transferred into, forked, starred."""
    issues, changes, forks = list(mill.issues), list(mill.change_requests), list(mill.forks)
    for facts in (issues, changes):
        for _ in range(rng.randrange(4)):
            place = rng.randrange(len(facts))
            more = Comment((1 << 45) + rng.randrange(1 << 40), BEN, at)
            facts[place] = replace(facts[place], comments=(*facts[place].comments, more))  # type: ignore[call-overload]
    for _ in range(rng.randrange(2)):
        issues.pop(rng.randrange(len(issues)))
        forks.pop(rng.randrange(len(forks)))
    fresh = generated("lowmere/mill", issues=1, change_requests=1, forks=1, stars=1)
    shift = 10_000 + step
    if rng.random() < 0.7:
        issues.append(
            replace(fresh.issues[0], id=mill.id % 1_000 + shift, number=shift, created_at=at, comments=(), events=())
        )
    if rng.random() < 0.3:  # transferred into it: it keeps the date of its opening, and is changed by that
        moved = replace(issues[rng.randrange(len(issues))], id=50_000 + shift, number=20_000 + shift)
        issues.append(replace(moved, comments=(*moved.comments, Comment((1 << 44) + shift, BEN, at))))
    if rng.random() < 0.5:
        forks.append(replace(fresh.forks[0], id=900_000 + shift, full_name=f"f{shift}/mill", created_at=at, pushes=()))
    return replace(mill, issues=issues, change_requests=changes, forks=forks)


def in_the_end(folder: Path, seed: int, *, faults: float) -> None:
    rng = random.Random(seed)
    mill = generated(
        "lowmere/mill", issues=420, change_requests=250, stars=60, forks=320, releases=3, discussions=30, comments=1,
        start=datetime(2023, 1, 1, tzinfo=UTC), end=datetime(2026, 8, 20, tzinfo=UTC),
    )  # fmt: skip
    with no_waiting(), GitHubServer(GitHubWorld.of([mill])) as server, TemporaryDirectory(dir=folder) as place:
        house = House(Path(place), server)
        if faults:
            server.faults.extend(chaos(seed, share=faults, requests=40, kinds=(*TRANSIENT, "expired-cursors")))
        for step in range(12):
            house.run(*LISTINGS, ECOTONE_GITHUB_BUDGET=str(rng.choice([3, 6, 9, 30])))
            house.now += timedelta(hours=rng.choice([1, 5, 24]))
            if step < 9:
                mill = lived_on(mill, rng, house.now - timedelta(minutes=20), step)
                server.world = GitHubWorld.of([mill])
        server.faults.clear()
        for _ in range(7):
            house.run(*LISTINGS)
            house.now += timedelta(days=1)
        there: dict[str, set[str]] = {
            "issues": {f"github:issue:{one.id}" for one in mill.issues},
            "pull_requests": {f"github:pull:{one.id}" for one in mill.change_requests},
            "forks": {f"github:{one.id}" for one in mill.forks},
            "releases": {f"github:release:{one.id}" for one in mill.releases},
            "discussions": {f"github:discussion:{one.id}" for one in mill.discussions},
        }
        for stream, key in KEYS.items():
            newest = {row[key]: row for row in house.rows(stream)}
            stated = house.newest(stream).state
            assert stated is not None
            held = {name for name, row in newest.items() if row["gone_at"] is None and row["pass"] >= stated["pass"]}
            assert held == there[stream], (seed, stream)
            assert "known_from" not in stated
            assert (stated["known"], stated["expected"]) == (len(held), len(held)), (seed, stream)
        comments = {one["comment_id"] for row in house.rows("issues") for one in row["comments"] or ()}
        assert {f"github:comment:{one.id}" for issue in mill.issues for one in issue.comments} <= comments


@pytest.mark.parametrize("seed", range(3))
def test_interrupted_while_it_changes_it_is_the_same_in_the_end(tmp_path: Path, seed: int) -> None:
    in_the_end(tmp_path, seed, faults=0.1 * seed)


@pytest.mark.slow
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 1_000_000), faults=st.sampled_from([0.0, 0.1, 0.3]))
def test_any_interruption_while_it_changes_is_the_same_in_the_end(tmp_path: Path, seed: int, faults: float) -> None:
    in_the_end(tmp_path, seed, faults=faults)
