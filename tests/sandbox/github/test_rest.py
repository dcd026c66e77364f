"""The REST paths of the loopback GitHub, by PyGithub and as peers ask them."""

from __future__ import annotations

from collections.abc import Iterator

import github
import pytest
from github_client import Client

from pipelines.sandbox.github.server.answer import VIEWER
from pipelines.sandbox.github.server.server import TOKEN, GitHubServer
from pipelines.sandbox.github.world.facts import GitHubWorld
from pipelines.sandbox.github.world.generated import END, generated

REPOSITORY = generated("lowmere/mill", issues=25, change_requests=12, stars=30, comments=3)
WORLD = GitHubWorld.of([REPOSITORY])


@pytest.fixture
def server() -> Iterator[GitHubServer]:
    with GitHubServer(WORLD) as running:
        yield running


@pytest.fixture
def client(server: GitHubServer) -> Client:
    return Client(server)


def test_rest_speaks_with_pygithub(server: GitHubServer) -> None:
    hub = github.Github(auth=github.Auth.Token(TOKEN), base_url=server.endpoint, retry=None)
    try:
        assert hub.get_user().login == VIEWER.login
        assert hub.get_rate_limit().resources.graphql.limit == 5_000
        repository = hub.get_repo("lowmere/mill")
        assert (repository.id, repository.stargazers_count) == (REPOSITORY.id, 30)
        assert repository.get_issues(state="all").totalCount == 37
        with pytest.raises(github.UnknownObjectException):
            hub.get_repo("lowmere/none")
        server.world = WORLD.with_repository("lowmere/mill", blocked_at=END)
        with pytest.raises(github.GithubException) as caught:
            hub.get_repo("lowmere/mill")
        assert caught.value.status == 451
    finally:
        hub.close()


def test_rest_lists_are_linked_and_issues_carry_what_peers_read(client: Client) -> None:
    path = "/repos/lowmere/mill/issues?state=all&per_page=10&sort=updated&direction=asc"
    first = client.get(path)
    assert 'rel="next"' in client.headers["Link"]
    assert [row["number"] for row in client.get(f"{path}&page=4")] != [row["number"] for row in first]
    comments = client.get(f"/api/v3/repos/lowmere/mill/issues/{first[0]['number']}/comments?per_page=100")
    assert len(comments) == first[0]["comments"]
    since = first[5]["updated_at"]
    assert client.get(f"{path}&since={since}")[0]["number"] == first[5]["number"]
