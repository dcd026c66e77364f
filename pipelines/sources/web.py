"""Answers of web services, bounded: in time, in bytes after decompression, and to the host that was asked.

A time-out of a socket bounds the wait for the next byte only: a server that drips one each two seconds never meets it.
So a whole answer has a limit, and so have all attempts at it together. What passes it is told (`NoAnswer`), and that
server is left alone for a while: what else a run has to ask there must not wait as long again.
"""

from __future__ import annotations

import os
import socket
import ssl
import threading
import time
import weakref
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

import httpx2
import stamina

from pipelines.errors import TerminalError, TransientError

T = TypeVar("T")
ATTEMPTS = 5  # waits of about 1, 2, 4 and 8 s between them
AUTHORITIES = ("SSL_CERT_FILE", "SSL_CERT_DIR")  # where httpx2 looks for them
CONNECT_SECONDS = 10.0
LEAST_SECONDS = 0.05  # in less, no answer comes
REDIRECTS = 5  # of one request
RETRIED_STATUSES = frozenset({408, 429, 500, 502, 503, 504})
LEFT_ALONE_SECONDS = 600.0  # a server that did not answer within `Limits.patience_seconds`
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Limits:
    """What one answer may take.

    Attributes:
        silence_seconds: until the next byte.
        answer_seconds: until the whole of it.
        patience_seconds: all attempts at it together, without waits that the server asked for.
        content_bytes: after decompression.
    """

    silence_seconds: float = 60.0
    answer_seconds: float = 120.0  # a page of 1,000 models with all their fields is some megabytes
    patience_seconds: float = 180.0
    content_bytes: int = 64 << 20  # ten times the largest page that was seen


LIMITS = Limits()


class NoAnswer(TransientError):  # noqa: N818 - it says what happened, like Gone
    """Nothing whole came in the time that all attempts together have: no further one is made."""


class _Late(TransientError):  # noqa: N818 - as NoAnswer
    """One attempt took its time; another may be made."""


@cache
def _authorities(*_told: str | None) -> ssl.SSLContext:
    """Whom to trust, read once for what the environment names: it takes longer than a client's every other part."""
    return httpx2.create_ssl_context()


