"""GraphQL over HTTP: one session, many requests at once. Data flows from GitHub's endpoint to the client.

gql speaks the protocol over aiohttp. Answers are read by a middleware: within a time and a size, whatever their form,
and with the status and the headers that gql leaves out of its errors. Nothing is raised here for what a server does:
it is a `Reply`, so that no exception carries the headers of a request, and with them a token, to a log. Redirects are
not followed: a token is for one host.
"""

from __future__ import annotations

import json
import logging
import ssl
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from gql import Client, GraphQLRequest
from gql.client import AsyncClientSession
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.exceptions import TransportError

from pipelines.sources.github.client.documents import Prepared

USER_AGENT = "ecotone"  # GitHub refuses requests without one
MOST_BYTES = 64 << 20  # of one answer, decompressed: a page of a hundred with a hundred comments each is about 2 MB
MOST_KEPT = 2_000  # characters of a refusal that are kept


@dataclass(frozen=True)
class Reply:
    """What came back, or what did not.

    Attributes:
        status: of HTTP; 0 if there was no answer at all.
        headers: of the answer, names in lower case.
        data: the answer's `data`.
        errors: the answer's `errors`, as they came.
        text: the beginning of what a refusal says, or why there was no answer. It may hold anything: hide tokens.
        timed_out: whether the time ran out.
        too_large: whether it was larger than MOST_BYTES, and was not read to its end.
        rest: whether REST was asked: there a 404 is about a thing, in GraphQL it is about the address.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    data: dict[str, Any] | None = None
    errors: tuple[dict[str, Any], ...] = ()
    text: str = ""
    timed_out: bool = False
    too_large: bool = False
    rest: bool = False


class _Answered(TransportError):  # noqa: N818 - it says what happened
    """An answer has come and was read: gql lets its own errors through as they are, and leaves the reading to us."""


class _Request(GraphQLRequest):
    """A request whose document is text already: gql would print it anew each time."""

    def __init__(self, prepared: Prepared, variables: Mapping[str, Any]) -> None:
        super().__init__(prepared.document, variable_values=dict(variables))
        self._text = prepared.text

    @property
    def payload(self) -> dict[str, Any]:
        return {"query": self._text, "variables": self.variable_values}


@dataclass
class _Seen:
    """What a request got: status, headers, and the body as far as it may be read."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)
    too_large: bool = False


# Whole answers are no matter for a log, whatever level it has: they name people, and may repeat what was sent.
for _library in ("gql", "github"):
    logging.getLogger(_library).setLevel(logging.WARNING)

_seen: ContextVar[_Seen] = ContextVar("_seen")


async def _read(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Read the whole answer, whatever its form, but no more of it than MOST_BYTES after decompression."""
    response = await handler(request)
    seen = _seen.get()
    seen.status = response.status
    seen.headers = {name.lower(): value for name, value in response.headers.items()}
    try:
        async for part in response.content.iter_any():
            seen.body += part
            if len(seen.body) > MOST_BYTES:
                seen.too_large = True
                break
    finally:
        response.close() if seen.too_large else response.release()
    raise _Answered


class Wire:
    """Sends documents to one endpoint.

    Args:
        url: of the GraphQL endpoint.
        timeout: seconds for one answer, from the connection to its last byte.
        ca_bundle: a file of the certificate authorities that are trusted; None: those of the machine.
        connections: how many requests at once at the most.
    """

    def __init__(self, url: str, *, timeout: float, connections: int, ca_bundle: str | None = None) -> None:
        self.url = url
        self._timeout = timeout
        self._ca_bundle = ca_bundle
        self._connections = connections
        self._session: AsyncClientSession | None = None
        self._client: Client | None = None

    async def open(self) -> None:
        """Make the session; in the loop in which it is used."""
        self._client = Client(
            transport=AIOHTTPTransport(
                self.url,
                ssl=ssl.create_default_context(cafile=self._ca_bundle) if self._ca_bundle else True,
                client_session_args={
                    "connector": aiohttp.TCPConnector(limit=self._connections),
                    "cookie_jar": aiohttp.DummyCookieJar(),
                    "headers": {"User-Agent": USER_AGENT},
                    "middlewares": (_read,),
                    "proxy": _proxy(self.url),
                    "timeout": aiohttp.ClientTimeout(total=self._timeout),
                },
            ),
            execute_timeout=None,
        )
        self._session = await self._client.connect_async()  # type: ignore[no-untyped-call]

    async def close(self) -> None:
        """End the session and its connections."""
        if self._client is not None:
            await self._client.close_async()  # type: ignore[no-untyped-call]
            self._client = self._session = None

    async def send(self, prepared: Prepared, variables: Mapping[str, Any], token: str) -> Reply:
        """One request, whatever becomes of it."""
        assert self._session is not None  # noqa: S101 - opened by the client before anything is sent
        seen = _Seen()
        _seen.set(seen)
        try:
            await self._session.execute(
                _Request(prepared, variables),
                get_execution_result=True,
                extra_args={"allow_redirects": False, "headers": {"Authorization": f"bearer {token}"}},
            )
        except _Answered:
            return _reply(seen)
        except TransportError as error:
            timed_out = isinstance(error.__cause__, TimeoutError)
            return Reply(seen.status, seen.headers, text=_why(error), timed_out=timed_out)
        raise AssertionError("unreachable")  # pragma: no cover - whatever comes is read, and raised


def _reply(seen: _Seen) -> Reply:
    """What was read, as data and errors where it has the form of GraphQL, else as a text."""
    if seen.too_large:
        return Reply(seen.status, seen.headers, too_large=True)
    text = seen.body.decode("utf-8", errors="replace")
    try:
        told = json.loads(text) if seen.status < 300 else None  # noqa: PLR2004 - where HTTP's refusals begin
    except (ValueError, RecursionError):
        told = None
    data, errors = (told.get("data"), told.get("errors")) if isinstance(told, dict) else (None, None)
    return Reply(
        seen.status,
        seen.headers,
        data if isinstance(data, dict) else None,
        tuple(each for each in errors if isinstance(each, dict)) if isinstance(errors, list) else (),
        text[:MOST_KEPT],
    )


def _why(error: Exception) -> str:
    cause = error.__cause__ or error
    return f"{type(cause).__name__}: {cause}"[:MOST_KEPT]


def _proxy(url: str) -> str | None:
    """What the environment names for this address; aiohttp would look anew for each request, in a thread."""
    parts = urlsplit(url)
    if proxy_bypass(parts.hostname or ""):
        return None
    proxies = getproxies()
    return proxies.get(parts.scheme) or proxies.get("all")
