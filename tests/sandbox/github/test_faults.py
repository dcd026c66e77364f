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
from pipelines.sandbox.github.server.server import TOKEN, GitHubServer
from pipelines.sandbox.github.world.facts import GitHubWorld
from pipelines.sandbox.github.world.generated import generated

WORLD = GitHubWorld.of([generated("lowmere/mill", issues=9), generated("lowmere/weir", id=2_100_000_001)])
TEXT = 'query($after: String) { repository(owner: "lowmere", name: "mill") { nameWithOwner issues(first: 3, after: $after) { totalCount pageInfo { startCursor endCursor hasNextPage } nodes { number } } } }'  # noqa: E501
BY_THEMSELVES = {"slow", "drip", "silent", "redirect", "odd", "repeated-cursor", "bomb"}
IN_NODES = {"forbidden-field", "missing-field", "sso-field", "forbidden-part", "forbidden-node", "lost-node"}
SPOILING = sorted([*(KINDS.keys() - LASTING - BY_THEMSELVES - IN_NODES), "502", "503"])


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
        ("busy", 503, "Retry-After"),
        ("secondary-message", 200, "Retry-After"),
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
        ("unavailable", "SERVICE_UNAVAILABLE"),
        ("too-much", "RESOURCE_LIMITS_EXCEEDED"),
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


NUMBERS = "nodes { number author { login } }"
AUTHORS = TEXT.replace("first: 3", "first: 9").replace("nodes { number }", NUMBERS)


@pytest.mark.parametrize(
    ("kind", "type_", "sso"),
    [
        ("forbidden-field", "FORBIDDEN", False),
        ("missing-field", "NOT_FOUND", False),
        ("sso-field", "FORBIDDEN", True),
    ],
)
def test_a_refused_field_is_null_in_the_same_nodes_each_time_and_told_at_its_place(
    server: GitHubServer, client: Client, kind: str, type_: str, sso: bool
) -> None:
    server.faults.append(Fault(kind, about="author", every=3, times=None))
    first, second = client.ask(AUTHORS), client.ask(AUTHORS)
    assert first == second
    nodes = first["data"]["repository"]["issues"]["nodes"]
    places = [at for at, node in enumerate(nodes) if node["author"] is None]
    assert 0 < len(places) < len(nodes)
    assert [error["path"] for error in first["errors"]] == [
        ["repository", "issues", "nodes", at, "author"] for at in places
    ]
    assert {error["type"] for error in first["errors"]} == {type_}
    assert all(("extensions" in error) == sso for error in first["errors"])


def test_roots_are_null_beside_one_error_that_names_no_place(server: GitHubServer, client: Client) -> None:
    server.faults.append(Fault("pathless"))
    fields = " ".join(f'r{at}: repository(owner: "lowmere", name: "mill") {{ id }}' for at in range(5))
    answer = client.ask(f"{{ {fields} }}")
    assert [answer["data"][f"r{at}"] is None for at in range(5)] == [False, True, False, True, False]
    (error,) = answer["errors"]
    assert "path" not in error


def test_a_living_repository_can_be_said_to_be_missing(server: GitHubServer, client: Client) -> None:
    server.faults.append(Fault("not-found"))
    (error,) = client.ask(TEXT)["errors"]
    assert (error["type"], error["path"]) == ("NOT_FOUND", ["repository"])


def test_a_redirect_names_another_address(server: GitHubServer, client: Client) -> None:
    server.faults.append(Fault("redirect", to="http://127.0.0.2:9/elsewhere"))
    client.send("POST", "/graphql", json.dumps({"query": TEXT}).encode())
    assert (client.status, client.headers["Location"]) == (302, "http://127.0.0.2:9/elsewhere")


def test_an_answer_can_come_byte_by_byte(server: GitHubServer, client: Client) -> None:
    server.faults.append(Fault("drip", seconds=0.05))
    started = time.monotonic()
    assert client.ask("{ viewer { login } }")["data"]
    assert time.monotonic() - started > 1


def test_an_answer_can_never_come(server: GitHubServer) -> None:
    server.faults.append(Fault("silent"))
    connection = http.client.HTTPConnection(server.endpoint.removeprefix("http://"), timeout=0.3)
    connection.request("GET", "/rate_limit", headers={"Authorization": f"token {TOKEN}"})
    with pytest.raises(TimeoutError):
        connection.getresponse()
    connection.close()
