"""One call of PyGithub's, and what came of it: its result, an error of ours, or a limit. From PyGithub to whoever asks.

Nothing is raised for what a server does: PyGithub's exceptions hold whole answers, those of requests headers.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlsplit

import github
import requests
from github.Requester import Requester

from pipelines.errors import SourceError, TransientError
from pipelines.sources.github.client.errors import Secrets
from pipelines.sources.github.client.refusals import Limit, refused
from pipelines.sources.github.client.wire.bounded import Elsewhere, TooLarge, install, within
from pipelines.sources.github.client.wire.transport import Reply

ROWS = 100  # the largest page
MOST_PAGES = 1_000  # a listing that goes on for longer goes in circles
ANSWER_SECONDS = 30  # one answer, from the connection to its last byte
CALL_SECONDS = 60.0  # a call of whoever uses PyGithub himself, with all its requests; then it is left
Page = tuple[list[Any], str | None]
T = TypeVar("T")

install()


class NotRows(Exception):  # noqa: N818 - it says what was not there
    """An answer in which a list was expected and is none."""

    def __init__(self, headers: Mapping[str, Any], body: object) -> None:
        super().__init__("no list")
        self.headers, self.body = headers, body


def outcome(
    call: Callable[[], T], what: str, secrets: Secrets, seconds: float = CALL_SECONDS
) -> T | SourceError | Limit:
    """Make the call; it is left after so many seconds."""
    try:
        return within(seconds, call)
    except SourceError as error:  # a credential that could not be had
        return error
    except (TimeoutError, requests.Timeout) as error:
        reply = Reply(0, text=type(error).__name__, timed_out=True, rest=True)
    except Elsewhere as error:
        reply = _reply(error.status, error.headers, None)
    except TooLarge:
        reply = Reply(0, too_large=True, rest=True)
    except github.GithubException as error:
        reply = _reply(error.status, error.headers or {}, error.data)
    except NotRows as error:
        reply = _reply(200, error.headers, error.body)
    except requests.RequestException as error:
        reply = Reply(0, text=f"{type(error).__name__}: {error}", rest=True)
    except Exception as error:  # noqa: BLE001 - PyGithub raises what it stumbles over: redirects, half JSON, odd shapes
        text = secrets.hide(f"{type(error).__name__}: {error}")
        return TransientError(f"{what}: GitHub's answer has another form than it should have ({text}).")
    found = refused(reply, what, secrets)
    return found or TransientError(f"{what}: GitHub's answer has another form than it should have.")


def paged(ask: Callable[[Callable[[Requester], Page]], Page], path: str) -> list[Any]:
    """All that is listed at a path. Each page is asked for by itself: `ask` is given what makes the request."""
    found: list[Any] = []
    following: str | None = f"{path}?per_page={ROWS}"
    for _ in range(MOST_PAGES):
        if following is None:
            break
        body, following = ask(partial(_page, path=following))
        found += body
    return found


def _page(requester: Requester, path: str) -> Page:
    """The rows of a page, and the path of the next one. Raises NotRows, and whatever PyGithub does."""
    headers, body = requester.requestJsonAndCheck("GET", path)
    if not isinstance(body, list):
        raise NotRows(headers, body)
    links = requests.utils.parse_header_links(str(headers.get("link", "")))
    following = next((link["url"] for link in links if link.get("rel") == "next"), None)
    if following is None:
        return body, None
    place = urlsplit(following)
    return body, f"{_below(requester.base_url, place.path)}?{place.query}"  # of the same host, whatever the link says


def _below(base: str, path: str) -> str:
    """The path of a link, as seen from the API's address: an Enterprise Server has its API below `/api/v3`."""
    prefix = urlsplit(base).path.rstrip("/")
    return path.removeprefix(prefix) if prefix else path


def _reply(status: int, headers: Mapping[str, Any], body: object) -> Reply:
    lower = {str(name).lower(): str(value) for name, value in headers.items()}
    return Reply(status, lower, text=body if isinstance(body, str) else json.dumps(body), rest=True)
