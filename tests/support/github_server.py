"""A GitHub on 127.0.0.1 that answers what a test wants, and a clock that passes only where the client waits."""

from __future__ import annotations

import asyncio
import json
import math
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, Self

from aiohttp import web
from graphql import parse

from pipelines.sources.github.client.accounts.budget import Clock
from pipelines.sources.github.client.client import GitHub

BEGIN = datetime(2026, 8, 22, 12, tzinfo=UTC)
HOUR = 3_600.0
TOKEN = "ghp_PlantedByATestNeverToBeSeen"
Made = Callable[..., GitHub]
ISSUES = parse(
    """query issues($owner: String!, $name: String!, $first: Int!, $after: String) {
      repository(owner: $owner, name: $name) {
        issues(first: $first, after: $after) {
          totalCount nodes { number } pageInfo { endCursor hasNextPage }
        }
      }
    }"""
)
WHERE = {"owner": "sound", "name": "code"}
PATH = ("repository", "issues")


class TestClock(Clock):
    """Stands still, but where somebody waits for it; `waits` are the seconds of each time."""

    __test__ = False

    def __init__(self) -> None:
        self.passed = 0.0
        self.waits: list[float] = []

    def now(self) -> datetime:
        return BEGIN + timedelta(seconds=self.passed)

    def seconds(self) -> float:
        return self.passed

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.passed += seconds

    async def wait(self, event: asyncio.Event, seconds: float) -> None:
        if not math.isfinite(seconds):
            await event.wait()
            return
        await asyncio.sleep(0)
        if not event.is_set():
            self.sleep(seconds)


@dataclass
class Asked:
    """One request that came."""

    query: str
    variables: dict[str, Any]
    token: str
    path: str = "/graphql"


@dataclass
class Fault:
    """What is answered instead, `times` times; `when` says to which requests."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    times: int = 1
    when: Callable[[Asked], bool] = lambda _asked: True
    cut: bool = False
    seconds: float = 0.0


@dataclass
class Purse:
    """An account's points."""

    login: str
    number: int
    limit: int | None = 5_000
    used: int = 0
    resets: float = HOUR


class Server:
    """Answers `viewer`, and one connection of `count` issues, with points; faults come first.

    Args:
        clock: what time it is; `skew` is how many seconds the server's own clock is ahead.
        purses: accounts by token.
    """

    def __init__(self, clock: Clock, purses: dict[str, Purse], *, count: int = 250, skew: float = 0.0) -> None:
        self.clock = clock
        self.purses = purses
        self.count = count
        self.skew = skew
        self.faults: list[Fault] = []
        self.asked: list[Asked] = []
        self.data: Callable[[Asked], dict[str, Any]] = self.issues
        self.cost: Callable[[Asked], int] = lambda _asked: 1
        self.rest: Callable[[Asked], tuple[int, Any, dict[str, str]]] = lambda _asked: (
            404,
            {"message": "Not Found"},
            {},
        )
        self.latency = 0.0
        self.proxied: set[str | None] = set()
        self.at_once = self.most_at_once = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.url = ""

    def __enter__(self) -> Self:
        self._thread.start()
        self.url = asyncio.run_coroutine_threadsafe(self._start(), self._loop).result()
        return self

    def __exit__(self, *_error: object) -> None:
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _start(self) -> str:
        app = web.Application()
        app.router.add_post("/graphql", self._graphql)
        app.router.add_get("/{rest:.*}", self._rest)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    @property
    def questions(self) -> list[Asked]:
        """What was asked by GraphQL, apart from whose the tokens are."""
        return [asked for asked in self.asked if asked.path == "/graphql" and "viewer" not in asked.query]

    def now(self) -> datetime:
        """The server's own clock."""
        return self.clock.now() + timedelta(seconds=self.skew)

    def issues(self, asked: Asked) -> dict[str, Any]:
        """A page of issues."""
        begin, first = int(asked.variables.get("after") or 0), asked.variables["first"]
        end = min(begin + first, self.count)
        info = {"endCursor": str(end) if end > begin else None, "hasNextPage": end < self.count}
        nodes = [{"number": number} for number in range(begin, end)]
        return {"repository": {"issues": {"totalCount": self.count, "nodes": nodes, "pageInfo": info}}}

    def headers(self) -> dict[str, str]:
        """Those of every answer."""
        return {"Date": format_datetime(self.now(), usegmt=True)}

    async def _graphql(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        token = request.headers.get("Authorization", "").removeprefix("bearer ")
        asked = Asked(body["query"], body.get("variables") or {}, token)
        self.asked.append(asked)
        self.proxied.add(request.headers.get("Proxy-Authorization"))
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        try:
            return await self._answer(request, asked)
        finally:
            self.at_once -= 1

    async def _answer(self, request: web.Request, asked: Asked) -> web.StreamResponse:
        fault = next((each for each in self.faults if each.times > 0 and each.when(asked)), None)
        if fault is not None:
            fault.times -= 1
            return await self._fail(request, fault)
        await asyncio.sleep(self.latency)
        purse = self.purses.get(asked.token)
        if purse is None:
            return self._json(401, {"message": f"Bad credentials {asked.token}"})
        viewer = "viewer" in asked.query
        cost = 1 if viewer else self.cost(asked)
        limits = self._spend(purse, cost)
        if limits is not None and limits["remaining"] < 0:
            reset = int((self.now() + timedelta(seconds=purse.resets - self.clock.seconds())).timestamp())
            headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(reset)}
            error = {"type": "RATE_LIMITED", "message": "API rate limit exceeded"}
            return self._json(200, {"data": None, "errors": [error]}, headers)
        data = {"viewer": {"login": purse.login, "databaseId": purse.number}} if viewer else self.data(asked)
        errors = data.pop("errors", None)
        answer = {"data": {**data, "rateLimit": limits}}
        return self._json(200, answer | {"errors": errors} if errors else answer)

    def _spend(self, purse: Purse, cost: int) -> dict[str, Any] | None:
        if purse.limit is None:
            return None
        now = self.clock.seconds()
        if now >= purse.resets:
            purse.used, purse.resets = 0, now + HOUR
        purse.used += cost
        reset_at = self.now() + timedelta(seconds=purse.resets - now)
        return {
            "limit": purse.limit,
            "cost": cost,
            "remaining": purse.limit - purse.used,
            "resetAt": f"{reset_at:%Y-%m-%dT%H:%M:%SZ}",
        }

    async def _fail(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        await asyncio.sleep(fault.seconds)
        if fault.cut:
            response = web.StreamResponse(headers={"Content-Length": "1000"})
            await response.prepare(request)
            await response.write(b'{"data": ')
            assert request.transport is not None
            request.transport.close()
            return response
        return self._json(fault.status, fault.body, fault.headers)

    def _json(self, status: int, body: Any, headers: dict[str, str] | None = None) -> web.Response:
        text = body if isinstance(body, str) else json.dumps(body)
        return web.Response(status=status, text=text, headers=self.headers() | (headers or {}))

    async def _rest(self, request: web.Request) -> web.StreamResponse:
        token = request.headers.get("Authorization", "").removeprefix("token ").removeprefix("Bearer ")
        asked = Asked("", dict(request.query), token, request.path)
        self.asked.append(asked)
        status, body, headers = self.rest(asked)
        return self._json(status, body, headers | {"Content-Type": "application/json"})


def numbers(client: GitHub, **options: object) -> list[int]:
    pages = client.pages(ISSUES, WHERE, path=PATH, what="issues of sound/code", **options)  # type: ignore[arg-type]
    return [node["number"] for page in pages for node in page.nodes]
