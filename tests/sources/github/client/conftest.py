"""Fixtures of the clients' tests: a GitHub that one can spoil."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import stamina
from github_server import TOKEN, Purse, Server, TestClock

from pipelines.sources.github.client.accounts.owners import ATTEMPTS
from pipelines.sources.github.client.client import GitHub


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
def server(clock: TestClock) -> Iterator[Server]:
    with Server(clock, {TOKEN: Purse("ada", 1)}) as server:
        yield server


@pytest.fixture
def no_waiting() -> Iterator[None]:
    """Leaves out the waits between attempts."""
    with stamina.set_testing(True, attempts=ATTEMPTS):
        yield


@pytest.fixture
def github(server: Server, clock: TestClock, no_waiting: None) -> Iterator[Callable[..., GitHub]]:  # noqa: ARG001
    """Makes a client of the server."""
    with ExitStack() as stack:

        def made(*tokens: str, **options: Any) -> GitHub:
            client = GitHub(server.url, tokens or (TOKEN,), clock=clock, **options)
            stack.callback(client.close)
            return client

        yield made
