"""Whatever a server does, each question ends: silence, drips, huge answers, redirects, at GraphQL and at REST."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
import stamina

from pipelines.errors import TerminalError, TransientError
from pipelines.sandbox.github.server.faults import Fault
from pipelines.sandbox.github.server.server import TOKEN, GitHubServer
from pipelines.sandbox.github.world.facts import Advisory, GitHubWorld
from pipelines.sandbox.github.world.generated import generated
from pipelines.sources.github.client import attempts
from pipelines.sources.github.client.accounts import keyring
from pipelines.sources.github.client.client import GitHub, load_document
from pipelines.sources.github.client.wire import rest, transport

DAY = datetime(2026, 1, 1, tzinfo=UTC)
WORLD = GitHubWorld.of([generated("lowmere/mill", issues=25)]).with_repository(
    "lowmere/mill", advisories=tuple(Advisory(f"GHSA-{number}", "high", DAY, DAY) for number in range(9))
)
WHERE = {"owner": "lowmere", "name": "mill"}
PATH = ("repository", "issues")
Do = Callable[[GitHub], object]


def a_question(client: GitHub) -> object:
    return client.ask(load_document("community"), WHERE, what="community of lowmere/mill")


def a_listing(client: GitHub) -> object:
    order = {"field": "CREATED_AT", "direction": "ASC"}
    return list(
        client.pages(load_document("issues"), {**WHERE, "order": order}, path=PATH, what="issues of lowmere/mill")
    )


def by_rest(client: GitHub) -> object:
    return client.rest_rows("/repos/lowmere/mill/security-advisories", what="advisories of lowmere/mill")


def by_pygithub(client: GitHub) -> object:
    return client.by_rest(lambda hub: hub.get_repo("lowmere/mill").raw_data["id"], what="lowmere/mill")


ALL: list[Do] = [a_question, a_listing, by_rest, by_pygithub]


@pytest.fixture
def server() -> Iterator[GitHubServer]:
    with GitHubServer(WORLD) as running:
        yield running


@pytest.fixture
def client(server: GitHubServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHub]:
    """One whose limits are a hundred times as short."""
    monkeypatch.setattr(attempts, "SILENCE", 0.5)
    monkeypatch.setattr(rest, "ANSWER_SECONDS", 1)
    monkeypatch.setattr(keyring, "ANSWER_SECONDS", 1)
    with stamina.set_testing(True, attempts=5):
        made = GitHub(server.endpoint, [TOKEN], timeout=0.3)
        yield made
        made.close()


@pytest.mark.parametrize("do", ALL)
@pytest.mark.parametrize("fault", [Fault("silent", times=None), Fault("drip", seconds=0.2, times=None)])
def test_a_server_that_says_nothing_or_a_byte_now_and_then_is_left(
    server: GitHubServer, client: GitHub, do: Do, fault: Fault
) -> None:
    client.connect()
    server.faults.append(Fault(fault.kind, seconds=fault.seconds, times=None))
    begun = time.monotonic()
    with pytest.raises(TransientError):
        do(client)
    assert time.monotonic() - begun < 9


@pytest.mark.parametrize("do", [a_question, a_listing])
def test_after_a_long_silence_nobody_asks_for_a_while(server: GitHubServer, client: GitHub, do: Do) -> None:
    server.faults.append(Fault("silent", times=None))
    with pytest.raises(TransientError):
        do(client)
    begun, asked = time.monotonic(), len(server.requests)
    for _ in range(5):
        with pytest.raises(TransientError):
            do(client)
    assert time.monotonic() - begun < 0.5
    assert len(server.requests) == asked


@pytest.mark.parametrize("do", ALL)
def test_an_answer_that_is_huge_once_it_is_decompressed_is_not_read_to_its_end(
    server: GitHubServer, monkeypatch: pytest.MonkeyPatch, do: Do
) -> None:
    monkeypatch.setattr(transport, "MOST_BYTES", 1 << 20)
    server.faults.append(Fault("bomb", match="mill", times=None))
    with stamina.set_testing(True, attempts=2):
        client = GitHub(server.endpoint, [TOKEN])
        try:
            with pytest.raises(TransientError, match="larger than 1 MiB"):
                do(client)
        finally:
            client.close()


@pytest.mark.parametrize("do", ALL)
@pytest.mark.parametrize("path", ["/graphql", "/repos/lowmere/mill", "/"])
def test_a_token_goes_to_no_other_host_whatever_redirects(
    client: GitHub, server: GitHubServer, do: Do, path: str
) -> None:
    client.connect()
    with GitHubServer(WORLD) as other:
        server.faults.append(Fault("redirect", to=f"{other.endpoint}{path}", times=None))
        with pytest.raises(TerminalError, match=r"redirects to 127\.0\.0\.1"):
            do(client)
        assert other.requests == []


@pytest.mark.slow
def test_with_its_real_limits_a_silent_or_dripping_server_is_left_within_them() -> None:
    """GraphQL: three answers of a minute; REST: five of half a minute. Ten seconds beside that."""

    def ends(kind: str, do: Do, seconds: float) -> bool:
        with GitHubServer(WORLD) as server:
            client = GitHub(server.endpoint, [TOKEN])
            client.connect()
            server.faults.append(Fault(kind, seconds=2, times=None))
            begun = time.monotonic()
            try:
                with pytest.raises(TransientError):
                    do(client)
                return time.monotonic() - begun < seconds + 10
            finally:
                client.close()

    cases = [
        *(("silent", a_question, 120.0), ("silent", a_listing, 120.0), ("silent", by_rest, 180.0)),
        *(("drip", a_question, 180.0), ("drip", a_listing, 180.0), ("drip", by_rest, 180.0)),
    ]
    with ThreadPoolExecutor(len(cases)) as pool:
        assert all(pool.map(lambda case: ends(*case), cases))
