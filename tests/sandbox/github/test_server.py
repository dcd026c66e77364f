"""The loopback GitHub answers as GitHub does: pages, orders, cursors, costs, limits, refusals."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from github_client import Client

from pipelines.sandbox.github.server.faults import Fault
from pipelines.sandbox.github.server.server import GitHubServer
from pipelines.sandbox.github.world.facts import Account, GitHubWorld
from pipelines.sandbox.github.world.generated import END, generated

REPOSITORY = generated(
    "lowmere/mill", issues=25, change_requests=12, stars=30, forks=10, releases=3, discussions=4, comments=3
)
WORLD = GitHubWorld.of([REPOSITORY])


@pytest.fixture
def server() -> Iterator[GitHubServer]:
    with GitHubServer(WORLD) as running:
        yield running


@pytest.fixture
def client(server: GitHubServer) -> Client:
    return Client(server)


def error(answer: dict[str, Any]) -> str:
    return str(answer["errors"][0].get("type"))


@pytest.mark.parametrize(
    ("stream", "order"),
    [
        ("issues", "CREATED_AT"),
        ("issues", "UPDATED_AT"),
        ("pullRequests", "UPDATED_AT"),
        ("forks", "CREATED_AT"),
        ("forks", "PUSHED_AT"),
        ("releases", "CREATED_AT"),
        ("discussions", "UPDATED_AT"),
    ],
)
@pytest.mark.parametrize("direction", ["ASC", "DESC"])
def test_pages_of_any_size_together_are_the_whole_stream_in_order(
    client: Client, stream: str, order: str, direction: str
) -> None:
    ordering = f"orderBy: {{field: {order}, direction: {direction}}}"
    field = "".join(word if not at else word.capitalize() for at, word in enumerate(order.lower().split("_")))
    nodes = f"totalCount pageInfo {{ endCursor hasNextPage }} nodes {{ id {field} }}"
    whole = client.mill(f"{stream}(first: 100, {ordering}) {{ {nodes} }}")[stream]
    assert whole["totalCount"] == len(whole["nodes"]) > 0
    assert not whole["pageInfo"]["hasNextPage"]
    values = [node[field] for node in whole["nodes"]]
    assert values == sorted(values, reverse=direction == "DESC")
    found, after = [], None
    while True:
        page = client.mill(f"{stream}(first: 3, after: $after, {ordering}) {{ {nodes} }}", after=after)[stream]
        found += page["nodes"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert found == whole["nodes"]


def test_pages_can_be_turned_backwards(client: Client) -> None:
    page = client.mill("issues(last: 2) { pageInfo { startCursor hasPreviousPage hasNextPage } nodes { number } }")
    assert [node["number"] for node in page["issues"]["nodes"]] == [24, 25]
    assert page["issues"]["pageInfo"]["hasPreviousPage"]
    before = page["issues"]["pageInfo"]["startCursor"]
    earlier = client.mill(f'issues(last: 2, before: "{before}") {{ nodes {{ number }} }}')
    assert [node["number"] for node in earlier["issues"]["nodes"]] == [22, 23]


def test_a_cursor_holds_its_place_while_items_come_and_go(server: GitHubServer, client: Client) -> None:
    first = client.mill("issues(first: 5) { pageInfo { endCursor } nodes { number } }")["issues"]
    rest = [one for one in REPOSITORY.issues if one.number not in {2, 3}]
    server.world = GitHubWorld.of([REPOSITORY]).with_repository("lowmere/mill", issues=rest)
    after = first["pageInfo"]["endCursor"]
    following = client.mill("issues(first: 2, after: $after) { nodes { number } }", after=after)
    assert [node["number"] for node in following["issues"]["nodes"]] == [6, 7]


def test_since_leaves_what_was_not_updated_and_states_what_is_closed(client: Client) -> None:
    updated = client.mill("issues(first: 100, orderBy: {field: UPDATED_AT, direction: ASC}) { nodes { updatedAt } }")
    moments = [node["updatedAt"] for node in updated["issues"]["nodes"]]
    since = f'filterBy: {{since: "{moments[20]}"}}'
    assert client.mill(f"issues({since}) {{ totalCount }}")["issues"]["totalCount"] == 5
    counts = client.mill(
        "open: issues(states: OPEN) { totalCount } closed: issues(states: [CLOSED]) { totalCount } "
        "merged: pullRequests(states: MERGED) { totalCount }",
    )
    assert [one["totalCount"] for one in counts.values()] == [16, 9, 6]


def test_stars_are_edges_with_their_times_and_people(client: Client) -> None:
    found = client.mill(
        "stargazers(first: 2, orderBy: {field: STARRED_AT, direction: DESC}) { edges { starredAt cursor node { login databaseId } } }"  # noqa: E501
    )["stargazers"]["edges"]
    assert [edge["node"]["login"] for edge in found] == ["gazer-10000029", "gazer-10000028"]
    assert found[0]["starredAt"] > found[1]["starredAt"]


def test_an_issue_says_who_commented_and_who_closed_it_first(client: Client) -> None:
    found = client.mill(
        """issues(first: 1) { nodes {
             comments(first: 100) { totalCount nodes { fullDatabaseId databaseId author { __typename login } } }
             timelineItems(first: 1, itemTypes: [CLOSED_EVENT]) { nodes {
               __typename ... on ClosedEvent { createdAt actor { login ... on User { databaseId } } } } } } }"""
    )["issues"]["nodes"][0]
    assert found["comments"]["totalCount"] == len(found["comments"]["nodes"]) == 3
    comment = found["comments"]["nodes"][0]
    assert comment["databaseId"] is None  # does not fit GraphQL's Int
    assert int(comment["fullDatabaseId"]) > 2**31
    assert comment["author"] == {"__typename": "User", "login": "walker-1"}
    assert found["timelineItems"]["nodes"][0]["__typename"] == "ClosedEvent"


def test_a_change_request_says_when_it_was_ready_merged_and_where_it_comes_from(client: Client) -> None:
    first = client.mill(
        """pullRequests(first: 1) { nodes { isDraft mergedAt closedAt state mergedBy { login }
             headRepository { databaseId isFork } reviews(first: 100) { totalCount nodes { state submittedAt } }
             timelineItems(first: 1, itemTypes: [READY_FOR_REVIEW_EVENT]) {
               nodes { ... on ReadyForReviewEvent { createdAt } } }
           } }"""
    )["pullRequests"]["nodes"][0]
    assert first["state"] == "MERGED"
    assert not first["isDraft"]
    assert first["timelineItems"]["nodes"][0]["createdAt"] < first["mergedAt"] == first["closedAt"]
    assert first["headRepository"] == {"databaseId": REPOSITORY.forks[0].id, "isFork": True}
    assert first["reviews"]["nodes"][0]["state"] == "APPROVED"


def test_what_came_later_is_not_there_yet(server: GitHubServer, client: Client) -> None:
    selection = "issues(first: 100) { totalCount nodes { createdAt updatedAt state } } stargazers { totalCount }"
    middle = REPOSITORY.issues[12].created_at + timedelta(minutes=15)
    server.world = WORLD.at(middle)
    then = client.mill(selection)
    assert then["issues"]["totalCount"] == 13
    assert max(node["updatedAt"] for node in then["issues"]["nodes"]) < middle.isoformat()
    assert then["issues"]["nodes"][12]["state"] == "OPEN"
    server.world = WORLD
    now = client.mill(selection)
    assert now["issues"]["totalCount"] == 25
    assert now["issues"]["nodes"][12]["state"] == "CLOSED"
    assert now["stargazers"]["totalCount"] == 30


def test_accounts_that_are_deleted_are_nobody_and_bots_have_no_suffix(server: GitHubServer, client: Client) -> None:
    issues = [one for one in REPOSITORY.issues if one.number in {1, 17}]
    ghost = Account("gone", 2_000_500_000, deleted_at=END)
    issues[0] = type(issues[0])(1, 1, ghost, issues[0].created_at)
    server.world = WORLD.with_repository("lowmere/mill", issues=issues)
    nodes = client.mill("issues(first: 2) { nodes { author { __typename login } } }")["issues"]["nodes"]
    assert nodes == [{"author": None}, {"author": {"__typename": "Bot", "login": "millstone-helper"}}]


def test_costs_are_those_of_the_documentation(client: Client) -> None:
    nested = "issues(first: 100) { nodes { comments(first: 100) { nodes { id } } timelineItems(first: 1) { nodes { __typename } } } }"  # noqa: E501
    answer = client.ask(
        f'{{ rateLimit {{ cost nodeCount }} repository(owner: "lowmere", name: "mill") {{ {nested} }} }}'
    )
    assert answer["data"]["rateLimit"] == {"cost": 2, "nodeCount": 10_200}
    counts = "issues(first: 100) { nodes { comments { totalCount } } }"
    answer = client.ask(f'{{ rateLimit {{ cost }} repository(owner: "lowmere", name: "mill") {{ {counts} }} }}')
    assert answer["data"]["rateLimit"] == {"cost": 1}


@pytest.mark.parametrize(
    ("selection", "kind"),
    [
        ("issues { nodes { id } }", "MISSING_PAGINATION_BOUNDARIES"),
        ("issues(first: 101) { nodes { id } }", "EXCESSIVE_PAGINATION"),
        ("issues(first: 0) { nodes { id } }", "ARGUMENT_LIMIT"),
        ('issues(first: 1, after: "nonsense") { nodes { id } }', "INVALID_CURSOR_ARGUMENTS"),
        (
            "pullRequests(first: 100) { nodes { reviews(first: 100) { nodes { pullRequest { timelineItems(first: 100) { nodes { __typename } } } } } } }",  # noqa: E501
            "MAX_NODE_LIMIT_EXCEEDED",
        ),
    ],
)
def test_a_query_that_github_would_refuse_is_refused_with_its_type(client: Client, selection: str, kind: str) -> None:
    answer = client.ask(f'{{ repository(owner: "lowmere", name: "mill") {{ {selection} }} }}')
    assert client.status == 200
    assert error(answer) == kind


def test_a_field_that_github_does_not_have_is_refused(client: Client) -> None:
    answer = client.ask('{ repository(owner: "lowmere", name: "mill") { downloads } }')
    assert "Cannot query field 'downloads'" in answer["errors"][0]["message"]


def test_renamed_deleted_private_blocked_and_guarded_repositories_answer_each_in_its_way(
    server: GitHubServer, client: Client
) -> None:
    text = 'query($name: String!) { repository(owner: "lowmere", name: $name) { nameWithOwner databaseId } }'
    server.faults.append(Fault("renamed", about="lowmere/mill", to="lowmere/weir"))
    for name in ("mill", "weir"):
        answer = client.ask(text, name=name)
        assert answer["data"]["repository"] == {"nameWithOwner": "lowmere/weir", "databaseId": REPOSITORY.id}
    for change, kind in (
        ({"deleted_at": END}, "NOT_FOUND"),
        ({"private_at": END}, "NOT_FOUND"),
        ({"blocked_at": END}, "FORBIDDEN"),
        ({"sso": True}, "FORBIDDEN"),
    ):
        server.world = WORLD.with_repository("lowmere/mill", **change)
        answer = client.ask(text, name="mill")
        assert answer["data"] == {"repository": None}
        assert error(answer) == kind
        assert answer["errors"][0]["path"] == ["repository"]


def test_cursors_are_opaque(client: Client) -> None:
    cursor = client.mill("issues(first: 1) { pageInfo { endCursor } }")["issues"]["pageInfo"]["endCursor"]
    assert base64.b64decode(cursor).startswith(b"cursor:v2:")


def test_forks_of_a_deleted_account_are_gone_and_its_requests_come_from_nowhere(
    server: GitHubServer, client: Client
) -> None:
    first = replace(REPOSITORY.forks[0], owner=Account("gone", 2_000_600_000, deleted_at=END))
    server.world = WORLD.with_repository("lowmere/mill", forks=[first, *REPOSITORY.forks[1:]])
    found = client.mill(
        "forkCount forks(first: 100) { totalCount nodes { owner { login } } } "
        "pullRequests(first: 1) { nodes { isCrossRepository headRepository { databaseId } } }"
    )
    assert (found["forkCount"], found["forks"]["totalCount"], len(found["forks"]["nodes"])) == (9, 9, 9)
    assert found["pullRequests"]["nodes"] == [{"isCrossRepository": True, "headRepository": None}]
