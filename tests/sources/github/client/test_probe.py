"""The probe: what 50 repositories are now, in one request, asked once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from github_server import BEGIN, Asked, Fault, Made, Server
from graphql import GraphQLSchema, validate

from pipelines.errors import Gone, Overloaded, Paused, TransientError, Unconfirmed
from pipelines.sources.github.client.client import Count, Probe, load_document
from pipelines.sources.github.client.documents import prepare, repeated
from pipelines.sources.github.client.missing import FILE

NAMES = [f"sound/code-{number}" for number in range(100)]


def repository(name: str) -> dict[str, Any]:
    counted = {"totalCount": 3}
    return {
        "databaseId": 7,
        "nameWithOwner": name,
        "createdAt": "2020-01-01T00:00:00Z",
        "pushedAt": None,
        "updatedAt": "2026-08-01T00:00:00Z",
        "isArchived": True,
        "isFork": True,
        "parent": {"databaseId": 6, "nameWithOwner": "noise/code"},
        "hasIssuesEnabled": True,
        "hasDiscussionsEnabled": False,
        "licenseInfo": {"spdxId": "MIT"},
        "primaryLanguage": None,
        "repositoryTopics": {"nodes": [{"topic": {"name": "sound"}}, None]},
        "stargazerCount": 11,
        "forkCount": 12,
        "watchers": {"totalCount": 13},
        "openIssues": {"totalCount": 2},
        "issues": counted | {"nodes": [{"updatedAt": "2026-08-02T00:00:00Z"}]},
        "pullRequests": counted | {"nodes": [{"updatedAt": "2026-08-03T00:00:00Z"}]},
        "forks": counted | {"nodes": [{"createdAt": "2026-08-04T00:00:00Z"}]},
        "pushedForks": {"nodes": [{"pushedAt": "2026-08-05T00:00:00Z"}]},
        "stargazers": counted | {"edges": [{"starredAt": "2026-08-06T00:00:00Z"}]},
        "releases": {"totalCount": 0, "nodes": []},
        "discussions": {"totalCount": 0, "nodes": []},
    }


def asked_for(asked: Asked) -> list[str]:
    owners = sum(name.startswith("owner") for name in asked.variables)
    return [f"{asked.variables[f'owner{index}']}/{asked.variables[f'name{index}']}" for index in range(owners)]


@pytest.fixture
def probed(server: Server) -> Server:
    server.data = lambda asked: {f"r{index}": repository(name) for index, name in enumerate(asked_for(asked))}
    return server


def test_a_probe_says_what_a_repository_is_and_the_newest_of_each_stream(probed: Server, github: Made) -> None:
    assert probed.questions == []
    found = github().probe(["sound/code"], BEGIN)

    def day(number: int) -> datetime:
        return datetime(2026, 8, number, tzinfo=UTC)

    assert found == {
        "sound/code": Probe(
            name="sound/code",
            full_name="sound/code",
            database_id=7,
            created_at=datetime(2020, 1, 1, tzinfo=UTC),
            updated_at=day(1),
            pushed_at=None,
            archived=True,
            fork=True,
            parent="noise/code",
            parent_id=6,
            has_issues=True,
            has_discussions=False,
            license_spdx="MIT",
            language=None,
            topics=("sound",),
            stars=11,
            fork_count=12,
            watchers=13,
            open_issues=2,
            issues=Count(3, day(2)),
            pull_requests=Count(3, day(3)),
            forks=Count(3, day(4)),
            forks_pushed_at=day(5),
            stargazers=Count(3, day(6)),
            releases=Count(0, None),
            discussions=Count(0, None),
        )
    }


def test_a_hundred_repositories_are_two_requests_whoever_asks_and_how_often(probed: Server, github: Made) -> None:
    client = github()
    with ThreadPoolExecutor(20) as pool:
        found = list(pool.map(lambda _number: client.probe(NAMES, BEGIN), range(40)))
    assert all(len(each) == 100 for each in found)
    assert len(probed.questions) == 2
    assert client.requests == 3


def test_a_probe_is_asked_again_after_a_quarter_of_an_hour(probed: Server, github: Made) -> None:
    client = github()
    for minutes in (0, 14, 16, 20):
        client.probe(["sound/code"], BEGIN + timedelta(minutes=minutes))
    assert len(probed.questions) == 2


def test_a_renamed_repository_answers_under_its_new_name(probed: Server, github: Made) -> None:
    probed.data = lambda _asked: {"r0": repository("tone/code"), "r1": repository("Sound/Other")}
    found = github().probe(["sound/code", "sound/other"], BEGIN)
    renamed, same = found["sound/code"], found["sound/other"]
    assert isinstance(renamed, Probe)
    assert isinstance(same, Probe)
    assert (renamed.renamed, renamed.full_name) == (True, "tone/code")
    assert not same.renamed


def without(name: str, error: dict[str, Any] | None) -> Callable[[Asked], dict[str, Any]]:
    """All that is asked for, but one that is null with that error on its own path."""

    def data(asked: Asked) -> dict[str, Any]:
        names = asked_for(asked)
        found: dict[str, Any] = {f"r{at}": None if each == name else repository(each) for at, each in enumerate(names)}
        if name in names and error:
            found["errors"] = [{"path": [f"r{names.index(name)}"], **error}]
        return found

    return data


GONE = {"type": "NOT_FOUND", "message": "Could not resolve"}


def test_one_that_is_gone_is_unconfirmed_until_that_is_said_again_hours_later(
    probed: Server, github: Made, tmp_path: Path
) -> None:
    probed.data = without("sound/gone", GONE)
    names = ["sound/code", "sound/gone"]
    for hours in (0, 0.1, 5):  # each a run of its own
        found = github(missing=tmp_path).probe(names, BEGIN + timedelta(hours=hours))
        assert isinstance(found["sound/code"], Probe)
        assert type(found["sound/gone"]) is Unconfirmed
        assert "what was fetched stays" in str(found["sound/gone"])
    gone = github(missing=tmp_path).probe(names, BEGIN + timedelta(hours=6.1))["sound/gone"]
    assert type(gone) is Gone
    assert str(gone).startswith("repository sound/gone: not found")


def test_one_that_was_there_in_between_is_unconfirmed_again(probed: Server, github: Made, tmp_path: Path) -> None:
    whole = probed.data
    for hours, data in ((0, without("sound/gone", GONE)), (5, whole), (10, without("sound/gone", GONE))):
        probed.data = data
        found = github(missing=tmp_path).probe(["sound/gone"], BEGIN + timedelta(hours=hours))["sound/gone"]
        assert isinstance(found, Probe if data is whole else Unconfirmed)


def test_what_is_kept_of_the_missing_may_be_damaged(probed: Server, github: Made, tmp_path: Path) -> None:
    probed.data = without("sound/gone", GONE)
    (tmp_path / FILE).write_text('{"sound/gone": 17')
    assert isinstance(github(missing=tmp_path).probe(["sound/gone"], BEGIN)["sound/gone"], Unconfirmed)


def test_in_one_run_one_that_is_missing_is_asked_for_once(probed: Server, github: Made) -> None:
    probed.data = without("sound/gone", GONE)
    client = github()
    for _ in range(2):
        client.probe(["sound/code", "sound/gone"], BEGIN)
    assert len(probed.questions) == 1


@pytest.mark.parametrize(
    "error",
    [{"message": "Something went wrong"}, {"type": "RESOURCE_LIMITS_EXCEEDED", "message": "x"}, {"message": "odd"}],
)
def test_roots_that_are_null_beside_an_error_without_a_place_are_asked_for_in_halves(
    probed: Server, github: Made, error: dict[str, str]
) -> None:
    def data(asked: Asked) -> dict[str, Any]:
        names = asked_for(asked)
        many = len(names) > 7
        found: dict[str, Any] = {
            f"r{at}": None if many and at % 5 in {1, 3} else repository(name) for at, name in enumerate(names)
        }
        return found | ({"errors": [dict(error)]} if many else {})

    probed.data = data
    found = github().probe(NAMES[:50], BEGIN)
    assert {name: each.full_name for name, each in found.items() if isinstance(each, Probe)} == {
        name: name for name in NAMES[:50]
    }
    assert len(asked_for(probed.questions[1])) < 20  # only what was lost, and less at once


@pytest.mark.parametrize("error", [{"type": "NOT_FOUND", "message": "x", "path": ["r0", "discussions"]}, None])
def test_what_never_comes_is_no_deletion(probed: Server, github: Made, error: dict[str, Any] | None) -> None:
    probed.data = without("sound/lost", error)
    found = github().probe(["sound/lost", "sound/code"], BEGIN)
    assert isinstance(found["sound/code"], Probe)
    assert isinstance(found["sound/lost"], TransientError)
    assert not isinstance(found["sound/lost"], Unconfirmed)


def test_a_part_that_is_refused_leaves_the_rest_of_a_repository(probed: Server, github: Made) -> None:
    error = {"type": "FORBIDDEN", "path": ["r0", "parent"], "message": "not for you"}
    probed.data = lambda _asked: {"r0": repository("sound/code") | {"parent": None}, "errors": [error]}
    found = github().probe(["sound/code"], BEGIN)["sound/code"]
    assert isinstance(found, Probe)
    assert (found.parent, found.stars) == (None, 11)


def test_a_probe_that_is_too_much_is_halved(probed: Server, github: Made) -> None:
    probed.faults.append(Fault(502, times=99, when=lambda asked: len(asked.variables) > 60))
    found = github().probe(NAMES[:50], BEGIN)
    assert all(isinstance(each, Probe) for each in found.values())
    assert [len(asked_for(asked)) for asked in probed.questions] == [50, 25, 25]


def test_one_that_is_lost_for_the_time_being_is_asked_again_alone_and_next_time(probed: Server, github: Made) -> None:
    whole = probed.data
    probed.data = without("sound/slow", {"message": "Something went wrong while executing your query."})
    client = github()
    found = client.probe(["sound/code", "sound/slow"], BEGIN)
    assert isinstance(found["sound/slow"], Overloaded)
    assert [asked_for(asked) for asked in probed.questions] == [["sound/code", "sound/slow"], ["sound/slow"]]
    probed.data = whole
    assert isinstance(client.probe(["sound/code", "sound/slow"], BEGIN)["sound/slow"], Probe)
    assert asked_for(probed.questions[-1]) == ["sound/slow"]


def test_a_budget_that_does_not_suffice_pauses_each(github: Made) -> None:
    found = github(budget=4).probe(NAMES[:50], BEGIN)
    assert all(isinstance(each, Paused) for each in found.values())


def test_a_wait_before_the_probe_is_told(probed: Server, github: Made) -> None:
    next(iter(probed.purses.values())).limit = 3
    told: list[str] = []
    found = github().probe(NAMES[:50], BEGIN, told.append)
    assert all(isinstance(each, Probe) for each in found.values())
    assert told[0].endswith("for GitHub's budget of ada")


def test_fifty_repositories_cost_four_points(github_schema: GraphQLSchema) -> None:
    document = repeated(load_document("probe"), "repository", 50)
    assert prepare(document).points({}) == 4
    assert validate(github_schema, document) == []