class Web:
    """Asks one service. A client of a service makes one for each fetch, and uses it in one thread.

    Args:
        setting: which setting names the service's address, for errors.
        headers: sent with each request.
        limits: of an answer.
    """

    def __init__(self, setting: str, headers: Mapping[str, str], limits: Limits | None = None) -> None:
        self.limits = limits or LIMITS
        self._setting = setting
        self._origin = ""
        self._sockets: deque[socket.socket] = deque(maxlen=4)
        self._left = self.limits.patience_seconds
        self._client = httpx2.Client(
            headers={**headers, "Accept-Encoding": "gzip"},
            timeout=httpx2.Timeout(self.limits.silence_seconds, connect=CONNECT_SECONDS),
            follow_redirects=False,
            verify=_authorities(*map(os.environ.get, AUTHORITIES)),
        )
        weakref.finalize(self, self._client.close)

    def retried(self, once: Callable[[], T]) -> T:
        """The result of `once`, which asks by `get`; tried again while what fails is a TransientError.

        Raises:
            NoAnswer: the time of all attempts is over, or the last one took its own.
            TransientError: the last attempt's, with how many there were; any other error as it is.
        """
        self._left = self.limits.patience_seconds
        try:
            for attempt in stamina.retry_context(
                on=_may_pass, attempts=ATTEMPTS, timeout=None, wait_initial=1.0, wait_max=30.0
            ):
                with attempt:
                    return once()
        except NoAnswer:
            raise
        except _Late as late:  # nobody even took the connection, each time
            raise self._no_answer(str(late)) from late
        except TransientError as error:
            raise TransientError(f"{error} ({ATTEMPTS} attempts)") from error
        raise AssertionError("unreachable")  # pragma: no cover - retry_context returns or raises

    def get(
        self, url: str, *, what: str, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> httpx2.Response:
        """The answer, whatever its status, with its content read; `what` names it in errors.

        Raises:
            TransientError: it did not come, or not in time.
            TerminalError: it is too large, or stands at another host.
        """
        url = str(httpx2.URL(url, params=params)) if params else url
        for _redirect in range(REDIRECTS + 1):
            response = self._get(url, what, headers or {})
            to = response.headers.get("location") if response.is_redirect else None
            if to is None:
                return response
            there = urljoin(url, to)
            if not _same_host(url, there):
                raise TerminalError(
                    f"{what}: redirected to another host ({urlsplit(there).netloc}), which is not followed, so that no "
                    f"token gets there. Check {self._setting}."
                )
            url = there
        raise TerminalError(f"{what}: redirected more than {REDIRECTS} times. Check {self._setting}.")

    def _get(self, url: str, what: str, headers: Mapping[str, str]) -> httpx2.Response:
        self._origin = urlsplit(url).netloc
        _refuse_if_left_alone(self._origin, what)
        seconds = min(self.limits.answer_seconds, self._left)
        silence = min(self.limits.silence_seconds, seconds)
        began = time.monotonic()
        try:
            with (
                self._ended_after(seconds) as is_over,
                self._client.stream(
                    "GET",
                    url,
                    headers=dict(headers),
                    timeout=httpx2.Timeout(silence, connect=min(CONNECT_SECONDS, seconds)),
                    extensions={"trace": self._note},
                ) as response,
            ):
                content = _content(response, self.limits.content_bytes, what)
                _check_in_time(is_over, f"{what}: no whole answer within {seconds:,.0f} s")
        except (httpx2.UnsupportedProtocol, httpx2.InvalidURL) as error:
            raise TerminalError(f"{what}: set {self._setting} to an http or https address.") from error
        except (httpx2.HTTPError, OSError) as error:
            if is_over() or isinstance(error, httpx2.TimeoutException):
                raise self._late(f"{what}: no answer within {time.monotonic() - began:,.0f} s", began) from error
            raise TransientError(f"{what}: {str(error) or type(error).__name__}") from error
        except _Late as late:
            raise self._late(str(late), began) from late
        kept = [(name, value) for name, value in response.headers.multi_items() if name not in _OF_THE_WIRE]
        return httpx2.Response(response.status_code, headers=kept, content=content, request=response.request)

    def _late(self, said: str, began: float) -> TransientError:
        """What an attempt that took its time is told as."""
        self._left -= time.monotonic() - began
        return _Late(said) if self._left > LEAST_SECONDS else self._no_answer(said)

    def _no_answer(self, said: str) -> NoAnswer:
        """What the last of such attempts is told as; its server is left alone."""
        _leave_alone(self._origin)
        spent = self.limits.patience_seconds - self._left
        return NoAnswer(f"{said}; {spent:,.0f} s were spent on it. Check {self._setting}, or run again later.")

    def _note(self, event: str, info: Mapping[str, Any]) -> None:
        """Told by the transport of what it does: the sockets that it opens."""
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            found = info["return_value"].get_extra_info("socket")
            if found is not None:
                self._sockets.append(found)

    @contextmanager
    def _ended_after(self, seconds: float) -> Iterator[Callable[[], bool]]:
        """Shuts the connection down after so many seconds; the function says whether that happened."""
        over = threading.Event()

        def end() -> None:
            over.set()
            for one in tuple(self._sockets):
                with suppress(OSError, ValueError):
                    socket.socket.shutdown(one, socket.SHUT_RDWR)  # it wakes up who reads, as closing does not

        timer = threading.Timer(seconds, end)
        timer.daemon = True
        timer.start()
        try:
            yield over.is_set
        finally:
            timer.cancel()


_OF_THE_WIRE = frozenset({"content-encoding", "content-length", "transfer-encoding"})


def _check_in_time(is_over: Callable[[], bool], said: str) -> None:
    """What ends with the connection looks whole when it was shut down."""
    if is_over():
        raise _Late(said)


def _may_pass(error: Exception) -> bool:
    return isinstance(error, TransientError) and not isinstance(error, NoAnswer)


def _content(response: httpx2.Response, most: int, what: str) -> bytes:
    """The body, decompressed piece by piece: a small answer may be a large one within."""
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding not in {"", "identity", "gzip", "x-gzip"}:
        raise TerminalError(f"{what}: the answer is encoded as {encoding[:40]!r}, which was not asked for.")
    unpacked = zlib.decompressobj(zlib.MAX_WBITS | 16) if encoding.endswith("gzip") else None
    content = bytearray()
    for chunk in response.iter_raw():
        content += chunk if unpacked is None else _inflated(unpacked, chunk, most + 1 - len(content), what)
        if len(content) > most:
            raise TerminalError(
                f"{what}: the answer is larger than {most / 2**20:,.0f} MiB after decompression; it was left."
            )
    if unpacked is not None and content and not unpacked.eof:
        raise TransientError(f"{what}: the compressed answer breaks off")
    return bytes(content)


def _inflated(unpacked: Any, chunk: bytes, most: int, what: str) -> bytes:  # noqa: ANN401 - zlib names no public type
    try:
        return bytes(unpacked.decompress(chunk, most))
    except zlib.error as error:
        raise TransientError(f"{what}: the compressed answer is damaged ({error})") from error


def _same_host(one: str, other: str) -> bool:
    """Whether the second address is at the first one's host and port; from http to https counts as the same."""
    here, there = urlsplit(one), urlsplit(other)
    if there.scheme not in _PORTS or here.hostname != there.hostname:
        return False
    ports = [part.port or _PORTS.get(part.scheme) for part in (here, there)]
    return ports[0] == ports[1] if here.scheme == there.scheme else ports == [80, 443]


# ── Servers that did not answer ──────────────────────────────────────────────────────────────────────────────────────

_SILENT: dict[str, float] = {}
_GUARD = threading.Lock()


def ask_again() -> None:
    """Forget which servers did not answer."""
    with _GUARD:
        _SILENT.clear()


def _leave_alone(origin: str) -> None:
    with _GUARD:
        _SILENT[origin] = time.monotonic() + LEFT_ALONE_SECONDS


def _refuse_if_left_alone(origin: str, what: str) -> None:
    with _GUARD:
        seconds = _SILENT.get(origin, 0.0) - time.monotonic()
        if seconds > 0:
            raise NoAnswer(f"{what}: not asked, {origin} did not answer before; it is asked again in {seconds:,.0f} s")
        _SILENT.pop(origin, None)
