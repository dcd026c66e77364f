"""A GitHub on 127.0.0.1: GraphQL at /graphql, the REST paths beside it, tokens, budgets, limits, latency, and faults.

The pipeline reaches it as it reaches the real one, through ECOTONE_GITHUB_URL and GITHUB_TOKEN. It runs in a thread of
its own with its own event loop; a request that waits for its simulated latency occupies no thread.
"""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

from aiohttp import web

from pipelines.sandbox.github.server.answer import Answerer, Token
from pipelines.sandbox.github.server.faults import Fault
from pipelines.sandbox.github.server.limits import Limits
from pipelines.sandbox.github.server.refusals import Reply
from pipelines.sandbox.github.server.rest.apps import App
from pipelines.sandbox.github.world.facts import GitHubWorld
from pipelines.sandbox.loopback import GITHUB_TOKEN as TOKEN

__all__ = ["TOKEN", "GitHubServer"]


class GitHubServer:
    """The server; as a context manager it runs. `world` may be replaced while it does: the next answer shows it.

    Args:
        world: what there is, and what time it is there.
        tokens: what each token may do; by default TOKEN, of an account of its own.
        limits: what each account may ask for.
        latency: seconds that every answer takes at least.
        faults: what goes wrong; more may be appended to `faults`.
        apps: the GitHub Apps that there are.
        tls: with which it speaks HTTPS; None: HTTP.

    Attributes:
        requests: what was asked so far: a path and query, or for GraphQL its text and variables.
    """

    def __init__(  # noqa: PLR0913 - what it is made of
        self,
        world: GitHubWorld,
        *,
        tokens: Mapping[str, Token] | None = None,
        limits: Limits | None = None,
        latency: float = 0.0,
        faults: Sequence[Fault] = (),
        apps: Sequence[App] = (),
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.answerer = Answerer(world, tokens or {TOKEN: Token()}, limits or Limits(), list(faults), apps)
        self.answerer.latency = latency
        self._tls = tls
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="github", daemon=True)
        self._port = 0
        self._stop: asyncio.Event

    @property
    def endpoint(self) -> str:
        """Its address, for ECOTONE_GITHUB_URL."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self._port}"

    @property
    def world(self) -> GitHubWorld:
        """What it shows."""
        return self.answerer.world

    @world.setter
    def world(self, world: GitHubWorld) -> None:
        self.answerer.show(world)

    @property
    def faults(self) -> list[Fault]:
        """What goes wrong; append to it."""
        return self.answerer.faults

    @property
    def requests(self) -> list[str]:
        """What was asked, in order."""
        return self.answerer.requests

    def spent(self) -> int:
        """Points of GraphQL that all accounts have spent in the present window."""
        return self.answerer.spent()

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        runner = web.ServerRunner(
            web.Server(self._handle, handler_cancellation=True, access_log=None), shutdown_timeout=0.1
        )
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0, backlog=1_024, ssl_context=self._tls)
        await site.start()
        self._port = runner.addresses[0][1]
        self.answerer.endpoint = self.endpoint
        self._ready.set()
        try:
            await self._stop.wait()
        finally:
            await runner.cleanup()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        body = await request.read() if request.method == "POST" else b""
        with self.answerer.books.counted() as allowed:
            reply = self.answerer.reply(
                request.method, request.path, request.query_string, request.headers, body, allowed=allowed
            )
            if (wait := self.answerer.latency + reply.wait) > 0:
                await asyncio.sleep(wait)
            return await _send(request, reply)


async def _send(request: web.BaseRequest, reply: Reply) -> web.StreamResponse:
    if reply.silent:
        await asyncio.Event().wait()  # until whoever asked leaves: then this is cancelled
    if reply.dropped or reply.silent:
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)
    if reply.cut or reply.drip:
        return await _in_part(request, reply)
    headers = {**reply.headers, "Content-Encoding": "gzip"} if reply.zipped else reply.headers
    return web.Response(status=reply.status, body=reply.body, headers=headers)


async def _in_part(request: web.BaseRequest, reply: Reply) -> web.StreamResponse:
    """Half of it, or byte by byte."""
    response = web.StreamResponse(status=reply.status, headers=reply.headers)
    response.content_length = len(reply.body)
    await response.prepare(request)
    if reply.cut:
        await response.write(reply.body[: len(reply.body) // 2])
    else:
        with suppress(ConnectionError):
            for at in range(len(reply.body)):
                await response.write(reply.body[at : at + 1])
                await asyncio.sleep(reply.drip)
    if request.transport is not None:
        request.transport.close()
    return response
