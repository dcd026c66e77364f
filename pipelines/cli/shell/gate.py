"""A gate before a server of this machine: it lets through what its own pages ask, and nothing that a foreign page asks.

Any page in a browser may send requests to 127.0.0.1, and Dagster's GraphQL minds neither `Origin` nor `Host`: it could
start runs. So the server behind the gate listens on a port of its own below a path that nobody can guess, and the gate
on the port that people open checks who asks. Requests pass from the browser through here to that server.

    Host is not this machine's name and port        403: a name that was bound to 127.0.0.1 (DNS rebinding)
    Origin is another one, or Sec-Fetch-Site says   403: a form, a fetch or a socket of a foreign page
    GraphQL by GET, or not as JSON                  405, 415: what a page may send without asking first
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import suppress
from hashlib import blake2b
from typing import Self

from aiohttp import ClientConnectionError, ClientSession, ClientTimeout, WSMsgType, web

LOOPBACK = "127.0.0.1"
NAMES = ("127.0.0.1", "localhost", "[::1]")
HOP_BY_HOP = frozenset(  # RFC 9110, 7.6.1: of one connection, not of the message
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
OWN_HEADERS = {
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
}
START_SECONDS = 10
PREFIX_BYTES = 18


def unguessable_path(key: bytes) -> str:
    """A path prefix for the server behind the gate: the same for an installation's key, so that bookmarks last."""
    return "/" + blake2b(b"path of the UI", digest_size=PREFIX_BYTES, key=key).hexdigest()


class Gate:
    """Listens on 127.0.0.1 as long as the block runs.

    Attributes:
        port: what people open; 0 takes a free one.
        upstream: the port of the server behind it.
        prefix: the path below which that server answers.

    Raises:
        OSError: the port cannot be had.
    """

    def __init__(self, port: int, upstream: int, prefix: str) -> None:
        self.port = port
        self.upstream = upstream
        self.prefix = prefix
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="gate", daemon=True)
        self._runner: web.AppRunner | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(START_SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        if self._runner is not None:
            asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(START_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _start(self) -> None:
        app = web.Application(client_max_size=0)
        app.cleanup_ctx.append(self._session)
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, LOOPBACK, self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def _session(self, _app: web.Application) -> AsyncIterator[None]:
        async with ClientSession(
            timeout=ClientTimeout(total=None), auto_decompress=False, trust_env=False
        ) as self._client:
            yield

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        if refusal := self._refusal(request):
            return refusal
        is_page = request.path == "/" or "text/html" in request.headers.get("Accept", "")
        if is_page and not request.path.startswith(self.prefix):
            return web.Response(status=307, headers={"Location": f"{self.prefix}{request.rel_url}"})
        try:
            if request.headers.get("Upgrade", "").lower() == "websocket":
                return await self._socket(request)
            return await self._forward(request)
        except ClientConnectionError:
            return web.Response(status=502, text="It is not there yet, or not any more: try again in a few seconds.")

    def _refusal(self, request: web.Request) -> web.Response | None:
        """Why the request is not let through; None if it is."""
        names = {f"{name}:{self.port}" for name in NAMES}
        if request.headers.get("Host", "") not in names:
            return web.Response(
                status=403, text=f"Open http://{LOOPBACK}:{self.port}/: this address is none of this server's."
            )
        origin = request.headers.get("Origin")
        # to follow a link is no harm: a page is shown, and nothing is done
        foreign = request.headers.get("Sec-Fetch-Site", "none") not in {"none", "same-origin"}
        follows_link = request.method == "GET" and request.headers.get("Sec-Fetch-Mode") == "navigate"
        if (origin is not None and origin not in {f"http://{name}" for name in names}) or (
            foreign and not follows_link
        ):
            return web.Response(status=403, text="A page of another origin asked. It may not.")
        if request.path.endswith("/graphql") and request.headers.get("Upgrade", "").lower() != "websocket":
            if request.method in {"GET", "HEAD"} and "query" in request.query:
                return web.Response(status=405, text="GraphQL is asked by POST.")
            if request.method == "POST" and request.content_type not in {"application/json", "multipart/form-data"}:
                return web.Response(status=415, text="GraphQL is asked in JSON (Content-Type: application/json).")
        return None

    def _behind(self, request: web.Request) -> str:
        """The path and query behind the gate: whoever has passed it need not know the prefix."""
        target = str(request.rel_url)
        return target if request.path.startswith(self.prefix) else self.prefix + target

    async def _forward(self, request: web.Request) -> web.StreamResponse:
        headers = [(name, value) for name, value in request.headers.items() if name.lower() not in HOP_BY_HOP]
        async with self._client.request(
            request.method,
            f"http://{LOOPBACK}:{self.upstream}{self._behind(request)}",
            headers=headers,
            data=request.content if request.can_read_body else None,
            allow_redirects=False,
        ) as answer:
            response = web.StreamResponse(status=answer.status, reason=answer.reason)
            for name, value in answer.headers.items():
                if name.lower() not in HOP_BY_HOP:
                    response.headers.add(name, value)
            response.headers.update(OWN_HEADERS)
            await response.prepare(request)
            async for chunk in answer.content.iter_any():
                await response.write(chunk)
            await response.write_eof()
            return response

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        protocols = [one.strip() for one in request.headers.get("Sec-WebSocket-Protocol", "").split(",") if one.strip()]
        address = f"ws://{LOOPBACK}:{self.upstream}{self._behind(request)}"
        async with self._client.ws_connect(address, protocols=protocols, max_msg_size=0) as behind:
            before = web.WebSocketResponse(protocols=protocols, max_msg_size=0)
            await before.prepare(request)
            tasks = [asyncio.ensure_future(_pass_on(*pair)) for pair in ((before, behind), (behind, before))]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                task.cancel()
            with suppress(ConnectionError):
                await before.close()
            return before


async def _pass_on(source: web.WebSocketResponse, target: web.WebSocketResponse) -> None:
    """Messages of one side to the other, until one of them closes."""
    async for message in source:
        if message.type == WSMsgType.TEXT:
            await target.send_str(message.data)
        elif message.type == WSMsgType.BINARY:
            await target.send_bytes(message.data)
