"""GraphQL documents: made ready once, repeated by aliases, and what they cost."""

from __future__ import annotations

import pytest
from graphql import parse, print_ast

from pipelines.sources.github.client import documents as github_documents
from pipelines.sources.github.client.documents import load_document, prepare, repeated

# docs, rate limits and query limits for the GraphQL API: 50 repositories, 20 change requests of each with 10 comments,
# 20 issues of each with 10 comments, 10 followers: 1 + 50 * (1 + 20) + 50 * (1 + 20) + 1 = 2,102 requests, 21 points.
DOCUMENTED = """
query { viewer { login
  repositories(first: 50) { edges { repository: node { name
    pullRequests(first: 20) { edges { node { title comments(first: 10) { edges { node { body } } } } } }
    issues(first: 20) { totalCount edges { node { title comments(first: 10) { edges { node { body } } } } } }
  } } }
  followers(first: 10) { edges { follower: node { login } } }
} }
"""


def test_points_are_github_s_for_its_own_example() -> None:
    assert prepare(parse(DOCUMENTED)).points({}) == 21


def test_points_follow_the_variables_their_defaults_and_fragments() -> None:
    document = parse(
        """query ($first: Int = 100, $inner: Int!) { node(id: "x") { ...listed ... on Issue { number } } }
        fragment listed on Repository { issues(first: $first) { nodes { comments(last: $inner) { totalCount } } } }"""
    )
    prepared = prepare(document)
    assert prepared.connections == (("first",), ("first", "inner"))
    assert prepared.points({"inner": 10}) == 1
    assert prepared.points({"first": 400, "inner": 10}) == 4


def test_a_document_is_made_ready_once() -> None:
    document = parse("{ viewer { login } }")
    assert prepare(document) is prepare(document)
    assert load_document("probe") is load_document("probe")


def test_a_document_that_asks_for_its_limits_is_left_as_it_is() -> None:
    text = "{rateLimit{limit cost remaining resetAt nodeCount}viewer{login}}"
    assert prepare(parse(text)).text == text


@pytest.mark.parametrize("text", ["{ rateLimit { cost } }", "{ limits: rateLimit { limit cost remaining resetAt } }"])
def test_a_document_that_asks_for_less_gets_the_rest(text: str) -> None:
    assert prepare(parse(text)).text.endswith("rateLimit{limit cost remaining resetAt}}")


def test_a_document_of_two_operations_is_refused() -> None:
    with pytest.raises(ValueError, match="one operation, this one holds 2"):
        prepare(parse("query a { viewer { login } } query b { viewer { login } }"))


def test_documents_that_are_made_anew_each_time_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(github_documents, "MOST_KEPT", 3)
    monkeypatch.setattr(github_documents, "_prepared", {})
    for number in range(10):
        prepare(parse(f"{{ a{number}: viewer {{ login }} }}"))
    assert len(github_documents._prepared) <= 3  # noqa: SLF001 - what is kept is the point


def test_a_document_is_repeated_with_variables_of_its_own_wherever_they_stand() -> None:
    document = parse(
        """query one($owner: String!, $oid: GitObjectID!) {
          repository(owner: $owner, name: "x", followRenames: true) { object(oid: $oid) { ...one } }
        } fragment one on Commit { oid }"""
    )
    expected = parse(
        """query one($owner0: String!, $oid0: GitObjectID!, $owner1: String!, $oid1: GitObjectID!) {
          r0: repository(owner: $owner0, name: "x", followRenames: true) { object(oid: $oid0) { ...one } }
          r1: repository(owner: $owner1, name: "x", followRenames: true) { object(oid: $oid1) { ...one } }
        } fragment one on Commit { oid }"""
    )
    assert print_ast(repeated(document, "repository", 2)) == print_ast(expected)


def test_only_a_document_of_one_field_is_repeated() -> None:
    with pytest.raises(ValueError, match="user is not the only field"):
        repeated(parse("{ viewer { login } user(login: $login) { id } }"), "user", 2)
