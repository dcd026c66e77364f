"""A Hugging Face Hub on 127.0.0.1: the parts of its HTTP API that Ecotone reads, over recorded or simulated models.

The pipeline reaches it as it reaches the real one, through HF_ENDPOINT. It answers `/api/models`,
`/api/models/{id}`, `/api/spaces` and discussions, turns pages by an absolute `Link` header, counts calls in `RateLimit`
headers, and fails on request.
"""

from __future__ import annotations

import http.server
import json
import math
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, quote, unquote_plus, urlencode, urlsplit

from pipelines.sandbox.faults import Fault, sent, spoilt
from pipelines.sandbox.huggingface import discussions as hub_community
from pipelines.sandbox.huggingface import spaces as hub_spaces
from pipelines.sandbox.huggingface.models import BadQueryError, HubModels, Pages, Query

WINDOW_SECONDS = 300  # docs: Hub rate limits, fixed windows of 5 minutes
UNLIMITED = 1_000_000  # calls a window, unless a test asks for fewer
SAMPLE_HEADER = "X-Ecotone-Sample"


@dataclass
class Answer:
    """What is sent back: a status, the body, and headers beside the ones that every answer has."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json; charset=utf-8"
    fault: str = ""


class Limits:
    """A fixed window of calls, told in the `RateLimit` headers of each answer."""

    def __init__(self, calls: int, window_seconds: int) -> None:
        self.calls = calls
        self.window_seconds = window_seconds
        self._lock = threading.Lock()
        self._left = calls
        self._ends = 0.0

    def spend(self) -> tuple[bool, dict[str, str]]:
        """Take one call: whether it was still there, and the headers."""
        with self._lock:
            now = time.monotonic()
            if now >= self._ends:
                self._left, self._ends = self.calls, now + self.window_seconds
            allowed = self._left > 0
            self._left = max(0, self._left - 1)
            return allowed, self.headers(self._left, math.ceil(self._ends - now))

    def headers(self, remaining: int, seconds: int) -> dict[str, str]:
        """The headers for that many calls left and seconds until the window ends."""
        return {
            "RateLimit": f'"api";r={remaining};t={seconds}',
            "RateLimit-Policy": f'"fixed window";"api";q={self.calls};w={self.window_seconds}',
        }


class HubServer:
    """The server; as a context manager it runs. `models` may be replaced while it does: the next answer shows them.

    Args:
        models: what the Hub has.
        calls: how many calls it allows in a window.
        window_seconds: how long a window is.

    Attributes:
        requests: the decoded path and query of each request so far.
        faults: what goes wrong; append to it.
    """

    def __init__(self, models: HubModels, *, calls: int = UNLIMITED, window_seconds: int = WINDOW_SECONDS) -> None:
        self.models = models
        self.requests: list[str] = []
        self.faults: list[Fault] = []
        self._limits = Limits(calls, window_seconds)
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.hub = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="hub", daemon=True)

    @property
    def endpoint(self) -> str:
        """Its address, for HF_ENDPOINT."""
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

    def answer(self, path: str, query: str) -> Answer:
        """What a GET of that path and query gets, limits and faults included."""
        target = unquote_plus(f"{path}?{query}" if query else path)
        self.requests.append(target)
        allowed, headers = self._limits.spend()
        if not allowed:
            return _refusal(429, "We had to rate limit your IP.", headers)
        fault = next((fault.kind for fault in self.faults if fault.happens(target)), "")
        if fault == "429":
            return _refusal(429, "We had to rate limit your IP.", self._limits.headers(0, 1))
        if fault.isdigit():
            return _refusal(int(fault), "asked for by a test", headers)
        params = parse_qs(query, keep_blank_values=True)
        if fault == "endless":
            params.pop("cursor", None)
        try:
            answer = self._route(path, params, fault)
        except BadQueryError as error:
            answer = _refusal(400, str(error), {})
        answer.headers.update(headers)
        answer.fault = fault
        return answer

    def _route(self, path: str, params: Mapping[str, Sequence[str]], fault: str) -> Answer:
        if path == "/api/models":
            return self._listing(self.models, Query.parse(params), path, params, fault)
        if path == "/api/spaces":
            if self.models.spaces is None:
                return _unrecorded("Spaces")
            query = Query.parse(params, hub_spaces.SORTS, hub_spaces.EXPANDABLE)
            return self._listing(self.models.spaces, query, path, params, fault)
        if match := hub_community.PATH.fullmatch(unquote_plus(path)):
            return self._discussions(match["model"], match["number"], params, fault)
        return self._model(path, params, fault)

    def _discussions(self, model: str, number: str | None, params: Mapping[str, Sequence[str]], fault: str) -> Answer:
        if self.models.discussions is None:
            return _unrecorded("discussions")
        there = self.models.discussions.get(self.models.renamed.get(model, model))
        if there is None:
            return _refusal(401, "Invalid username or password.", {"X-Error-Code": "RepoNotFound"})
        if number is None:
            return Answer(200, hub_community.spoilt(fault, hub_community.page(there, params)))
        found = next((one for one in there if one["num"] == int(number)), None)
        if found is None:
            return _refusal(404, "Discussion not found", {})
        return Answer(200, hub_community.spoilt(fault, found))

    def _listing(
        self, pages: Pages, query: Query, path: str, params: Mapping[str, Sequence[str]], fault: str
    ) -> Answer:
        if fault == "repeated-page":
            first, _ = pages.page(replace(query, offset=0))
            _, cursor = pages.page(query)
            rows = first
        else:
            rows, cursor = pages.page(query)
        headers = {SAMPLE_HEADER: self.models.sample} if self.models.sample else {}
        if fault == "endless":
            number = len(self.requests)
            rows = [{"id": f"endless/model-{number}-{place}", "downloads": 1} for place in range(query.limit)]
            cursor = f"endless-{number}"
        if fault == "repeated-cursor":
            cursor = (params.get("cursor") or [cursor or ""])[-1]
        if cursor is not None:
            following = urlencode({**params, "cursor": cursor}, doseq=True)
            headers["Link"] = f'<{self.endpoint}{path}?{following}>; rel="next"'
        kind = "text/html; charset=utf-8" if fault == "html" else "application/json; charset=utf-8"
        return Answer(200, spoilt(fault, rows), headers, kind)

    def _model(self, path: str, params: Mapping[str, Sequence[str]], fault: str) -> Answer:
        name = unquote_plus(path.removeprefix("/api/models/"))
        if not path.startswith("/api/models/"):
            return _refusal(404, "Not Found", {})
        if fault == "html":
            return Answer(200, spoilt(fault, []), content_type="text/html; charset=utf-8")
        if name in self.models.renamed:
            location = f"{self.endpoint}/api/models/{quote(self.models.renamed[name])}"
            query = urlencode(params, doseq=True)
            return Answer(307, b"", {"Location": f"{location}?{query}" if query else location})
        row: dict[str, Any] | None = self.models.model(name, Query.parse(params).expand)
        if row is None:  # so the Hub answers who is not signed in: the model may be private
            return _refusal(401, "Invalid username or password.", {"X-Error-Code": "RepoNotFound"})
        return Answer(200, json.dumps(row).encode())


def _refusal(status: int, message: str, headers: dict[str, str]) -> Answer:
    return Answer(status, json.dumps({"error": message}).encode(), {"X-Error-Message": message, **headers})


def _unrecorded(what: str) -> Answer:
    return _refusal(404, "Not recorded", {SAMPLE_HEADER: f"the recording of this Hub has no {what}"})


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    hub: HubServer


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body leave together
    server: _Server

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        answer = self.server.hub.answer(parts.path, parts.query)
        sent(self, answer.status, {"Content-Type": answer.content_type, **answer.headers}, answer.body, answer.fault)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is http.server's
        """Be quiet: `HubServer.requests` is the log."""
