"""The loopback GitHub's limits: tokens and their accounts, points and windows, secondary limits, latency."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest
from github_client import Client
from in_thread import in_thread

from pipelines.sandbox.github.server.answer import Token
from pipelines.sandbox.github.server.limits import Limits
from pipelines.sandbox.github.server.server import TOKEN, GitHubServer
from pipelines.sandbox.github.world.facts import Account, GitHubWorld
from pipelines.sandbox.github.world.generated import generated

WORLD = GitHubWorld.of(
    [
        generated(
            "lowmere/mill", issues=25, change_requests=12, stars=30, forks=10, releases=3, discussions=4, comments=3
        )
    ]
)


def error(answer: dict[str, Any]) -> str:
    return str(answer["errors"][0].get("type"))


@pytest.fixture
def server() -> Iterator[GitHubServer]:
    with GitHubServer(WORLD) as running:
        yield running


def test_a_token_that_is_not_known_is_a_401(server: GitHubServer) -> None:
    assert Client(server, "wrong").ask("{ viewer { login } }")["message"] == "Bad credentials"


def test_tokens_of_one_account_share_its_budget_and_headers_and_answers_tell_it() -> None:
    other = Account("second-walker", 2_147_000_002)
    tokens = {"a": Token(), "b": Token(), "c": Token(other)}
    text = "{ viewer { login } rateLimit { cost limit remaining used resetAt } }"
    with GitHubServer(WORLD, tokens=tokens, limits=Limits(points=3)) as server:
        a, b, c = (Client(server, token) for token in tokens)
        assert a.ask(text)["data"]["rateLimit"]["remaining"] == 2
        assert b.ask(text)["data"]["rateLimit"]["remaining"] == 1
        assert b.headers["X-RateLimit-Remaining"] == "1"
        found = c.ask(text)["data"]
        assert found["viewer"] == {"login": "second-walker"}
        assert {**found["rateLimit"], "resetAt": ""} == {
            "cost": 1, "limit": 3, "remaining": 2, "used": 1, "resetAt": ""
        }  # fmt: skip
        a.ask(text)
        assert error(a.ask(text)) == "RATE_LIMITED"
        assert int(a.headers["X-RateLimit-Reset"]) > time.time()
        assert server.spent() == 4


def test_a_window_ends_and_the_budget_is_there_again() -> None:
    with GitHubServer(WORLD, limits=Limits(points=1, window_seconds=1)) as server:
        client = Client(server)
        assert "data" in client.ask("{ viewer { login } }")
        assert error(client.ask("{ viewer { login } }")) == "RATE_LIMITED"
        time.sleep(1.05)
        assert "data" in client.ask("{ viewer { login } }")


def test_too_many_a_minute_meet_the_secondary_limit() -> None:
    with GitHubServer(WORLD, limits=Limits(a_minute=2, retry_after=7)) as server:
        client = Client(server)
        answers = [client.ask("{ viewer { login } }") for _ in range(3)]
        assert client.status == 403
        assert "secondary rate limit" in answers[2]["message"]
        assert client.headers["Retry-After"] == "7"


def test_a_heavy_query_is_a_502_and_half_of_it_is_not() -> None:
    text = 'query($first: Int!) { repository(owner: "lowmere", name: "mill") { issues(first: $first) { nodes { comments(first: 100) { totalCount nodes { id } } } } } }'  # noqa: E501
    with GitHubServer(WORLD, limits=Limits(heavy=6_000)) as server:
        client = Client(server)
        body = json.dumps({"query": text, "variables": {"first": 100}}).encode()
        client.send("POST", "/graphql", body)
        assert client.status == 502
        assert len(client.ask(text, first=50)["data"]["repository"]["issues"]["nodes"]) == 25


def test_latency_occupies_no_thread_and_a_hundred_wait_together() -> None:
    async def many(endpoint: str) -> float:
        headers = {"Authorization": f"bearer {TOKEN}"}
        async with aiohttp.ClientSession(headers=headers) as session:

            async def one() -> None:
                async with session.post(f"{endpoint}/graphql", json={"query": "{ viewer { login } }"}) as response:
                    assert response.status == 200

            started = time.monotonic()
            await asyncio.gather(*(one() for _ in range(100)))
            return time.monotonic() - started

    with GitHubServer(WORLD, latency=0.2) as server:
        taken = in_thread(lambda: asyncio.run(many(server.endpoint)))
        assert server.answerer.books.most_at_once > 50
    assert 0.2 <= taken < 2.0
