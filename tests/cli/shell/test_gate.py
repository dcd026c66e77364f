"""The gate before Dagster's UI: what its own pages ask passes, what a foreign page asks does not."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from in_thread import in_thread

from pipelines.cli.shell.gate import LOOPBACK, Gate, unguessable_path

PREFIX = unguessable_path(b"k" * 32)
JSON = {"Content-Type": "application/json"}
MUTATION = '{"query": "mutation { launchRun }"}'


class Behind:
    """A server that remembers what reaches it, and echoes."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.port = self.call(self._start())

    def call(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(10)

    async def _start(self) -> int:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self.answer)
        self.runner = web.AppRunner(app, shutdown_timeout=1)
        await self.runner.setup()
        await web.TCPSite(self.runner, LOOPBACK, 0).start()
        port: int = self.runner.addresses[0][1]
        return port

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(f"{request.method} {request.path.removeprefix(PREFIX)}")
        if request.headers.get("Upgrade"):
            socket = web.WebSocketResponse(protocols=["graphql-ws"])
            await socket.prepare(request)
            async for message in socket:
                await socket.send_str(f"echo {message.data}")
            return socket
        body = await request.read()
        return web.Response(body=body or b"page", headers={"X-Behind": "yes", "Content-Type": "text/plain"})

    def close(self) -> None:
        self.call(self.runner.cleanup())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


@pytest.fixture(scope="module")
def behind() -> Iterator[Behind]:
    server = Behind()
    yield server
    server.close()


@pytest.fixture(scope="module")
def gate(behind: Behind) -> Iterator[Gate]:
    with Gate(0, behind.port, PREFIX) as gate:
        yield gate


def ask(
    gate: Gate, method: str, path: str, headers: dict[str, str] | None = None, data: str | None = None
) -> tuple[int, str, dict[str, str]]:
    async def asked() -> tuple[int, str, dict[str, str]]:
        address = f"http://{LOOPBACK}:{gate.port}{path}"
        async with (
            aiohttp.ClientSession() as client,
            client.request(method, address, headers=headers, data=data, allow_redirects=False) as answer,
        ):
            return answer.status, await answer.text(), dict(answer.headers)

    return in_thread(lambda: asyncio.run(asked()))


def test_its_own_pages_pass(gate: Gate) -> None:
    own = {"Origin": f"http://{LOOPBACK}:{gate.port}", "Sec-Fetch-Site": "same-origin"}
    assert ask(gate, "GET", f"{PREFIX}/runs")[:2] == (200, "page")
    status, text, headers = ask(gate, "POST", f"{PREFIX}/graphql", own | JSON, MUTATION)
    assert (status, text, headers["X-Behind"]) == (200, MUTATION, "yes")
    assert headers["X-Frame-Options"] == "DENY"
    local = {"Host": f"localhost:{gate.port}", "Origin": f"http://localhost:{gate.port}"}
    assert ask(gate, "POST", f"{PREFIX}/graphql", local | JSON, MUTATION)[0] == 200


def test_the_door_leads_to_the_page_and_a_link_may_be_followed(gate: Gate) -> None:
    status, _, headers = ask(gate, "GET", "/", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"})
    assert (status, headers["Location"]) == (307, f"{PREFIX}/")


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (("POST", {"Origin": "http://evil.example", **JSON}, ""), 403),
        (("POST", {"Origin": "http://evil.example", "Content-Type": "text/plain; x=application/json"}, ""), 403),
        (("POST", {"Origin": "null", **JSON}, ""), 403),
        (("POST", {"Sec-Fetch-Site": "cross-site", **JSON}, ""), 403),
        (("POST", {"Sec-Fetch-Site": "same-site", **JSON}, ""), 403),
        (("POST", {"Host": "evil.example", **JSON}, ""), 403),
        (("POST", {"Host": "127.0.0.1.evil.example:3000", **JSON}, ""), 403),
        (("POST", {"Content-Type": "text/plain; x=application/json"}, ""), 415),
        (("POST", {"Content-Type": "application/x-www-form-urlencoded"}, ""), 415),
        (("GET", {}, "?query=mutation%20%7B%20launchRun%20%7D"), 405),
        (("GET", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, "?query=x"), 403),
    ],
)
def test_what_a_foreign_page_can_send_reaches_nothing(
    gate: Gate, behind: Behind, request_: tuple[str, dict[str, str], str], status: int
) -> None:
    method, headers, query = request_
    before = list(behind.asked)
    assert ask(gate, method, f"{PREFIX}/graphql{query}", headers, MUTATION if method == "POST" else None)[0] == status
    assert behind.asked == before


def test_a_program_that_passes_need_not_know_the_path(gate: Gate, behind: Behind) -> None:
    assert ask(gate, "POST", "/graphql", JSON, MUTATION)[:2] == (200, MUTATION)
    assert behind.asked[-1] == "POST /graphql"
    status, _, headers = ask(gate, "GET", "/runs?page=2", {"Accept": "text/html"})
    assert (status, headers["Location"]) == (307, f"{PREFIX}/runs?page=2")


def test_the_path_is_the_installations() -> None:
    assert unguessable_path(b"k" * 32) == PREFIX != unguessable_path(b"l" * 32)


def test_a_socket_passes_for_its_own_pages_only(gate: Gate) -> None:
    async def talk(origin: str) -> str:
        address = f"ws://{LOOPBACK}:{gate.port}{PREFIX}/graphql"
        async with (
            aiohttp.ClientSession() as client,
            client.ws_connect(address, origin=origin, protocols=["graphql-ws"]) as socket,
        ):
            await socket.send_str("hello")
            return str(await socket.receive_str())

    assert in_thread(lambda: asyncio.run(talk(f"http://{LOOPBACK}:{gate.port}"))) == "echo hello"
    with pytest.raises(aiohttp.WSServerHandshakeError):
        in_thread(lambda: asyncio.run(talk("http://evil.example")))


def test_a_server_that_is_not_there_is_told() -> None:
    with Gate(0, 9, PREFIX) as gate:
        assert ask(gate, "GET", f"{PREFIX}/")[0] == 502
