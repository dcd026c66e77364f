"""PyGithub's connections, within a time and a size. From the wire to PyGithub.

requests limits the wait for each part of an answer, so that a server that sends a byte now and then is never left, and
it reads an answer of any size. Here an answer is read in parts and counted, and `within` leaves what takes too long.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Mapping
from typing import TypeVar
from urllib.parse import urljoin, urlsplit

import requests
from github.Requester import (
    HTTPRequestsConnectionClass,
    HTTPSRequestsConnectionClass,
    Requester,
    RequestsResponse,
)

from pipelines.sources.github.client.wire import transport

PART = 1 << 16  # bytes
T = TypeVar("T")


class TooLarge(requests.RequestException):
    """An answer of more than MOST_BYTES after decompression."""


class Elsewhere(Exception):  # noqa: N818 - it says what happened
    """A redirect to another address."""

    def __init__(self, status: int, headers: Mapping[str, str]) -> None:
        super().__init__("redirected")
        self.status, self.headers = status, headers


def within(seconds: float, work: Callable[[], T]) -> T:
    """The result of the work, or TimeoutError: then its thread is left, and ends with its connection."""
    ended: queue.SimpleQueue[tuple[T | None, BaseException | None]] = queue.SimpleQueue()

    def run() -> None:
        try:
            ended.put((work(), None))
        except BaseException as error:  # noqa: BLE001 - raised in the thread that waits
            ended.put((None, error))

    threading.Thread(target=run, name="github-rest", daemon=True).start()
    try:
        result, error = ended.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError from None
    if error is not None:
        raise error
    return result  # type: ignore[return-value]  # without an error there is a result


class _Whole(RequestsResponse):
    """An answer that was read."""

    def __init__(self, response: requests.Response, text: str) -> None:
        super().__init__(response)
        self._text = text

    def read(self) -> str:
        return self._text


def _answer(connection: HTTPRequestsConnectionClass | HTTPSRequestsConnectionClass) -> RequestsResponse:
    url = f"{connection.protocol}://{connection.host}:{connection.port}{connection.url}"
    limit = connection.timeout or 0
    until = time.monotonic() + limit
    with connection.session as session:
        response = session.request(
            connection.verb,
            url,
            headers=connection.headers,
            data=connection.input,
            timeout=limit,
            verify=connection.verify,
            allow_redirects=False,  # a token is for one host
            stream=True,
        )
        with response:
            if response.is_redirect and _origin(urljoin(url, response.headers["location"])) != _origin(url):
                raise Elsewhere(response.status_code, response.headers)
            body = _body(response, until)
    return _Whole(response, body.decode("utf-8", errors="replace"))


def _body(response: requests.Response, until: float) -> bytearray:
    """All of it. What has not come by then is not waited for: the connection is shut, whoever reads from it."""
    watch = threading.Timer(max(0.0, until - time.monotonic()), response.raw.shutdown)
    watch.daemon = True
    watch.start()
    body = bytearray()
    try:
        for part in response.iter_content(PART):
            body += part
            if len(body) > transport.MOST_BYTES:
                raise TooLarge
    except requests.RequestException:
        if time.monotonic() < until:
            raise
    finally:
        watch.cancel()
    if time.monotonic() >= until:
        raise requests.Timeout
    return body


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)


class _Plain(HTTPRequestsConnectionClass):
    def getresponse(self) -> RequestsResponse:
        return _answer(self)


class _Secure(HTTPSRequestsConnectionClass):
    def getresponse(self) -> RequestsResponse:
        return _answer(self)


def install() -> None:
    """From now on PyGithub's requests go through these connections, in all of the process."""
    Requester.injectConnectionClasses(_Plain, _Secure)
