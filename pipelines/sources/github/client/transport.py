"""GraphQL over HTTP: one session, many requests at once. Data flows from GitHub's endpoint to the client.

gql speaks the protocol over aiohttp. What it leaves out of its errors, the status and the headers of a refusal, is
read by a middleware. Nothing is raised here for what a server does: it is a `Reply`, so that no exception carries the
headers of a request, and with them a token, to a log.
"""

from __future__ import annotations

import logging
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
from gql.transport.exceptions import TransportError, TransportQueryError

from pipelines.sources.github.client.documents import Prepared

USER_AGENT = "ecotone"  # GitHub refuses requests without one
MOST_READ = 2_000  # characters of a refusal that are kept


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
        rest: whether REST was asked: there a 404 is about a thing, in GraphQL it is about the address.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    data: dict[str, Any] | None = None
    errors: tuple[dict[str, Any], ...] = ()
    text: str = ""
    timed_out: bool = False
    rest: bool = False


class _Refused(TransportError):  # noqa: N818 - it says what happened
    """An answer with a status of 400 or more: gql lets its own errors through as they are."""

    def __init__(self, text: str) -> None:
        super().__init__("refused")
        self.text = text


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
    """The status and the headers of the answer that a request got."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)


# Whole answers are no matter for a log, whatever level it has: they name people, and may repeat what was sent.
for _library in ("gql", "github"):
    logging.getLogger(_library).setLevel(logging.WARNING)

_seen: ContextVar[_Seen] = ContextVar("_seen")


async def _look(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Keep what gql drops; a refusal is read here, whatever its form."""
    response = await handler(request)
    seen = _seen.get()
    seen.status = response.status
    seen.headers = {name.lower(): value for name, value in response.headers.items()}
    if response.status >= 400:  # noqa: PLR2004 - where HTTP's refusals begin
        text = await response.text(errors="replace")
        response.release()
        raise _Refused(text[:MOST_READ])
    return response


class Wire:
    """Sends documents to one endpoint.

    Args:
        url: of the GraphQL endpoint.
        timeout: seconds for one answer.
        connections: how many requests at once at the most.
    """

    def __init__(self, url: str, *, timeout: float, connections: int) -> None:
        self.url = url
        self._timeout = timeout
        self._connections = connections
        self._session: AsyncClientSession | None = None
        self._client: Client | None = None

    async def open(self) -> None:
        """Make the session; in the loop in which it is used."""
        self._client = Client(
            transport=AIOHTTPTransport(
                self.url,
                client_session_args={
                    "connector": aiohttp.TCPConnector(limit=self._connections),
                    "cookie_jar": aiohttp.DummyCookieJar(),
                    "headers": {"User-Agent": USER_AGENT},
                    "middlewares": (_look,),
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
            result = await self._session.execute(
                _Request(prepared, variables),
                get_execution_result=True,
                extra_args={"headers": {"Authorization": f"bearer {token}"}},
            )
        except TransportQueryError as error:
            errors = tuple(each for each in error.errors or () if isinstance(each, dict))
            return Reply(seen.status, seen.headers, error.data, errors or ({"message": str(error)},))
        except _Refused as error:
            return Reply(seen.status, seen.headers, text=error.text)
        except TransportError as error:
            timed_out = isinstance(error.__cause__, TimeoutError)
            return Reply(seen.status, seen.headers, text=_why(error), timed_out=timed_out)
        return Reply(seen.status, seen.headers, result.data)


def _why(error: Exception) -> str:
    cause = error.__cause__ or error
    return f"{type(cause).__name__}: {cause}"[:MOST_READ]


def _proxy(url: str) -> str | None:
    """What the environment names for this address; aiohttp would look anew for each request, in a thread."""
    parts = urlsplit(url)
    if proxy_bypass(parts.hostname or ""):
        return None
    proxies = getproxies()
    return proxies.get(parts.scheme) or proxies.get("all")
