"""What GitHub's refusals mean: one outcome and one message each. From replies to the tree of `pipelines.errors`.

GraphQL refuses in three ways: with a status of HTTP, with `errors` and no data, and with `errors` beside data.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from pipelines.errors import (
    BadToken,
    Blocked,
    CursorLost,
    Disabled,
    Gone,
    MissingScope,
    NeedsSso,
    Overloaded,
    SourceError,
    TerminalError,
    TransientError,
)
from pipelines.sources.github.client.answers import Problem
from pipelines.sources.github.client.transport import Reply

LONGEST_MESSAGE = 300  # characters of what a server says that are passed on
ANY_TOKEN = re.compile(r"\b(?:gh[a-z]_|github_pat_)\w+")
CREDENTIALS = re.compile(r"(?<=//)[^/@\s]+@")
SECONDARY = re.compile(r"secondary rate limit|abuse detection", re.IGNORECASE)
TOO_MUCH = re.compile(r"something went wrong|timed? ?out|timeout|resource limits|couldn't respond", re.IGNORECASE)
TOO_MUCH_TYPES = frozenset({"MAX_NODE_LIMIT_EXCEEDED", "RESOURCE_LIMITS_EXCEEDED", "TIMEOUT", "INTERNAL"})
LIMIT_TYPES = frozenset({"RATE_LIMITED", "RATE_LIMIT"})
CURSOR = re.compile(r"valid cursor|cursor has expired|expired cursor", re.IGNORECASE)
LEGAL = re.compile(r"access blocked|legal reasons|dmca", re.IGNORECASE)
SWITCHED_OFF = re.compile(
    r"(issues|discussions|pull requests|releases) (?:(?:have|has) been|are|is) disabled", re.IGNORECASE
)
SWITCHED_OFF_BY = re.compile(r"has disabled (issues|discussions|pull requests|releases)", re.IGNORECASE)
NEW_TOKEN = "https://github.com/settings/tokens"  # noqa: S105 - an address


@dataclass(frozen=True)
class Limit:
    """Not now: ask again later.

    Attributes:
        primary: True if the account's points are used up; False for a secondary limit.
        seconds: how long to wait, if the server says so.
        text: what it says.
    """

    primary: bool
    seconds: float | None
    text: str


class Secrets:
    """Takes tokens out of a text before anybody sees it."""

    def __init__(self, tokens: Iterable[str]) -> None:
        self._tokens = sorted(tokens, key=len, reverse=True)

    def __repr__(self) -> str:
        return f"Secrets({len(self._tokens)})"

    def hide(self, text: str) -> str:
        """The text without them, on one line and of a bearable length."""
        for token in self._tokens:
            text = text.replace(token, "…")
        text = CREDENTIALS.sub("…@", ANY_TOKEN.sub("…", text))
        text = " ".join(text.split())
        return text if len(text) <= LONGEST_MESSAGE else f"{text[:LONGEST_MESSAGE]}…"


def problems(errors: Iterable[Mapping[str, Any]], secrets: Secrets) -> tuple[Problem, ...]:
    """The entries of `errors`, whatever their form."""
    found = []
    for error in errors:
        extensions = error.get("extensions")
        sso = isinstance(extensions, Mapping) and bool(extensions.get("saml_failure"))
        message = secrets.hide(str(error.get("message") or "no message"))
        path = error.get("path")
        found.append(
            Problem(
                path=tuple(path) if isinstance(path, list) else (),
                type=str(error.get("type") or ""),
                message=message,
                sso=sso or "SAML" in message,
            )
        )
    return tuple(found)


def passes(problem: Problem) -> bool:
    """Whether asking again, or for less, may bring what is missing."""
    return problem.type in TOO_MUCH_TYPES or (not problem.type and bool(TOO_MUCH.search(problem.message)))


def refused(reply: Reply, what: str, secrets: Secrets) -> SourceError | Limit | None:  # noqa: PLR0911 - one return an outcome
    """What a reply without usable data means; None if it has data, in part at least, or an error for each part."""
    if reply.status == 0 or reply.timed_out:
        return _no_answer(reply, what, secrets)
    if reply.status >= 400:  # noqa: PLR2004 - where HTTP's refusals begin
        return _status(reply, what, secrets)
    roots = [value for key, value in (reply.data or {}).items() if key != "rateLimit"]
    if any(value is not None for value in roots):
        return None
    found = problems(reply.errors, secrets)
    limited = next((each for each in found if each.type in LIMIT_TYPES or SECONDARY.search(each.message)), None)
    if limited is not None:
        primary = not SECONDARY.search(limited.message)
        return Limit(primary, _seconds(reply.headers, primary=primary), limited.message)
    if found and len(roots) <= 1:
        return error_of(found[0], what)
    if reply.data is not None:
        return None  # several things were asked for: each has its own error
    return TransientError(f"{what}: GitHub's answer broke off or is no JSON: {secrets.hide(reply.text)}")


def error_of(problem: Problem, what: str) -> SourceError:  # noqa: PLR0911 - one return an outcome is the point
    """The outcome of an entry of `errors`, as an error that can be raised."""
    message = problem.message
    if problem.sso:
        return NeedsSso(
            f"{what}: the organisation enforces single sign-on. Authorise the token for it at {NEW_TOKEN} "
            "(Configure SSO), or use a token of another account."
        )
    if LEGAL.search(message):
        return Blocked(f"{what}: taken down for legal reasons, says GitHub ({message}). Take it out of the catalogue.")
    off = SWITCHED_OFF.search(message) or SWITCHED_OFF_BY.search(message)
    if off:
        return Disabled(f"{what}: {off[1].lower()} are switched off in this repository.")
    if CURSOR.search(message) or problem.type == "INVALID_CURSOR_ARGUMENTS":
        return CursorLost(f"{what}: GitHub no longer knows the place in the listing ({message}).")
    if problem.type == "NOT_FOUND":
        return Gone(
            f"{what}: not found: deleted, or made private. Correct the name in the catalogue, "
            "or use a token that may read it."
        )
    if problem.type in {"FORBIDDEN", "INSUFFICIENT_SCOPES"}:
        return MissingScope(f"{what}: the token may not read this: {message} Change its permissions at {NEW_TOKEN}.")
    if passes(problem):
        return Overloaded(f"{what}: GitHub gave up on the answer: {message}")
    return TerminalError(f"{what}: GitHub refused the query: {message}{f' ({problem.type})' if problem.type else ''}")


def _no_answer(reply: Reply, what: str, secrets: Secrets) -> SourceError:
    if reply.timed_out:
        return Overloaded(f"{what}: no answer from GitHub in time.")
    return TransientError(f"{what}: GitHub could not be reached: {secrets.hide(reply.text)}")


def _status(reply: Reply, what: str, secrets: Secrets) -> SourceError | Limit:  # noqa: PLR0911 - one return an outcome
    said = _message(reply.text)
    message = secrets.hide(said)
    status = reply.status
    if status == 401:  # noqa: PLR2004 - the statuses are the names of what they mean
        return BadToken(
            f"GitHub refused the token (401: {message}): it is wrong, expired or revoked. "
            f"Make a new one without any scopes at {NEW_TOKEN} and put it into GITHUB_TOKEN."
        )
    if status == 429 or (status == 403 and _is_limit(reply, said)):  # noqa: PLR2004
        primary = reply.headers.get("x-ratelimit-remaining") == "0" and not SECONDARY.search(said)
        return Limit(primary, _seconds(reply.headers, primary=primary), message)
    if status == 451:  # noqa: PLR2004
        return Blocked(f"{what}: taken down for legal reasons (451). Take it out of the catalogue.")
    if status in {502, 504, 408, 413}:
        return Overloaded(f"{what}: GitHub gave up on the answer ({status}).")
    if status >= 500:  # noqa: PLR2004
        return TransientError(f"{what}: GitHub is in trouble ({status}: {message}).")
    if status == 410:  # noqa: PLR2004
        return Disabled(f"{what}: switched off in this repository ({message}).")
    if status == 403:  # noqa: PLR2004
        sso = "x-github-sso" in reply.headers
        return error_of(Problem((), "FORBIDDEN", message, sso=sso or "SAML" in message), what)
    if status == 404 and not reply.rest:  # noqa: PLR2004
        return TerminalError(f"{what}: there is no GraphQL at this address (404): correct ECOTONE_GITHUB_URL.")
    if status == 404:  # noqa: PLR2004
        return error_of(Problem((), "NOT_FOUND", message), what)
    return TerminalError(f"{what}: GitHub refused the request ({status}: {message}).")


def _is_limit(reply: Reply, said: str) -> bool:
    headers = reply.headers
    return "retry-after" in headers or headers.get("x-ratelimit-remaining") == "0" or bool(SECONDARY.search(said))


def _message(text: str) -> str:
    """The `message` of GitHub's JSON, or the text itself where it is another thing's page."""
    try:
        told = json.loads(text)
    except ValueError:
        return re.sub(r"<[^>]*>", " ", text)
    message = told.get("message") if isinstance(told, dict) else None
    return str(message) if message else text


def _seconds(headers: Mapping[str, str], *, primary: bool) -> float | None:
    """How long to wait, by the server's own clock; None if it does not say (docs: exceeding the rate limit)."""
    now = server_time(headers)
    after = headers.get("retry-after", "").strip()
    if after.isdecimal():
        return float(after)
    if after:
        try:
            return max(0.0, (parsedate_to_datetime(after) - now).total_seconds())
        except ValueError:
            return None
    reset = headers.get("x-ratelimit-reset", "")
    if reset.isdecimal() and (primary or headers.get("x-ratelimit-remaining") == "0"):
        return max(0.0, int(reset) - now.timestamp())
    return None


def server_time(headers: Mapping[str, str]) -> datetime:
    """The server's clock; ours where it does not tell."""
    try:
        return parsedate_to_datetime(headers.get("date", "")).astimezone(UTC)
    except ValueError:
        return datetime.now(UTC)
