"""A packages service on 127.0.0.1: its look-up by repository or package URL, over recorded or simulated packages.

The pipeline reaches it as it reaches the real one, through ECOTONE_PACKAGES_URL. It allows 5,000 requests an hour, and
fails on request.
"""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, unquote_plus, urlsplit

from pipelines.sandbox.faults import Fault, sent
from pipelines.sandbox.packages.market import Looked

PATH = "/api/v1/packages/lookup"
REQUESTS_AN_HOUR = 5_000


class PackagesServer:
    """The server; as a context manager it runs. `looked` may be replaced while it does.

    Args:
        looked: by repository in lower case, its packages.
        allowed: requests in all; then it refuses.
        retry_after: seconds that a refusal names.

    Attributes:
        requests: the decoded path and query of each request so far.
        agents: the User-Agent of each.
        faults: what goes wrong; append to it.
    """

    def __init__(self, looked: Looked, *, allowed: int = REQUESTS_AN_HOUR, retry_after: int = 1) -> None:
        self.looked = looked
        self.requests: list[str] = []
        self.agents: list[str] = []
        self.faults: list[Fault] = []
        self._allowed = allowed
        self._retry_after = retry_after
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.packages = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def endpoint(self) -> str:
        """Its address, for ECOTONE_PACKAGES_URL."""
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

    def answer(self, path: str, query: str, agent: str) -> tuple[int, dict[str, str], bytes, str]:
        """Status, headers and body of what a GET gets, and by which fault it is sent."""
        target = unquote_plus(f"{path}?{query}")
        self.requests.append(target)
        self.agents.append(agent)
        fault = next((fault.kind for fault in self.faults if fault.happens(target)), "")
        if fault == "429" or len(self.requests) > self._allowed:
            status, headers, body = _refusal(429, "Too many requests")
            return status, {**headers, "Retry-After": str(self._retry_after)}, body, ""
        if fault.isdigit():
            return *_refusal(int(fault), "asked for by a test"), ""
        params = {name: values[-1] for name, values in parse_qs(query).items()}
        if path != PATH:
            return *_refusal(404, "Not Found"), ""
        rows = self._found(params)
        headers = {"Content-Type": "application/json; charset=utf-8"}
        if fault == "endless":
            headers["Link"] = f'<{self.endpoint}{path}?{query}&page=2>; rel="next"'
        return 200, headers, _spoilt(fault, rows), fault

    def _found(self, params: Mapping[str, str]) -> list[Mapping[str, Any]]:
        address = params.get("repository_url", "").removeprefix("https://github.com/").lower()
        if address:
            return list(self.looked.get(address, ()))
        purl = params.get("purl", "").lower()
        return [one for some in self.looked.values() for one in some if str(one.get("purl")).lower() == purl]


def _spoilt(fault: str, rows: Sequence[Mapping[str, Any]]) -> bytes:
    if fault == "html":
        return b"<!doctype html><title>One moment</title>"
    if fault == "no-list":
        return b'{"error": "something else"}'
    if fault == "null-id" and rows:
        rows = [{**rows[0], "purl": None, "name": None}, *rows[1:]]
    if fault == "hostile" and rows:
        strange = {"downloads": -5, "dependent_packages_count": "many", "status": "</script><script>alert(1)</script>"}
        advisories = [{"identifiers": ["GHSA-x"] * 10_000, "severity": 7, "cvss_score": "NaN"}, None, "text"]
        rows = [{**rows[0], **strange, "advisories": advisories, "downloads_period": "lone \ud800"}, *rows[1:], 7]  # type: ignore[list-item]  # strangers
    body = json.dumps(rows).encode()
    return body[: len(body) // 2] if fault == "half" else body


def _refusal(status: int, message: str) -> tuple[int, dict[str, str], bytes]:
    return status, {"Content-Type": "application/json"}, json.dumps({"error": message}).encode()


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    packages: PackagesServer


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body leave together
    server: _Server

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        sent(self, *self.server.packages.answer(parts.path, parts.query, self.headers.get("User-Agent", "")))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is http.server's
        """Be quiet: `PackagesServer.requests` is the log."""
