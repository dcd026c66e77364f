"""Every query is valid by GitHub's own schema, asks for no more than GitHub allows, and costs what it says."""

from __future__ import annotations

from pathlib import Path

import pytest
from graphql import GraphQLSchema, parse, validate

from pipelines.sources.github import queries
from pipelines.sources.github.client.documents import load_document, prepare, repeated

FOLDER = Path(queries.__file__).parent
NAMES = sorted(path.stem for path in FOLDER.glob("*.graphql"))
MOST_NODES = 500_000  # docs: rate limits and query limits for the GraphQL API, node limit
POINTS_A_PAGE = {
    "issues": 1,
    "issue_timeline": 1,
    "pull_requests": 1,
    "pull_request_timeline": 1,
    "forks": 1,
    "stargazers": 1,
    "releases": 1,
    "discussions": 1,
    "discussion_comments": 1,
    "discussion_replies": 1,
    "community": 1,
}


@pytest.mark.parametrize("name", NAMES)
def test_query_is_valid_by_githubs_schema(name: str, github_schema: GraphQLSchema) -> None:
    assert validate(github_schema, parse((FOLDER / f"{name}.graphql").read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("name", ["probe", "account", "account_of_commit"])
def test_query_repeated_by_aliases_is_valid_by_githubs_schema(name: str, github_schema: GraphQLSchema) -> None:
    field = "repositoryOwner" if name == "account" else "repository"
    assert validate(github_schema, repeated(load_document(name), field, 100)) == []


@pytest.mark.parametrize("name", sorted(POINTS_A_PAGE))
def test_a_page_of_a_hundred_costs_what_is_said_and_stays_under_the_node_limit(name: str) -> None:
    prepared = prepare(load_document(name))
    assert prepared.points({"first": 100}) == POINTS_A_PAGE[name]
    nodes = 0
    for sizes in prepared.connections:
        asked = 1
        for size in sizes:
            asked *= size if isinstance(size, int) else 100
        nodes += asked
    assert nodes < MOST_NODES
