"""GitHub's streams against the sandbox's GitHub at fault: nothing is lost, doubled, or called gone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from github_house import House, no_waiting

from pipelines.sandbox.github.server.faults import Fault
from pipelines.sandbox.github.server.limits import Limits
from pipelines.sandbox.github.server.server import GitHubServer
from pipelines.sandbox.github.world.facts import Advisory, GitHubWorld
from pipelines.sandbox.github.world.generated import generated

WORLD = GitHubWorld.of(
    [
        generated(
            "lowmere/mill", issues=25, change_requests=60, stars=30, forks=40, releases=3, discussions=4, comments=2
        )
    ]
)
LIVING = [f"lowmere/mill-{number}" for number in range(50)]
NOW = datetime(2026, 8, 22, 12, tzinfo=UTC)


@contextmanager
def house(folder: Path, world: GitHubWorld = WORLD, limits: Limits | None = None) -> Iterator[House]:
    with no_waiting(), GitHubServer(world, limits=limits) as server:
        yield House(folder, server)


@pytest.mark.parametrize(
    ("stream", "field", "column"),
    [
        ("pull_requests", "headRepository", "head_repository_id"),
        ("pull_requests", "author", "author_key"),
        ("issues", "author", "author_key"),
    ],
)
@pytest.mark.parametrize("kind", ["forbidden-field", "missing-field", "sso-field"])
def test_a_field_that_is_refused_for_good_is_unknown_and_the_stream_is_complete(
    tmp_path: Path, stream: str, field: str, column: str, kind: str
) -> None:
    with house(tmp_path) as one:
        one.run(stream)
        whole = {row["number"]: row for row in one.rows(stream)}
    with house(tmp_path / "refused") as one:
        one.server.faults.append(Fault(kind, match=f"query {stream}", about=field, every=7, times=None))
        assert one.statuses(stream) == {"ok"}
        fetched = len(one.rows(stream))
        for _ in range(7):
            one.now += timedelta(days=1)
            assert one.statuses(stream) <= {"ok", "unchanged"}
        rows = {row["number"]: row for row in one.rows(stream)}
        assert len(one.rows(stream)) == fetched
    refused = {number for number, row in whole.items() if row[column] is not None and rows[number][column] is None}
    assert 0 < len(refused) < len(whole) / 2
    assert {number: row for number, row in rows.items() if number not in refused} == {
        number: row for number, row in whole.items() if number not in refused
    }


def test_a_node_that_is_refused_for_good_costs_itself_and_not_the_stream(tmp_path: Path) -> None:
    with house(tmp_path) as one:
        one.server.faults.append(Fault("forbidden-node", match="query forks", every=9, times=None))
        assert one.statuses("forks") == {"ok"}
        there = len({row["fork_id"] for row in one.rows("forks")})
        assert 25 < there < 40
        one.now += timedelta(days=1)
        assert one.statuses("forks") <= {"ok", "unchanged"}


def test_thirty_repositories_that_a_tired_server_leaves_out_are_not_called_deleted(tmp_path: Path) -> None:
    world = GitHubWorld.of([generated(name, issues=1, id=number) for number, name in enumerate(LIVING, 1)])
    with house(tmp_path, world) as one:
        one.names = LIVING
        one.server.faults.append(Fault("pathless", match="query probe", times=2))
        outcomes = one.run("repositories")["repositories"]
        assert {outcome.status for outcome in outcomes} == {"ok"}
        assert len(one.rows("repositories")) == 50


def test_a_repository_is_gone_when_that_was_said_twice_hours_apart(tmp_path: Path) -> None:
    with house(tmp_path) as one:
        one.run("repositories")
        one.server.faults.append(Fault("not-found", match="query probe", times=None))
        said = []
        for hours in (1, 3, 9):
            one.now += timedelta(hours=hours)
            (outcome,) = one.run("issues")["issues"]
            said.append((outcome.status, outcome.reason or ""))
        assert [status for status, _ in said] == ["failed"] * 3
        assert ["Unconfirmed until" in text for _, text in said] == [True, True, False]
        assert "Correct the name in the catalogue" in said[2][1]
        one.server.faults.clear()
        one.now += timedelta(hours=1)
        assert one.statuses("issues") == {"ok"}


@pytest.mark.parametrize("kind", ["503", "cut", "half", "html", "empty", "dropped", "secondary-bare"])
def test_the_half_of_rest_costs_only_itself(tmp_path: Path, kind: str) -> None:
    with house(tmp_path) as one:
        one.server.faults.append(Fault(kind, match="security-advisories", times=60))
        (outcome,) = one.run("community")["community"]
        (row,) = one.rows("community")
        assert outcome.status == "incomplete"
        assert row["advisories"] is None
        assert row["readme"] is not None
        one.server.faults.clear()
        one.now += timedelta(days=1)
        assert one.statuses("community") == {"ok"}
        assert one.rows("community")[-1]["advisories"] is not None


def test_a_policy_that_may_not_be_read_is_unknown_and_not_absent(tmp_path: Path) -> None:
    policies = replace(WORLD.repositories[0].policies, code_of_conduct=True)
    with house(tmp_path, WORLD.with_repository("lowmere/mill", policies=policies)) as one:
        one.server.faults.append(Fault("forbidden-part", match="query community", about="codeOfConduct"))
        assert one.statuses("community") == {"ok"}
        (row,) = one.rows("community")
        assert (row["code_of_conduct"], row["readme"]) == (None, True)


def test_advisories_of_an_odd_shape_are_rows(tmp_path: Path) -> None:
    told = [
        Advisory(f"GHSA-{number}", "high", NOW - timedelta(days=90), NOW - timedelta(days=60), NOW - timedelta(days=60))
        for number in range(4)
    ]
    world = WORLD.with_repository("lowmere/mill", advisories=tuple(told))
    with house(tmp_path, world) as one:
        one.server.faults.append(Fault("odd", match="security-advisories"))
        assert one.statuses("community") == {"ok"}
        (row,) = one.rows("community")
        assert [each["ghsa_id"] for each in row["advisories"]] == ["GHSA-0", "GHSA-1", "GHSA-3"]
        assert [each["severity"] for each in row["advisories"]] == [None] * 3
        assert [each["fixed_at"] for each in row["advisories"]] == [None] * 3
