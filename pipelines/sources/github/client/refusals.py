"""What a whole reply means that brings nothing: a limit to wait for, or one outcome and one message.

GraphQL refuses in four ways: with a status of HTTP, with a `message` where data should be, with `errors` and no data,
and with `errors` beside data. From replies to the tree of `pipelines.errors`; single entries of `errors` are judged in
`errors`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from pipelines.errors import (
    BadToken,
    Blocked,
    Disabled,
    Overloaded,
    SourceError,
    TerminalError,
    TransientError,
)
from pipelines.sources.github.client.answers import Problem
from pipelines.sources.github.client.errors import (
    LIMIT_TYPES,
    NEW_TOKEN,
    SECONDARY,
    Secrets,
    TooSlow,
    error_of,
    passes,
    problems,
)
from pipelines.sources.github.client.wire import transport
from pipelines.sources.github.client.wire.transport import Reply

RATE_LIMIT = re.compile(r"rate limit exceeded|exceeded (?:a|the|your) .*rate limit", re.IGNORECASE)


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


def refused(reply: Reply, what: str, secrets: Secrets) -> SourceError | Limit | None:
    """What a reply without usable data means; None if it has data, in part at least, or an error for each part."""
    if reply.status == 0 or reply.timed_out or reply.too_large:
        return _no_answer(reply, what, secrets)
    if reply.status >= 300:  # noqa: PLR2004 - where HTTP's refusals begin
        return _status(reply, what, secrets)
    if reply.data is None and not reply.errors:
        return _words(reply, what, secrets)
    roots = [value for key, value in (reply.data or {}).items() if key != "rateLimit"]
    found = problems(reply.errors, secrets)
    limited = next((each for each in found if each.type in LIMIT_TYPES or SECONDARY.search(each.message)), None)
    if limited is not None and (not roots or None in roots):
        primary = not SECONDARY.search(limited.message)
        return Limit(primary, _seconds(reply.headers, primary=primary), limited.message)
    if any(value is not None for value in roots) or not found:
        return None
    return _nothing(found, len(roots), what)


def _nothing(found: Sequence[Problem], roots: int, what: str) -> SourceError | None:
    """All that was asked for is null, or there is no data at all."""
    passing = next((each for each in found if passes(each)), None)
    if passing is not None and roots <= 1:
        return error_of(passing, what)
    if not roots and found[0].type != "NOT_FOUND":
        return error_of(found[0], what)  # the query as a whole was refused
    if all(each.path for each in found):
        return error_of(found[0], what) if roots == 1 else None  # each root has its own error
    return Overloaded(f"{what}: GitHub gave up on the answer: {found[0].message}")


def _words(reply: Reply, what: str, secrets: Secrets) -> SourceError | Limit:
    """Status 200 and no GraphQL: a limit in words, or a thing that broke off."""
    said = _message(reply.text)
    if SECONDARY.search(said) or RATE_LIMIT.search(said) or "retry-after" in reply.headers:
        primary = reply.headers.get("x-ratelimit-remaining") == "0" and not SECONDARY.search(said)
        return Limit(primary, _seconds(reply.headers, primary=primary), secrets.hide(said))
    return TransientError(f"{what}: GitHub's answer broke off or is no JSON: {secrets.hide(said)}")


def _moved(reply: Reply) -> str:
    host = urlsplit(reply.headers.get("location", "")).hostname or "another address"
    return f"the address of GitHub's API redirects to {host} ({reply.status}), and a token is not sent there."


def _no_answer(reply: Reply, what: str, secrets: Secrets) -> SourceError:
    if reply.too_large:
        return Overloaded(
            f"{what}: GitHub's answer is larger than {transport.MOST_BYTES >> 20} MiB: it was not read to its end."
        )
    if reply.timed_out:
        return TooSlow(f"{what}: no answer from GitHub in time.")
    return TransientError(f"{what}: GitHub could not be reached: {secrets.hide(reply.text)}")


def _status(reply: Reply, what: str, secrets: Secrets) -> SourceError | Limit:
    """What a status of HTTP says."""
    said = _message(reply.text)
    message = secrets.hide(said)
    if reply.status == 429 or (reply.status == 403 and _is_limit(reply, said)):  # noqa: PLR2004 - named by what they mean
        primary = reply.headers.get("x-ratelimit-remaining") == "0" and not SECONDARY.search(said)
        return Limit(primary, _seconds(reply.headers, primary=primary), message)
    return _trouble(reply, what, message) or _refusal(reply, what, message)


def _trouble(reply: Reply, what: str, message: str) -> SourceError | Limit | None:
    """What passes; None if it does not."""
    status = reply.status
    if status in {502, 504, 408, 413}:
        return Overloaded(f"{what}: GitHub gave up on the answer ({status}).")
    if status >= 500 and "retry-after" in reply.headers:  # noqa: PLR2004
        return Limit(primary=False, seconds=_seconds(reply.headers, primary=False), text=f"{status}: {message}")
    if status >= 500:  # noqa: PLR2004
        return TransientError(f"{what}: GitHub is in trouble ({status}: {message}).")
    return None


def _refusal(reply: Reply, what: str, message: str) -> SourceError:  # noqa: PLR0911 - one return an outcome
    """What stays as it is until somebody acts."""
    status = reply.status
    if status < 400:  # noqa: PLR2004 - redirects are not followed: a token is for one host
        return TerminalError(f"{what}: {_moved(reply)} Correct ECOTONE_GITHUB_URL.")
    if status == 401:  # noqa: PLR2004
        return BadToken(
            f"GitHub refused the token (401: {message}): it is wrong, expired or revoked. "
            f"Make a new one without any scopes at {NEW_TOKEN} and put it into GITHUB_TOKEN."
        )
    if status == 451:  # noqa: PLR2004
        return Blocked(f"{what}: taken down for legal reasons (451). Take it out of the catalogue.")
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
