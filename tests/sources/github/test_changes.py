"""GitHub's streams while GitHub changes under them: deletions, renames, faults, another repository under the name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow.parquet as pq
import pytest
import soak
from github_house import LISTINGS, House, no_waiting

from pipelines.sandbox.github.server.faults import TRANSIENT, Fault, chaos
from pipelines.sandbox.github.server.server import GitHubServer
from pipelines.sandbox.github.world.facts import Comment, GitHubWorld
from pipelines.sandbox.github.world.generated import generated
from pipelines.sources.github.listings import walk as github_walk
from pipelines.sources.github.listings.state import Progress

AT = datetime(2026, 6, 1, tzinfo=UTC)
MILL = generated(
    "lowmere/mill", issues=230, change_requests=110, stars=320, forks=130, releases=5, discussions=12, comments=1
)


@pytest.fixture
def server() -> Iterator[GitHubServer]:
    with GitHubServer(GitHubWorld.of([MILL])) as running:
        yield running


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("faults")


@pytest.fixture
def house(tmp_path: Path, server: GitHubServer) -> House:
    return House(tmp_path, server)


def state(house: House, stream: str) -> dict[str, Any]:
    found = house.newest(stream).state
    assert found is not None
    return dict(found)


def forget_ids(house: House) -> None:
    """As an earlier version wrote them."""
    for path in house.lake.root.rglob("*.parquet"):
        rows = pq.read_table(path)
        if "node_id" in rows.column_names:
            pq.write_table(rows.drop_columns(["node_id"]), path)


def gone(house: House, stream: str, key: str) -> set[str]:
    """What a complete full pass no longer showed, or a search by ids no longer found, as staging reckons it."""
    newest = {row[key]: row for row in house.rows(stream)}
    number = state(house, stream)["pass"]
    return {name for name, row in newest.items() if row["pass"] < number or row.get("gone_at")}


def test_two_of_hundreds_that_are_gone_are_found_by_their_ids(house: House, server: GitHubServer) -> None:
    house.run("issues")
    server.world = server.world.with_repository("lowmere/mill", issues=MILL.issues[2:])
    server.requests.clear()
    house.now += timedelta(days=1)
    assert house.statuses("issues") == {"ok"}
    assert len(house.pages()) == 1 + 3  # the news, and 230 ids: the oldest are asked for last
    assert gone(house, "issues", "issue_id") == {f"github:issue:{issue.id}" for issue in MILL.issues[:2]}
    assert (state(house, "issues")["known"], state(house, "issues")["total"]) == (228, 228)
    server.requests.clear()
    house.now += timedelta(days=1)
    assert house.statuses("issues") == {"unchanged"}
    assert house.pages() == []


def test_the_search_ends_when_as_many_are_found_as_are_missing(house: House, server: GitHubServer) -> None:
    house.run("issues", "pull_requests", "forks", "releases", "discussions")
    server.world = server.world.with_repository(
        "lowmere/mill",
        issues=MILL.issues[:-1],
        change_requests=MILL.change_requests[:-1],
        forks=MILL.forks[:-1],
        releases=MILL.releases[1:],
        discussions=MILL.discussions[1:],
    )
    server.requests.clear()
    house.now += timedelta(days=1)
    assert house.statuses("issues", "pull_requests", "forks", "releases", "discussions") == {"ok"}
    assert sum(text.startswith("query presence") for text in house.pages()) == 5
    for stream, key in (
        ("issues", "issue_id"), ("pull_requests", "pull_request_id"), ("forks", "fork_id"),
        ("releases", "release_id"), ("discussions", "discussion_id"),
    ):  # fmt: skip
        assert len(gone(house, stream, key)) == 1, stream


def test_ids_that_are_all_unknown_are_taken_for_a_fault_and_not_for_deletions(
    house: House, server: GitHubServer
) -> None:
    house.run("issues")
    renumbered = [replace(issue, id=issue.id + 50_000) for issue in MILL.issues[1:]]
    server.world = server.world.with_repository("lowmere/mill", issues=renumbered)
    house.now += timedelta(days=1)
    (outcome,) = house.run("issues")["issues"]
    assert outcome.status == "failed"
    assert "None is taken for gone" in (outcome.reason or "")
    assert not any(row["gone_at"] for row in house.rows("issues"))


def test_as_many_came_as_left_by_transfer_is_noticed_all_the_same(house: House, server: GitHubServer) -> None:
    """An issue that is transferred into a repository keeps the date of its opening."""
    house.run("issues")
    moved = replace(
        MILL.issues[40], id=MILL.issues[40].id + 5_000, number=9_000,
        comments=(Comment(1 << 41, MILL.issues[40].author, datetime(2026, 2, 1, tzinfo=UTC)),),
    )  # fmt: skip
    server.world = server.world.with_repository("lowmere/mill", issues=[*MILL.issues[1:], moved])
    house.now += timedelta(days=1)
    house.run("issues")
    assert gone(house, "issues", "issue_id") == {f"github:issue:{MILL.issues[0].id}"}
    assert state(house, "issues")["known"] == 230


def test_what_was_fetched_without_ids_is_searched_for_by_a_full_pass(house: House, server: GitHubServer) -> None:
    house.run("issues", "stargazers")
    forget_ids(house)
    server.world = server.world.with_repository("lowmere/mill", issues=MILL.issues[5:], stars=MILL.stars[:-20])
    house.now += timedelta(days=1)
    assert house.statuses("issues", "stargazers") == {"ok"}
    assert gone(house, "issues", "issue_id") == {f"github:issue:{issue.id}" for issue in MILL.issues[:5]}
    assert gone(house, "stargazers", "account_key") == {f"account:{star.account.id}" for star in MILL.stars[-20:]}
    assert (state(house, "issues")["known"], state(house, "issues")["total"]) == (225, 225)
    server.requests.clear()
    house.now += timedelta(days=1)
    assert house.statuses("issues", "stargazers") == {"unchanged"}
    assert house.pages() == []


def test_seven_of_a_thousand_and_twenty_forks_are_found_within_seven_days_and_never_counted_as_there_before(
    tmp_path: Path,
) -> None:
    """Issues leave in three ways, forks are deleted, a few each day, while others are opened."""
    mill = generated("lowmere/mill", issues=1_000, comments=1, forks=300, people=10)
    with GitHubServer(GitHubWorld.of([mill])) as server:
        house = House(tmp_path, server)
        house.run("issues", "forks")
        issues, forks = list(mill.issues), list(mill.forks)
        left = {2: 3, 3: 1, 5: 3}
        for day in range(1, 11):
            house.now += timedelta(days=1)
            at = house.now - timedelta(hours=2)
            for _ in range(left.get(day, 0)):
                issues.pop(100 * day)
            del forks[10 * day : 10 * day + 2]
            issues.append(
                replace(mill.issues[0], number=5_000 + day, id=mill.issues[0].id + 100_000 + day, created_at=at)
            )
            server.world = GitHubWorld.of([replace(mill, issues=issues, forks=forks)])
            house.run("issues", "forks")
            for stream, key, there in (("issues", "issue_id", issues), ("forks", "fork_id", forks)):
                held = {row[key]: row for row in house.rows(stream)}
                count = sum(not row["gone_at"] for row in held.values())
                stated = state(house, stream)
                assert count == len(there) or stated["expected"] != count
                assert day < 10 or count == len(there)


def test_a_full_pass_beside_the_news_is_spread_over_runs_and_keeps_nothing_from_being_known(
    house: House, server: GitHubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(github_walk, "SWEEP_PAGES", 2)
    house.run("stargazers")
    server.world = server.world.with_repository("lowmere/mill", stars=MILL.stars[20:])
    asked = []
    for _ in range(3):
        house.now += timedelta(days=1)
        server.requests.clear()
        assert house.statuses("stargazers") <= {"ok", "unchanged"}
        known = house.now if not asked else house.now - timedelta(days=1)
        assert datetime.fromisoformat(state(house, "stargazers")["observed_until"]) >= known
        asked.append(len(house.pages()))
    assert asked == [1 + 2, 1, 0]
    assert len(gone(house, "stargazers", "account_key")) == 20


def test_a_listing_that_counts_more_than_it_shows_is_not_walked_in_full_every_day(house: House) -> None:
    house.run("issues")
    stated = state(house, "issues")
    assert Progress.of({**stated, "total": 250, "unlisted": 20}, stated["repository"]).surplus == 0
    assert Progress.of({**stated, "total": 250}, stated["repository"]).surplus == -20


def test_renamed_in_the_middle_goes_on_under_the_new_name(house: House, server: GitHubServer) -> None:
    server.faults.append(Fault("renamed", "query issues", skip=1, about="lowmere/mill", to="lowmere/millwheel"))
    assert house.statuses("issues", "stargazers", "repositories") == {"ok"}
    house.now += timedelta(days=1)
    assert house.statuses("issues", "stargazers") == {"unchanged"}
    assert len(house.rows("issues")) == 230
    house.run("repositories")
    assert [row["full_name"] for row in house.rows("repositories")][-1] == "lowmere/millwheel"


def test_another_repository_under_the_name_is_begun_anew(house: House, server: GitHubServer) -> None:
    house.run("issues")
    other = generated("lowmere/mill", issues=40, id=MILL.id + 1)
    server.world = GitHubWorld.of([other])
    house.now += timedelta(days=1)
    assert house.statuses("issues") == {"ok"}
    assert state(house, "issues")["known"] == 40
    assert len(gone(house, "issues", "issue_id")) == 230


def test_deleted_is_a_failure_of_this_repository_with_what_to_do(house: House, server: GitHubServer) -> None:
    house.run("issues")
    server.world = GitHubWorld.of([])
    for said in ("Unconfirmed", "catalogue"):
        house.now += timedelta(days=1)
        (outcome,) = house.run("issues")["issues"]
        assert outcome.status == "failed"
        assert "lowmere/mill" in (outcome.reason or "")
        assert said in (outcome.reason or "")


def test_switched_off_is_skipped(house: House, server: GitHubServer) -> None:
    server.world = server.world.with_repository("lowmere/mill", has_issues=False, has_discussions=False)
    assert house.statuses("issues", "discussions") == {"skipped"}


def test_a_lost_cursor_begins_the_walk_again(house: House, server: GitHubServer) -> None:
    server.faults.append(Fault("expired-cursors", "query issues", skip=2))
    assert house.statuses("issues") == {"ok"}
    assert {row["number"] for row in house.rows("issues")} == {issue.number for issue in MILL.issues}
    assert state(house, "issues")["known"] == 230


def test_what_a_partial_answer_lost_is_asked_for_again(house: House, server: GitHubServer) -> None:
    server.faults.append(Fault("partial", "query issues", skip=1))
    assert house.statuses("issues") == {"ok"}
    assert {row["number"] for row in house.rows("issues")} == {issue.number for issue in MILL.issues}


def test_what_stays_lost_is_told_and_left_after_three_runs(house: House, server: GitHubServer) -> None:
    server.faults.append(Fault("lost-node", "query issues", every=110, times=None))
    # the last months first, and what is older once they are left
    for expected in ("incomplete", "incomplete", "incomplete", "incomplete", "ok"):
        with no_waiting():  # each attempt at the lost node waits longer: minutes in all
            (outcome,) = house.run("issues")["issues"]
        assert outcome.status == expected
        assert "Something went wrong" in (outcome.reason or "")
        house.now += timedelta(days=1)
    assert state(house, "issues")["unlisted"] == 230 - state(house, "issues")["known"] > 0


def test_a_page_with_missing_parts_that_comes_in_smaller_pages_the_next_time_is_had_whole(
    house: House, server: GitHubServer
) -> None:
    server.faults.extend(
        [Fault("partial", "query stargazers", times=2), Fault("502", "query stargazers", skip=5, times=2)]
    )
    for _ in range(5):
        house.run("stargazers")
        house.now += timedelta(minutes=30)
    assert len({row["account_key"] for row in house.rows("stargazers")}) == 320
    assert (state(house, "stargazers")["known"], state(house, "stargazers").get("unlisted", 0)) == (320, 0)


def test_a_page_with_missing_parts_whose_cursor_is_lost_begins_the_walk_again(
    house: House, server: GitHubServer
) -> None:
    server.faults.extend(
        [
            Fault("partial", "query stargazers", skip=1, times=4),
            Fault("expired-cursors", "query stargazers", skip=8, times=1),
        ]
    )
    for _ in range(5):
        house.run("stargazers")
        house.now += timedelta(minutes=30)
    assert len({row["account_key"] for row in house.rows("stargazers")}) == 320
    assert state(house, "stargazers")["known"] == 320


@pytest.mark.slow
@soak.seeds(sample=25, full=500)
def test_any_schedule_of_faults_gives_the_same_rows(folder: Path, seed: int) -> None:
    share = (0.1, 0.3, 0.5)[seed % 3]
    small = generated("lowmere/mill", issues=25, change_requests=12, stars=30, forks=10, releases=3, discussions=4)
    with no_waiting(), GitHubServer(GitHubWorld.of([small])) as server, TemporaryDirectory(dir=folder) as place:
        house = House(Path(place), server)
        server.faults.extend(chaos(seed, share=share, requests=40, kinds=(*TRANSIENT, "partial", "expired-cursors")))
        for _ in range(20):
            if not {"failed", "incomplete", "paused"} & house.statuses(*LISTINGS):
                break
            house.now += timedelta(minutes=30)
        assert {stream: len({repr(row) for row in house.rows(stream)}) for stream in LISTINGS} == {
            "issues": 25,
            "pull_requests": 12,
            "forks": 10,
            "stargazers": 30,
            "releases": 3,
            "discussions": 8,
        }
