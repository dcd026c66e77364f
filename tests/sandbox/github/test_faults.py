"""Each fault of the loopback GitHub happens where, when and as often as it is told to, and looks as GitHub's does."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime

import pytest
from github_client import Client

from pipelines.sandbox.github.server.faults import KINDS, LASTING, TRANSIENT, Fault, chaos
from pipelines.sandbox.github.server.server import GitHubServer
from pipelines.sandbox.github.world.facts import GitHubWorld
from pipelines.sandbox.github.world.generated import generated

WORLD = GitHubWorld.of([generated("lowmere/mill", issues=9), generated("lowmere/weir", id=2_100_000_001)])
TEXT = 'query($after: String) { repository(owner: "lowmere", name: "mill") { nameWithOwner issues(first: 3, after: $after) { totalCount pageInfo { startCursor endCursor hasNextPage } nodes { number } } } }'  # noqa: E501
SPOILING = sorted([*(KINDS.keys() - LASTING - {"slow", "repeated-cursor"}), "502", "503"])


@pytest.fixture
def server() -> Iterator[GitHubServer]:
    with GitHubServer(WORLD) as running:
        yield running


@pytest.fixture
def client(server: GitHubServer) -> Client:
    return Client(server)


@pytest.mark.parametrize("kind", SPOILING)
def test_a_fault_spoils_one_answer_and_the_next_is_good(server: GitHubServer, client: Client, kind: str) -> None:
    good = client.ask(TEXT)
    server.faults.append(Fault(kind))
    body = json.dumps({"query": TEXT}).encode()
    try:
        spoilt = client.send("POST", "/graphql", body)
    except (http.client.HTTPException, ConnectionError):
        assert kind in {"cut", "dropped"}
    else:
        assert (client.status, spoilt) != (200, json.dumps(good).encode())
    if kind != "exhausted":
        assert client.ask(TEXT) == good


@pytest.mark.parametrize(
    ("kind", "status", "header"),
    [
        ("secondary", 403, "Retry-After"),
        ("secondary-429", 429, "Retry-After"),
        ("sso", 403, "X-GitHub-SSO"),
        ("bad-token", 401, "Date"),
        ("502", 502, "X-RateLimit-Remaining"),
    ],
)
def test_a_refusal_has_githubs_status_and_headers(
    server: GitHubServer, client: Client, kind: str, status: int, header: str
) -> None:
    server.faults.append(Fault(kind))
    client.send("POST", "/graphql", json.dumps({"query": TEXT}).encode())
    assert client.status == status
    assert header in client.headers


@pytest.mark.parametrize(
    ("kind", "type_"),
    [
        ("timeout", "TIMEOUT"),
        ("secondary-200", "RATE_LIMITED"),
        ("exhausted", "RATE_LIMITED"),
        ("scopes", "INSUFFICIENT_SCOPES"),
    ],
)
def test_an_error_within_a_200_has_its_type_and_no_data(
    server: GitHubServer, client: Client, kind: str, type_: str
) -> None:
    server.faults.append(Fault(kind))
    answer = client.ask(TEXT)
    assert client.status == 200
    assert answer["errors"][0]["type"] == type_
    assert "data" not in answer


def test_a_partial_answer_names_each_node_that_it_lacks(server: GitHubServer, client: Client) -> None:
    server.faults.append(Fault("partial"))
    answer = client.ask(TEXT)
    nodes = answer["data"]["repository"]["issues"]["nodes"]
    assert [error["path"] for error in answer["errors"]] == [["repository", "issues", "nodes", 2]]
    assert nodes[2] is None
    assert nodes[:2] == [{"number": 1}, {"number": 2}]


def test_faults_match_by_query_and_variables_and_skip(server: GitHubServer, client: Client) -> None:
    server.faults.append(Fault("502", match="weir", skip=1, times=1))
    text = 'query($name: String!) { repository(owner: "lowmere", name: $name) { id } }'
    body = [json.dumps({"query": text, "variables": {"name": name}}).encode() for name in ("mill", "weir")]
    statuses = []
    for part in (body[0], body[1], body[1], body[1]):
        client.send("POST", "/graphql", part)
        statuses.append(client.status)
    assert statuses == [200, 200, 502, 200]


def test_cursors_that_expire_stay_expired_and_new_ones_work(server: GitHubServer, client: Client) -> None:
    old = client.ask(TEXT)["data"]["repository"]["issues"]["pageInfo"]["endCursor"]
    server.faults.append(Fault("expired-cursors"))
    for _ in range(2):
        assert client.ask(TEXT, after=old)["errors"][0]["type"] == "INVALID_CURSOR_ARGUMENTS"
    new = client.ask(TEXT)["data"]["repository"]["issues"]["pageInfo"]["endCursor"]
    assert client.ask(TEXT, after=new)["data"]["repository"]["issues"]["nodes"][0] == {"number": 4}


def test_a_repeated_cursor_is_the_one_that_was_given(server: GitHubServer, client: Client) -> None:
    cursor = client.ask(TEXT)["data"]["repository"]["issues"]["pageInfo"]["endCursor"]
    server.faults.append(Fault("repeated-cursor"))
    info = client.ask(TEXT, after=cursor)["data"]["repository"]["issues"]["pageInfo"]
    assert (info["endCursor"], info["hasNextPage"]) == (cursor, True)


def test_a_repository_changes_between_two_pages_of_it(server: GitHubServer, client: Client) -> None:
    after = client.ask(TEXT)["data"]["repository"]["issues"]["pageInfo"]["endCursor"]
    server.faults.extend(
        [
            Fault("renamed", about="lowmere/mill", to="lowmere/sluice"),
            Fault("deleted", about="lowmere/sluice", skip=1),
        ]
    )
    moved = client.ask(TEXT, after=after)["data"]["repository"]
    assert moved["nameWithOwner"] == "lowmere/sluice"
    assert [node["number"] for node in moved["issues"]["nodes"]] == [4, 5, 6]
    assert client.ask(TEXT, after=after)["errors"][0]["type"] == "NOT_FOUND"


def test_its_clock_can_be_wrong(server: GitHubServer, client: Client) -> None:
    server.faults.append(Fault("skew", seconds=-900))
    client.ask("{ rateLimit { resetAt } }")
    wrong = parsedate_to_datetime(client.headers["Date"]).timestamp() - time.time()
    assert -903 < wrong < -897
    assert int(client.headers["X-RateLimit-Reset"]) < time.time() + 3_600 - 890


def test_a_slow_answer_comes_late(server: GitHubServer, client: Client) -> None:
    server.faults.append(Fault("slow", seconds=0.3))
    started = time.monotonic()
    client.ask(TEXT)
    assert time.monotonic() - started >= 0.3


def test_chaos_is_the_same_for_the_same_seed_and_of_the_kinds_that_pass() -> None:
    def schedule(seed: int) -> list[tuple[str, int]]:
        return [(fault.kind, fault.skip) for fault in chaos(seed, share=0.3, requests=100)]

    assert schedule(3) == schedule(3) != schedule(4)
    assert 10 < len(schedule(3)) < 50
    assert {kind for seed in range(20) for kind, _ in schedule(seed)} == set(TRANSIENT)


def test_an_unknown_fault_is_refused_with_the_names_of_the_known() -> None:
    with pytest.raises(ValueError, match="expired-cursors"):
        Fault("explode")
