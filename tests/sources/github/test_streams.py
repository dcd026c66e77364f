"""GitHub's streams against the loopback GitHub: every row once, what it costs, and going on from anywhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from github_house import LISTINGS, STREAMS, House, Killed

from pipelines.lake import Lake
from pipelines.sandbox.github.server.server import GitHubServer
from pipelines.sandbox.github.world.facts import ChangeRequest, Comment, Discussion, Event, GitHubWorld, Issue, Review
from pipelines.sandbox.github.world.generated import generated, users
from pipelines.sources import discover

AT = datetime(2025, 3, 1, tzinfo=UTC)
MILL = generated(
    "lowmere/mill", issues=230, change_requests=110, stars=320, forks=130, releases=5, discussions=60, comments=2
)
ANN, BEN, *_ = users(2)


def talk(count: int, first: int = 1) -> tuple[Comment, ...]:
    return tuple(Comment(first + n, BEN, AT + timedelta(minutes=n)) for n in range(count))


LONG = replace(
    MILL,
    issues=[
        Issue(1, 901, ANN, AT, talk(250), (Event("closed", AT + timedelta(minutes=150, seconds=9), BEN, "COMPLETED"),)),
    ],
    change_requests=[
        ChangeRequest(
            2,
            902,
            ANN,
            AT,
            talk(60, 1_000),
            tuple(Review(5_000 + n, BEN, AT + timedelta(minutes=n, seconds=30), "COMMENTED") for n in range(60)),
            (
                Event("ready", AT + timedelta(minutes=3, seconds=9), ANN),
                Event("closed", AT + timedelta(hours=2), BEN),
            ),
            drafted=True,
        )
    ],
    discussions=[
        Discussion(
            3, 903, ANN, AT, tuple(replace(one, replies=talk(120, 9_000 + 200 * one.id)) for one in talk(60, 7_000))
        )
    ],
)


@pytest.fixture
def server() -> Iterator[GitHubServer]:
    with GitHubServer(GitHubWorld.of([MILL])) as running:
        yield running


@pytest.fixture
def house(tmp_path: Path, server: GitHubServer) -> House:
    return House(tmp_path, server)


def ids(rows: list[dict[str, Any]], name: str, role: str) -> list[str]:
    return [one[name] for row in rows for one in row[role]]


def test_every_fact_of_every_stream_comes_once(house: House) -> None:
    assert house.statuses() == {"ok"}
    issues, changes = house.rows("issues"), house.rows("pull_requests")
    assert [row["number"] for row in issues] == [issue.number for issue in reversed(MILL.issues)]  # newest first
    assert len(ids(issues, "comment_id", "comments")) == len(set(ids(issues, "comment_id", "comments"))) == 2 * 230
    assert sum(row["first_closed_at"] is not None for row in issues) == sum(bool(one.events) for one in MILL.issues)
    assert [row["merged_at"] for row in changes if row["merged_at"]] == [
        event.at for one in reversed(MILL.change_requests) for event in one.events if event.kind == "merged"
    ]
    assert len(ids(changes, "review_id", "reviews")) == 110
    assert [row["account_login"] for row in house.rows("stargazers")] == [
        star.account.login for star in reversed(MILL.stars)
    ]
    assert [row["pushed_at"] for row in house.rows("forks")].count(None) == 0
    assert len(house.rows("forks")) == 130
    assert [row["tag"] for row in house.rows("releases")] == [one.tag for one in reversed(MILL.releases)]
    assert len(ids(house.rows("discussions"), "comment_id", "comments")) == 2 * 60
    assert {row["repository_id"] for stream in LISTINGS for row in house.rows(stream)} == {f"github:{MILL.id}"}
    (profile,) = house.rows("community")
    assert (profile["readme"], profile["security_policy"], profile["advisories"]) == (True, False, [])
    people = {row["account_login"] for row in house.rows("accounts")}
    assert people == {one.login for one in users(50)}  # and no bot


def test_state_says_how_many_there_are_and_up_to_when_they_are_known(house: House) -> None:
    house.run()
    totals = {"issues": 230, "pull_requests": 110, "forks": 130, "stargazers": 320, "releases": 5, "discussions": 60}
    for stream, total in totals.items():
        state = house.newest(stream).state
        assert state is not None
        assert (state["known"], state["total"], state["pass"]) == (total, total, 1)
        assert datetime.fromisoformat(state["observed_until"]) == house.now


def test_what_a_page_has_no_room_for_comes_in_further_rows(house: House, server: GitHubServer) -> None:
    server.world = GitHubWorld.of([LONG])
    assert house.statuses("issues", "pull_requests", "discussions") == {"ok"}
    issues = house.rows("issues")
    assert sorted(Counter(ids(issues, "comment_id", "comments")).values()) == [1] * 250
    assert issues[0]["first_closed_at"] is None  # it was closed after the first hundred comments
    assert {row["first_closed_at"] for row in issues[1:]} == {AT + timedelta(minutes=150, seconds=9)}
    assert {row["closed_by_login"] for row in issues[1:]} == {BEN.login}
    changes = house.rows("pull_requests")
    assert len(ids(changes, "comment_id", "comments")) == len(ids(changes, "review_id", "reviews")) == 60
    assert {row["ready_at"] for row in changes} == {AT + timedelta(minutes=3, seconds=9)}
    assert changes[-1]["closed_by_login"] == BEN.login
    talked = ids(house.rows("discussions"), "comment_id", "comments")
    assert len(talked) == len(set(talked)) == 60 + 60 * 120


def test_nothing_is_asked_for_again_but_the_probe_when_nothing_has_changed(house: House, server: GitHubServer) -> None:
    house.run()
    before = house.facts()
    server.requests.clear()
    house.now += timedelta(days=1)
    assert house.statuses() == {"ok", "unchanged"}  # a snapshot of the repository a day
    assert len(server.requests) == 2
    assert house.pages() == []
    assert {name: rows for name, rows in house.facts().items() if name != "repositories"} == {
        name: rows for name, rows in before.items() if name != "repositories"
    }
    state = house.newest("issues").state
    assert state is not None
    assert datetime.fromisoformat(state["observed_until"]) == house.now


def test_quiet_day_of_a_hundred_repositories_costs_four_requests(tmp_path: Path) -> None:
    names = [f"lowmere/mill-{number}" for number in range(100)]
    world = GitHubWorld.of([generated(name, id=2_100_000_000 + n, issues=1) for n, name in enumerate(names)])
    with GitHubServer(world) as server:
        house = House(tmp_path, server, names)
        house.run("repositories", "issues", "stargazers")
        server.requests.clear()
        house.now += timedelta(days=1)
        assert house.statuses("repositories", "issues", "stargazers") == {"ok", "unchanged"}
        assert len(server.requests) <= 4


def test_news_are_fetched_and_little_else(house: House, server: GitHubServer) -> None:
    house.run()
    new = generated("lowmere/mill", issues=240, change_requests=115, stars=330, forks=133, comments=2)
    late = AT + timedelta(days=700)
    more = [replace(one, number=one.number + 500, id=one.id + 10_000, created_at=late) for one in new.issues[230:]]
    changed = replace(MILL.issues[7], comments=(*MILL.issues[7].comments, Comment(1 << 40, BEN, late)))
    server.world = GitHubWorld.of(
        [
            replace(
                MILL,
                issues=[
                    *MILL.issues[:7],
                    changed,
                    *MILL.issues[8:],
                    *more,
                ],
                stars=[*MILL.stars, *(replace(one, at=late) for one in new.stars[320:])],
                forks=[
                    replace(MILL.forks[3], pushes=(late,)),
                    *(one for at, one in enumerate(MILL.forks) if at != 3),
                    *(replace(one, created_at=late, pushes=()) for one in new.forks[130:]),
                ],
            )
        ]
    )
    server.requests.clear()
    house.now += timedelta(days=1)
    assert house.statuses() == {"ok", "unchanged"}
    assert len(house.pages()) == 4  # issues, stars, new forks, pushed forks
    assert len({row["number"] for row in house.rows("issues")}) == 240
    assert f"github:comment:{1 << 40}" in ids(house.rows("issues"), "comment_id", "comments")
    assert len({row["account_key"] for row in house.rows("stargazers")}) == 330
    assert (
        max(row["pushed_at"] for row in house.rows("forks") if row["fork_id"] == f"github:{MILL.forks[3].id}") == late
    )
    for stream, known in {"issues": 240, "stargazers": 330, "forks": 133}.items():
        state = house.newest(stream).state
        assert state is not None
        assert state["known"] == state["total"] == known


@pytest.mark.slow
def test_starved_of_budget_anywhere_and_continued_gives_the_same_rows_and_asks_for_no_page_twice(
    tmp_path: Path, server: GitHubServer
) -> None:
    server.world = GitHubWorld.of([replace(MILL, issues=[*MILL.issues, *LONG.issues], discussions=LONG.discussions)])
    calm = House(tmp_path / "calm", server)
    assert calm.statuses() == {"ok"}
    expected, pages = calm.facts(), calm.pages()
    assert len(pages) == len(set(pages)) > 20
    server.requests.clear()
    house = House(tmp_path / "starved", server)
    runs = 0
    while "paused" in house.statuses(ECOTONE_GITHUB_BUDGET="7"):
        runs += 1
        assert runs < 100
    assert runs > 5
    assert house.facts() == expected
    assert sorted(house.pages()) == sorted(pages)


@pytest.mark.parametrize("durable", [True, False])
def test_killed_at_any_batch_and_continued_gives_the_same_rows(
    tmp_path: Path, server: GitHubServer, monkeypatch: pytest.MonkeyPatch, durable: bool
) -> None:
    calm = House(tmp_path / "calm", server)
    calm.run()
    expected, pages = calm.facts(), Counter(calm.pages())
    append, batches = Lake.append, len(calm.lake.manifest.originals())
    server.requests.clear()
    house = House(tmp_path / "killed", server)
    kills, left = 0, 0

    def dying(self: Lake, *args: Any, **kwargs: Any) -> Any:
        nonlocal left
        left -= 1
        if left == 0 and not durable:
            raise Killed
        entry = append(self, *args, **kwargs)
        if left == 0:
            raise Killed
        return entry

    monkeypatch.setattr(Lake, "append", dying)
    while True:
        left = 1 if durable else 2
        try:
            house.run()
        except Killed:
            kills += 1
            assert kills <= 3 * batches
        else:
            break
    assert kills > batches // 3
    assert house.facts() == expected
    twice = Counter(house.pages()) - pages
    assert sum(twice.values()) <= (0 if durable else kills)


def test_files_of_a_whole_listing_are_joined(house: House) -> None:
    house.run("stargazers", "issues", ECOTONE_GITHUB_BUDGET="4")
    while "paused" in house.statuses("stargazers", "issues", ECOTONE_GITHUB_BUDGET="4"):
        pass
    entries = house.lake.manifest.originals()
    assert len(house.lake.manifest.live()) <= len(entries)
    assert {path for entry, path in entries if entry.rows}


@pytest.mark.parametrize("stream", STREAMS)
def test_rows_have_exactly_the_columns_that_are_declared(house: House, stream: str) -> None:
    if stream == "accounts":
        house.run("issues")
    house.run(stream)
    assert set(house.rows(stream)[0]) == set(discover()[stream].schema.names)


def test_policies_about_ai_come_with_their_last_change(house: House, server: GitHubServer) -> None:
    changed = datetime(2026, 3, 1, 12, tzinfo=UTC)
    files = (("AGENTS.md", changed), (".github/copilot-instructions.md", changed + timedelta(days=1)))
    server.world = server.world.with_repository("lowmere/mill", policies=replace(MILL.policies, ai=files))
    house.run("community")
    (profile,) = house.rows("community")
    assert [(one["path"], one["changed_at"]) for one in profile["ai_policies"]] == list(files)
    assert profile["readme"]


def test_fields_of_change_requests(house: House, server: GitHubServer) -> None:
    first, second, *others = MILL.change_requests
    day = timedelta(days=1)
    events = (
        Event("labeled", first.created_at, ANN, label="type: bug"),
        Event("labeled", first.created_at, ANN, label="for ann"),
        Event("draft", first.created_at + day, ANN),
        Event("ready", first.created_at + 2 * day, ANN),
    )
    made = replace(first, branch="copilot/fix-7", additions=40, deletions=2, files=3, events=events)
    plain = replace(second, branch="alice/copilot")
    server.world = server.world.with_repository("lowmere/mill", change_requests=[made, plain, *others])
    house.run("pull_requests")
    rows = {row["number"]: row for row in house.rows("pull_requests")}
    row = rows[first.number]
    assert [row[name] for name in ("additions", "deletions", "changed_files", "head_agent")] == [40, 2, 3, "copilot"]
    assert [(one["kind"], one["label"]) for one in row["events"]] == [
        ("labeled", "bug"), ("draft", None), ("ready", None),
    ]  # fmt: skip
    assert rows[second.number]["head_agent"] is None
    assert "alice" not in repr(rows)


def test_closings_and_reopenings_of_an_issue_come_in_order(house: House, server: GitHubServer) -> None:
    day = timedelta(days=1)
    issue = Issue(1, 901, ANN, AT, (), (Event("closed", AT + day, BEN), Event("reopened", AT + 2 * day, ANN)))
    server.world = GitHubWorld.of([replace(MILL, issues=[issue])])
    house.run("issues")
    (row,) = house.rows("issues")
    assert [(one["kind"], one["occurred_at"]) for one in row["events"]] == [
        ("closed", AT + day), ("reopened", AT + 2 * day),
    ]  # fmt: skip
    assert (row["first_closed_at"], row["closed_at"]) == (AT + day, None)
