"""The simulated world's GitHub is served as of a day, agrees with its truth, and knows whose commits are whose."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import github
import huggingface_hub
import pytest
from github_client import Client

from pipelines.sandbox.github.server.server import TOKEN, GitHubServer
from pipelines.sandbox.world import World, write
from pipelines.settings import Settings

NOW = datetime(2026, 3, 17, 9, 30, tzinfo=UTC)
COUNTS = """query($owner: String!, $name: String!) { repository(owner: $owner, name: $name) { nameWithOwner databaseId
  stargazerCount isArchived hasIssuesEnabled issues { totalCount } pullRequests { totalCount } forks { totalCount }
  stargazers { totalCount } releases { totalCount } discussions { totalCount } } }"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    yield write(tmp_path_factory.mktemp("world") / "folder", seed=5, scale=0.1, now=NOW)
    huggingface_hub.close_session()


@pytest.fixture
def server(world: World) -> Iterator[GitHubServer]:
    with GitHubServer(world.github_for(world.days[-1])) as running:
        yield running


def counts(server: GitHubServer, full_name: str) -> dict[str, int]:
    owner, _, name = full_name.partition("/")
    row = Client(server).ask(COUNTS, owner=owner, name=name)["data"]["repository"]
    return {key: value["totalCount"] for key, value in row.items() if isinstance(value, dict)}


def test_every_repository_has_as_much_as_the_truth_says(world: World, server: GitHubServer) -> None:
    for name, told in world.truth["github"]["totals"].items():
        found = counts(server, name)
        assert found == {
            "issues": told["issues"],
            "pullRequests": told["change_requests"],
            "forks": told["forks"],
            "stargazers": told["stars"],
            "releases": told["releases"],
            "discussions": told["discussions"],
        }


def test_an_earlier_day_has_less_and_the_former_name(world: World, server: GitHubServer) -> None:
    late = counts(server, "elderquay/quay")
    server.world = world.github_for(world.days[0])
    early = counts(server, "elderquay/quay")
    assert all(early[key] <= late[key] for key in late)
    assert early["stargazers"] < late["stargazers"]
    answer = Client(server).ask(COUNTS, owner="elderquay-labs", name="quayside")
    assert answer["data"]["repository"]["nameWithOwner"] == "elderquay/quay"


def test_it_is_the_same_when_the_world_is_opened_again(world: World) -> None:
    again = World.open(world.folder)
    assert again.github.outcomes == world.github.outcomes


def test_a_commit_leads_to_the_account_of_its_author_if_github_knows_the_address(
    world: World, server: GitHubServer
) -> None:
    repository = next(one for one in world.github.world.repositories if one.full_name == "aurora-lab/aurora")
    accounts = {email: one for one in world.github.world.accounts for email in one.emails}
    text = 'query($oid: GitObjectID!) { repository(owner: "aurora-lab", name: "aurora") { object(oid: $oid) { ... on Commit { author { user { login databaseId company } } } } } }'  # noqa: E501
    known = unknown = 0
    for sha, (_, email, _) in list(repository.commits().items())[:60]:
        user = Client(server).ask(text, oid=sha)["data"]["repository"]["object"]["author"]["user"]
        account = accounts.get(email)
        if account is None or account.kind != "User":
            assert user is None
            unknown += 1
        else:
            assert (user["login"], user["databaseId"]) == (account.login, account.id)
            known += 1
    assert known > 10
    assert unknown > 0


def test_a_repository_without_code_has_its_issues_switched_off(server: GitHubServer) -> None:
    answer = Client(server).ask(COUNTS, owner="fenholt", name="weights")
    assert answer["data"]["repository"]["hasIssuesEnabled"] is False


def test_advisories_are_told_by_rest(world: World, server: GitHubServer) -> None:
    client = github.Github(auth=github.Auth.Token(TOKEN), base_url=server.endpoint, retry=None)
    try:
        found = list(client.get_repo("cinderfell/ashwalk").get_repository_advisories())
    finally:
        client.close()
    repository = next(one for one in world.github.world.repositories if one.full_name == "cinderfell/ashwalk")
    assert {one.ghsa_id for one in found} == {one.ghsa_id for one in repository.advisories if one.published_at <= NOW}
    assert all(one.published_at is not None and one.state == "published" for one in found)


def test_the_environment_points_a_run_at_it_with_a_token_that_opens_nothing_else(world: World) -> None:
    settings = Settings.from_environment(world.environment("http://127.0.0.1:1", None, "http://127.0.0.1:2"))
    assert (settings.github_url, settings.github_tokens) == ("http://127.0.0.1:2", (TOKEN,))
    without = Settings.from_environment(world.environment("http://127.0.0.1:1"))
    assert without.github_tokens == ()
