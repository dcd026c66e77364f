"""The probe: what 50 repositories are now, in one request, asked once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from github_server import BEGIN, Asked, Fault, Made, Server
from graphql import GraphQLSchema, validate

from pipelines.errors import Gone, Overloaded, Paused
from pipelines.sources.github.client.client import Count, Probe, load_document
from pipelines.sources.github.client.documents import prepare, repeated

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


def test_one_that_is_gone_is_an_error_of_its_own_and_asked_once(probed: Server, github: Made) -> None:
    error = {"type": "NOT_FOUND", "path": ["r1"], "message": "Could not resolve"}
    probed.data = lambda _asked: {"r0": repository("sound/code"), "r1": None, "errors": [error]}
    client = github()
    for _ in range(2):
        found = client.probe(["sound/code", "sound/gone"], BEGIN)
        assert isinstance(found["sound/code"], Probe)
        assert isinstance(found["sound/gone"], Gone)
        assert str(found["sound/gone"]).startswith("repository sound/gone: not found")
    assert len(probed.questions) == 1


def test_the_only_one_that_is_gone_is_told_by_its_name(probed: Server, github: Made) -> None:
    error = {"type": "NOT_FOUND", "path": ["r0"], "message": "Could not resolve"}
    probed.data = lambda _asked: {"r0": None, "errors": [error]}
    found = github().probe(["sound/gone"], BEGIN)
    assert isinstance(found["sound/gone"], Gone)
    assert str(found["sound/gone"]).startswith("repository sound/gone: not found")


def test_a_probe_that_is_too_much_is_halved(probed: Server, github: Made) -> None:
    probed.faults.append(Fault(502, times=99, when=lambda asked: len(asked.variables) > 60))
    found = github().probe(NAMES[:50], BEGIN)
    assert all(isinstance(each, Probe) for each in found.values())
    assert [len(asked_for(asked)) for asked in probed.questions] == [50, 25, 25]


def test_one_that_is_lost_for_the_time_being_is_asked_again_next_time(probed: Server, github: Made) -> None:
    whole = probed.data
    error = {"path": ["r1"], "message": "Something went wrong while executing your query."}
    probed.data = lambda _asked: {"r0": repository("sound/code"), "r1": None, "errors": [dict(error)]}
    client = github()
    found = client.probe(["sound/code", "sound/slow"], BEGIN)
    assert isinstance(found["sound/slow"], Overloaded)
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
