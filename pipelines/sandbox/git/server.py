"""A git host on loopback: git's own smart HTTP server over repositories, with faults by name; none unless told to.

Data flows from bare repositories, through `git http-backend`, to whoever asks; what was asked is written down.
"""

from __future__ import annotations

import base64
import os
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pipelines.sandbox.loopback import LOOPBACK

DRIP_SECONDS = 2.0
KINDS = {
    "silent": "takes the request, and says nothing",
    "drip": "promises an answer, and sends a byte of it each 2 s",
    "redirect": "302 to the same path at `to`",
    "echo": "403 with a body that repeats the Authorization that was sent",
    "cut": "closes the connection in the middle of the answer",
}
"""Beside these, any status as three digits ("503", "404") is a fault."""


@dataclass
class GitFault:
    """A fault that the server commits on matching requests.

    Attributes:
        kind: one of KINDS, or a status of three digits.
        match: what path and query must contain: `info/refs`, `.git/git-upload-pack`, a name. A probe is one of each, a
            fetch one of the first and two of the second.
        skip: matching requests that are answered well first.
        to: where a redirect leads.
        times: how often it happens; None: always.
    """

    kind: str
    match: str = ""
    skip: int = 0
    to: str = ""
    times: int | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS and not (len(self.kind) == 3 and self.kind.isdecimal()):  # noqa: PLR2004 - a status
            raise ValueError(f"no fault is called {self.kind!r}; there are {', '.join(KINDS)} and any status")

    def happens(self, target: str) -> bool:
        """True if this request meets the fault; counts it."""
        if self.match not in target or self.times == 0:
            return False
        if self.skip:
            self.skip -= 1
            return False
        self.times = None if self.times is None else self.times - 1
        return True


@dataclass
class GitServer:
    """Serves the bare repositories of a folder over HTTP: `server.endpoint + "/owner/name.git"`.

    Attributes:
        root: the folder.
        token: what opens it, as GitHub takes it: the password of any user; None: it is open to all.
        faults: the first that matches happens.
        asked: path and headers of each request, in order.
    """

    root: Path
    token: str | None = None
    faults: list[GitFault] = field(default_factory=list)
    asked: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._stopped = threading.Event()
        self._server = _Http(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def endpoint(self) -> str:
        """Its address: `http://127.0.0.1:PORT`."""
        return f"http://{LOOPBACK}:{self._server.server_port}"

    def wait(self, seconds: float) -> bool:
        """Wait that long; True if the server is being stopped."""
        return self._stopped.wait(seconds)

    def fault(self, target: str) -> GitFault | None:
        """The fault that a request meets."""
        return next((fault for fault in self.faults if fault.happens(target)), None)

    def admits(self, authorization: str | None) -> bool:
        """Whether a request with that header may read."""
        if self.token is None:
            return True
        kind, _, value = (authorization or "").partition(" ")
        return kind == "Basic" and base64.b64decode(value).decode().rpartition(":")[2] == self.token


class _Http(ThreadingHTTPServer):
    def __init__(self, owner: GitServer) -> None:
        self.owner = owner
        super().__init__((LOOPBACK, 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: _Http
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(b"".join(self._body()))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the library names it
        """Say nothing: what was asked stands in `asked`."""

    def _answer(self, body: bytes) -> None:
        self.server.owner.asked.append((self.path, dict(self.headers.items())))
        fault = self.server.owner.fault(self.path)
        if fault is not None:
            self._fail(fault)
        elif self.server.owner.admits(self.headers.get("Authorization")):
            self._send(*_backend(self.server.owner.root, self, body))
        else:
            self._send(401, [("WWW-Authenticate", 'Basic realm="git"')], b"")

    def _send(self, status: int, headers: Sequence[tuple[str, str]], content: bytes, *, cut: bool = False) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content) * (2 if cut else 1)))
        self.end_headers()
        self.wfile.write(content)
        self.close_connection = self.close_connection or cut

    def _fail(self, fault: GitFault) -> None:
        if fault.kind == "silent":
            self.close_connection = True
            self.server.owner.wait(3600)
        elif fault.kind == "drip":
            self._drip()
        elif fault.kind == "redirect":
            self._send(302, [("Location", fault.to + self.path)], b"")
        elif fault.kind == "echo":
            said = f"refused: {self.headers.get('Authorization')}"
            self._send(403, [("Content-Type", "text/plain")], said.encode())
        elif fault.kind == "cut":
            self._send(200, [("Content-Type", "application/x-git-upload-pack-result")], b"0008NAK\n", cut=True)
        else:
            self._send(int(fault.kind), [], b"")

    def _drip(self) -> None:
        service = "advertisement" if "info/refs" in self.path else "result"
        self.send_response(200)
        self.send_header("Content-Type", f"application/x-git-upload-pack-{service}")
        self.end_headers()
        self.close_connection = True
        for byte in b"001e# service=git-upload-pack\n" * 1_000:
            if self.server.owner.wait(DRIP_SECONDS):
                return
            try:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
            except OSError:  # whoever asked has gone
                return

    def _body(self) -> Iterator[bytes]:
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            yield self.rfile.read(int(self.headers.get("Content-Length") or 0))
            return
        while size := int(self.rfile.readline().split(b";")[0], 16):
            yield self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()


def _backend(root: Path, request: BaseHTTPRequestHandler, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
    """What `git http-backend` (a CGI program) answers: status, headers, content."""
    parts = urlsplit(request.path)
    environment = os.environ | {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_PROJECT_ROOT": str(root),
        "GIT_HTTP_EXPORT_ALL": "1",
        "GIT_PROTOCOL": request.headers.get("Git-Protocol", ""),
        "PATH_INFO": parts.path,
        "QUERY_STRING": parts.query,
        "REQUEST_METHOD": request.command,
        "CONTENT_TYPE": request.headers.get("Content-Type", ""),
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_CONTENT_ENCODING": request.headers.get("Content-Encoding", ""),
        "REMOTE_ADDR": LOOPBACK,
    }
    done = subprocess.run(["git", "http-backend"], input=body, capture_output=True, check=False, env=environment)
    head, _, content = done.stdout.partition(b"\r\n\r\n")
    headers = [
        (name, value.strip()) for name, _, value in (line.partition(":") for line in head.decode().split("\r\n"))
    ]
    status = next((int(value.split()[0]) for name, value in headers if name == "Status"), 200)
    return status, [(name, value) for name, value in headers if name not in {"Status", ""}], content
