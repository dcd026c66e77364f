"""An OpenRouter on 127.0.0.1: its data API of daily rankings, over recorded or simulated tokens.

The pipeline reaches it as it reaches the real one, through ECOTONE_OPENROUTER_URL. Of each day it tells the 50 most
used models and one row `other`, to whoever brings a key, up to its limits; and it fails on request.
"""

from __future__ import annotations

import csv
import http.server
import json
import threading
import time
from collections import deque
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, unquote_plus, urlsplit

from pipelines.sandbox.faults import Fault, sent

PATH = "/api/v1/datasets/rankings-daily"
SHOWN = 50  # models of a day; the others are one row
OTHER = "other"
A_MINUTE, A_DAY = 30, 500  # docs: rate limits of the data API
MINUTE, DAY_SECONDS = 60.0, 86_400.0

Tokens = Mapping[date, Mapping[str, int]]
"""Day → model → tokens; `other` is what the recording has of the rest."""


def recorded(path: Path) -> dict[date, dict[str, int]]:
    """Read a CSV with date, model and tokens."""
    found: dict[date, dict[str, int]] = {}
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found.setdefault(date.fromisoformat(row["date"]), {})[row["model"]] = int(row["tokens"])
    return found


def ranked(tokens: Mapping[str, int]) -> list[tuple[str, int]]:
    """What OpenRouter tells of a day: the most used first, the rest as `other` at the end."""
    models = sorted(((n, name) for name, n in tokens.items() if name != OTHER), key=lambda one: (-one[0], one[1]))
    rest = tokens.get(OTHER, 0) + sum(n for n, _ in models[SHOWN:])
    return [*((name, n) for n, name in models[:SHOWN]), (OTHER, rest)]


class OpenRouterServer:
    """The server; as a context manager it runs.

    Args:
        tokens: by day and model. Days without models are not told.
        key: what it wants as a key; None: any will do, but there must be one.
        a_minute, a_day: requests that it allows.

    Attributes:
        requests: the decoded path and query of each request so far.
        faults: what goes wrong; append to it.
    """

    def __init__(self, tokens: Tokens, *, key: str | None = None, a_minute: int = A_MINUTE, a_day: int = A_DAY) -> None:
        self.tokens = tokens
        self.requests: list[str] = []
        self.faults: list[Fault] = []
        self._key = key
        self._a_minute, self._a_day = a_minute, a_day
        self._times: deque[float] = deque()
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.openrouter = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def endpoint(self) -> str:
        """Its address, for ECOTONE_OPENROUTER_URL."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, path: str, query: str, authorization: str) -> tuple[int, dict[str, str], bytes, str]:
        """Status, headers and body of what a GET gets, and by which fault it is sent."""
        target = unquote_plus(f"{path}?{query}")
        self.requests.append(target)
        fault = next((fault.kind for fault in self.faults if fault.happens(target)), "")
        return *self._answer(path, query, authorization, fault), fault

    def _answer(self, path: str, query: str, authorization: str, fault: str) -> tuple[int, dict[str, str], bytes]:
        if path != PATH:
            return _refusal(404, "Not Found")
        scheme, _, key = authorization.partition(" ")
        if scheme != "Bearer" or not key or (self._key is not None and key != self._key):
            return _refusal(401, "No auth credentials found")
        if fault.isdigit() and fault != "429":
            return _refusal(int(fault), "asked for by a test")
        if fault == "429" or not self._spend():
            status, headers, body = _refusal(429, "Rate limit exceeded")
            return status, {**headers, "Retry-After": "1"}, body
        try:
            rows = self._rows(parse_qs(query))
        except (KeyError, ValueError):
            return _refusal(400, "start_date and end_date must be days, in this order")
        return 200, {"Content-Type": "application/json"}, _spoilt(fault, rows, self._as_of)

    @property
    def _as_of(self) -> datetime:
        """The midnight after the last day that it tells: the same world says the same, whenever it is asked."""
        last = max(self.tokens, default=date(2000, 1, 1))
        return datetime.combine(last + timedelta(days=1), datetime.min.time(), UTC)

    def _spend(self) -> bool:
        with self._lock:
            now = time.monotonic()
            while self._times and now - self._times[0] > DAY_SECONDS:
                self._times.popleft()
            if len(self._times) >= self._a_day or sum(now - at < MINUTE for at in self._times) >= self._a_minute:
                return False
            self._times.append(now)
            return True

    def _rows(self, params: Mapping[str, list[str]]) -> list[dict[str, Any]]:
        day, last = (date.fromisoformat(params[name][-1]) for name in ("start_date", "end_date"))
        if day > last:
            raise ValueError(day)
        rows: list[dict[str, Any]] = []
        while day <= last:
            if there := self.tokens.get(day):
                rows += [
                    {"date": str(day), "model_permaslug": name, "total_tokens": str(n)} for name, n in ranked(there)
                ]
            day += timedelta(days=1)
        return rows


def _spoilt(fault: str, rows: list[dict[str, Any]], as_of: datetime) -> bytes:
    if fault == "html":
        return b"<!doctype html><title>One moment</title>"
    if fault == "no-list":
        return b'{"error": "something else"}'
    if fault == "null-id" and rows:
        rows = [{**rows[0], "model_permaslug": None}, *rows[1:]]
    if fault == "hostile" and rows:
        script = {"date": rows[0]["date"], "model_permaslug": "</script><script>alert(1)</script>", "total_tokens": "1"}
        rows = [script, {**rows[0], "total_tokens": "many"}, {**rows[0], "date": "yesterday"}, {}, *rows]
    body = json.dumps({"data": rows, "meta": {"as_of": as_of.isoformat()}}).encode()
    return body[: len(body) // 2] if fault == "half" else body


def _refusal(status: int, message: str) -> tuple[int, dict[str, str], bytes]:
    body = json.dumps({"error": {"code": status, "message": message}}).encode()
    return status, {"Content-Type": "application/json"}, body


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    openrouter: OpenRouterServer


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # headers and body leave together
    server: _Server

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        given = self.headers.get("Authorization", "")
        sent(self, *self.server.openrouter.answer(parts.path, parts.query, given))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is http.server's
        """Be quiet: `OpenRouterServer.requests` is the log."""
