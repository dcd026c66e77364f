"""GitHub Apps of the loopback GitHub: only who can sign is given tokens, and they end."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import github
import pytest
from github_apps import APP, KEY, OTHER_KEY
from github_client import Client

from pipelines.sandbox.github.server.server import GitHubServer
from pipelines.sandbox.github.world.facts import GitHubWorld
from pipelines.sandbox.github.world.generated import generated

WORLD = GitHubWorld.of([generated("lowmere/mill", issues=3)])


@pytest.fixture
def server() -> Iterator[GitHubServer]:
    with GitHubServer(WORLD, apps=[APP]) as running:
        yield running


def integration(server: GitHubServer, key: str = KEY, app: str = APP.id) -> github.GithubIntegration:
    return github.GithubIntegration(auth=github.Auth.AppAuth(app, key), base_url=server.endpoint, retry=None)


def test_an_app_lists_its_installations_and_is_given_a_token_of_each(server: GitHubServer) -> None:
    with integration(server) as app:
        there = [one.id for one in app.get_installations()]
        assert there == list(APP.installations)
        tokens = [app.get_access_token(number).token for number in there]
    for number, token in zip(there, tokens, strict=True):
        client = Client(server, token)
        assert client.ask("{ viewer { login } }")["data"]["viewer"]["login"] == APP.installations[number].login
        assert client.headers["X-RateLimit-Remaining"] == "4999"  # each has a budget of its own


@pytest.mark.parametrize(("key", "app"), [(OTHER_KEY, APP.id), (KEY, "99")])
def test_who_signs_with_another_key_or_for_another_app_is_refused(server: GitHubServer, key: str, app: str) -> None:
    with integration(server, key, app) as wrong, pytest.raises(github.GithubException) as caught:
        list(wrong.get_installations())
    assert caught.value.status == 401


def test_a_token_ends() -> None:
    with GitHubServer(WORLD, apps=[replace(APP, token_seconds=1.0)]) as server, integration(server) as app:
        client = Client(server, app.get_access_token(next(iter(APP.installations))).token)
        assert "data" in client.ask("{ viewer { login } }")
        time.sleep(1.1)
        assert client.ask("{ viewer { login } }")["message"] == "Bad credentials"
