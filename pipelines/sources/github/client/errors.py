"""What an entry of GraphQL's `errors` means: one outcome and one message. From answers to `pipelines.errors`.

It is judged by its type and its path. A part that is refused (forbidden, not found, behind single sign-on) is *known
to be unknown*: asking again brings nothing. A repository is gone only by NOT_FOUND on its own path. What names no
place in the answer, or blames the time or the load, passes. What a whole reply means is said in `refusals`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pipelines.errors import (
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
from pipelines.sources.github.client.answers import Answer, Problem

LONGEST_MESSAGE = 300  # characters of what a server says that are passed on
ANY_TOKEN = re.compile(
    r"\b(?:gh[a-z]_|github_pat_)\w+|\beyJ[\w-]+\.[\w-]+\.[\w-]+|-----BEGIN [^-]+-----.*?-----END [^-]+-----", re.DOTALL
)
CREDENTIALS = re.compile(r"(?<=//)[^/@\s]+@")
SECONDARY = re.compile(r"secondary rate limit|abuse detection|submitted too quickly", re.IGNORECASE)
LOAD = re.compile(
    r"something went wrong|timed? ?out|timeout|resource limits|couldn't respond|temporarily unavailable"
    r"|try again later",
    re.IGNORECASE,
)
LOAD_TYPES = frozenset(
    {
        "INTERNAL",
        "INTERNAL_SERVER_ERROR",
        "LOADING",
        "MAX_NODE_LIMIT_EXCEEDED",
        "RESOURCE_LIMITS_EXCEEDED",
        "SERVICE_UNAVAILABLE",
        "STALE_DATA",
        "TIMEOUT",
        "UNAVAILABLE",
    }
)
FINAL_TYPES = frozenset({"FORBIDDEN", "NOT_FOUND", "INSUFFICIENT_SCOPES", "UNAUTHORIZED"})
LIMIT_TYPES = frozenset({"RATE_LIMITED", "RATE_LIMIT", "RATE_LIMIT_EXCEEDED"})
CURSOR = re.compile(r"valid cursor|cursor has expired|expired cursor", re.IGNORECASE)
LEGAL = re.compile(r"access blocked|legal reasons|dmca", re.IGNORECASE)
SWITCHED_OFF = re.compile(
    r"(issues|discussions|pull requests|releases) (?:(?:have|has) been|are|is) disabled", re.IGNORECASE
)
SWITCHED_OFF_BY = re.compile(r"has disabled (issues|discussions|pull requests|releases)", re.IGNORECASE)
NEW_TOKEN = "https://github.com/settings/tokens"  # noqa: S105 - an address


class TooSlow(Overloaded):
    """No answer in time: unlike a refusal, it took all of that time."""


class Secrets:
    """Takes tokens out of a text before anybody sees it."""

    def __init__(self, tokens: Iterable[str]) -> None:
        self._tokens = sorted(tokens, key=len, reverse=True)

    def __repr__(self) -> str:
        return f"Secrets({len(self._tokens)})"

    def add(self, token: str) -> None:
        """One more to hide: tokens of installations come as they are needed."""
        self._tokens = sorted({*self._tokens, token}, key=len, reverse=True)

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
    if problem.type in LOAD_TYPES | LIMIT_TYPES:
        return True
    return problem.type not in FINAL_TYPES and not problem.sso and bool(LOAD.search(problem.message))


def is_final(problem: Problem) -> bool:
    """Whether GitHub refuses this part of an answer whoever asks again: what it names is known to be unknown."""
    if not problem.path or passes(problem):
        return False
    words = (
        LEGAL.search(problem.message) or SWITCHED_OFF.search(problem.message) or SWITCHED_OFF_BY.search(problem.message)
    )
    return problem.sso or problem.type in FINAL_TYPES or bool(words)


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
    if problem.type == "NOT_FOUND" and len(problem.path) > 1:
        place = ".".join(map(str, problem.path))
        return TransientError(f"{what}: GitHub did not find a part of it ({place}: {message}).")
    if problem.type == "NOT_FOUND":
        return Gone(
            f"{what}: not found: deleted, or made private. Correct the name in the catalogue, "
            "or use a token that may read it."
        )
    if problem.type in FINAL_TYPES:
        return MissingScope(f"{what}: the token may not read this: {message} Change its permissions at {NEW_TOKEN}.")
    if passes(problem):
        return Overloaded(f"{what}: GitHub gave up on the answer: {message}")
    return TerminalError(f"{what}: GitHub refused the query: {message}{f' ({problem.type})' if problem.type else ''}")


def absent(answer: Answer, what: str, *path: str) -> SourceError:
    """Why nothing is there: the error at this place, or below it (what may not be null takes what is around it along).

    A null that no error explains, or only one that names no place, is the sign of an overloaded server.
    """
    for each in answer.errors:
        if each.path and each.path[: len(path)] == path:
            return error_of(each, what)
    why = next((each.message for each in answer.errors), "no error says why")
    return Overloaded(f"{what}: {'.'.join(path)} is not in GitHub's answer: {why}")
