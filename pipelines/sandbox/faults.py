"""What can be made to go wrong on the loopback servers, by name. Used by tests; nothing fails unless told to.

A server asks `Fault.happens` of each request. Faults of content are its own (`spoilt`); those of the connection are
the same for all: `sent` sends an answer by them.
"""

from __future__ import annotations

import functools
import gzip
import http.server
import json
import re
import select
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

KINDS = {
    "cut": "promises the whole answer and closes the connection in its middle",
    "half": "half of the JSON, as if it were whole",
    "html": "200 with a web page",
    "no-list": "200 with a JSON object instead of a list",
    "repeated-cursor": "the `Link` header names this page as the next one",
    "repeated-page": "the first page again, whatever the cursor",
    "null-id": "the first row has no id",
    "hostile": "a script among the tags, a licence of 10 kB, a lone surrogate, a count that is a text",
    "silent": "accepts the request and says nothing until the client leaves",
    "drip": "a byte of the answer each two seconds, from the first of its headers on",
    "trickle": "the headers at once, then a byte of the body each two seconds",
    "bomb": "a small gzip answer that is 80 MiB within",
    "elsewhere": "a redirect to the same path at another host's name",
    "endless": "a page of things never seen before that names a next one, for ever",
    "429": "too many requests, with the `RateLimit` headers of a used-up window",
}
"""Beside these, any status as three digits ("502", "401", "404") is a fault."""

OF_THE_CONNECTION = frozenset({"bomb", "cut", "drip", "elsewhere", "silent", "trickle"})
"""The others are faults of content, which `spoilt` and the servers make."""

DRIP_SECONDS = 2.0
BOMB_BYTES = 80 << 20
HOSTILE_TAG = "</script><script>alert(1)</script>"
HOSTILE_LICENSE = "x" * 10_000


@dataclass
class Fault:
    """A fault that the server commits on matching requests.

    Attributes:
        kind: one of KINDS, or a status of three digits.
        match: what the decoded path and query must contain.
        skip: matching requests that are answered well first.
        times: how often it happens; None: from then on always.
    """

    kind: str
    match: str = ""
    skip: int = 0
    times: int | None = 1
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS and not re.fullmatch("[1-5][0-9]{2}", self.kind):
            raise ValueError(f"no fault is called {self.kind!r}; there are {', '.join(KINDS)} and any status")

    def happens(self, target: str) -> bool:
        """True if this request (decoded path and query) meets the fault; counts it."""
        if self.match not in target:
            return False
        with self._lock:
            if self.skip:
                self.skip -= 1
                return False
            if self.times is None:
                return True
            self.times -= 1
            return self.times >= 0


def spoilt(kind: str, rows: list[dict[str, Any]]) -> bytes:
    """The body of an answer whose content is at fault; of any other, the rows as they are."""
    if kind == "html":
        return b"<!doctype html><title>One moment</title><p>We are checking your browser.</p>"
    if kind == "no-list":
        return b'{"error": "something else"}'
    if kind == "null-id" and rows:
        rows = [{**rows[0], "id": None}, *rows[1:]]
    if kind == "hostile" and rows:
        tags = [*(rows[0].get("tags") or ()), HOSTILE_TAG, "lone \ud800 surrogate", f"license:{HOSTILE_LICENSE}"]
        rows = [{**rows[0], "tags": tags, "likes": "many", "createdAt": "yesterday"}, *rows[1:]]
    body = json.dumps(rows).encode()
    return body[: len(body) // 2] if kind == "half" else body


@functools.cache
def bomb() -> bytes:
    """What "bomb" sends: zeros, packed."""
    return gzip.compress(bytes(BOMB_BYTES), 1)


def sent(
    handler: http.server.BaseHTTPRequestHandler, status: int, headers: dict[str, str], body: bytes, fault: str = ""
) -> None:
    """Send an answer, by a fault of the connection if it is one. A client may leave at any time."""
    with suppress(BrokenPipeError, ConnectionResetError):
        _sent(handler, status, headers, body, fault)


def _sent(
    handler: http.server.BaseHTTPRequestHandler, status: int, headers: dict[str, str], body: bytes, fault: str
) -> None:
    if fault == "silent":
        _wait(handler, forever=True)
        return
    if fault == "bomb":
        headers, body = {**headers, "Content-Encoding": "gzip"}, bomb()
    if fault == "elsewhere":
        host, _, port = handler.headers.get("Host", "").partition(":")
        other = "localhost" if host != "localhost" else "127.0.0.1"
        status, body, headers = 302, b"", {**headers, "Location": f"http://{other}:{port}{handler.path}"}
    if fault == "drip":
        _drip(handler, b"HTTP/1.1 %d OK\r\nContent-Length: %d\r\n\r\n" % (status, len(body)) + body)
        return
    handler.send_response(status)
    for name, value in {**headers, "Content-Length": str(len(body))}.items():
        handler.send_header(name, value)
    handler.end_headers()
    if fault == "trickle":
        handler.wfile.flush()
        _drip(handler, body)
    elif fault == "cut":
        handler.close_connection = True
        handler.wfile.write(body[: len(body) // 2])
    else:
        handler.wfile.write(body)
    handler.wfile.flush()


def _drip(handler: http.server.BaseHTTPRequestHandler, content: bytes) -> None:
    for place in range(len(content)):
        handler.connection.sendall(content[place : place + 1])
        if not _wait(handler):
            return


def _wait(handler: http.server.BaseHTTPRequestHandler, *, forever: bool = False) -> bool:
    """Do nothing for a while; False if the client has left."""
    handler.close_connection = True
    until = time.monotonic() + DRIP_SECONDS
    while forever or time.monotonic() < until:
        readable, _, _ = select.select([handler.connection], [], [], DRIP_SECONDS / 10)
        if readable:  # a client that waits for an answer says nothing: it has closed
            return False
    return True
