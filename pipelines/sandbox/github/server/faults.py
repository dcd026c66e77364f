"""What can be made to go wrong on the loopback GitHub, by name. Used by tests; nothing fails unless told to.

`Fault` is one thing at one place; `chaos(seed, …)` is a schedule of many, the same for the same seed.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from pipelines.sandbox.chance import Chance

KINDS = {
    "cut": "promises the whole answer and closes the connection in its middle",
    "dropped": "closes the connection without an answer",
    "slow": "answers after `seconds`",
    "half": "half of the JSON, as if it were whole",
    "html": "200 with a web page",
    "empty": "200 without a body",
    "no-data": "200 with neither data nor errors",
    "timeout": "200 with GraphQL's error of a query that took too long",
    "internal": "200 with GraphQL's error of something that went wrong, without data",
    "partial": "every third node of each list is null, each with an error",
    "secondary": "403 of a secondary limit, with Retry-After",
    "secondary-429": "429 of a secondary limit, with Retry-After",
    "secondary-bare": "403 of a secondary limit, without Retry-After",
    "secondary-200": "200 with the secondary limit as an error of type RATE_LIMITED",
    "exhausted": "200 with RATE_LIMITED: the account's budget of this hour is used up, whatever it was",
    "bad-token": "401: bad credentials",
    "scopes": "200 with INSUFFICIENT_SCOPES",
    "sso": "403: the organisation wants single sign-on of the token",
    "expired-cursors": "from this request on, cursors that were given before are not valid any more",
    "repeated-cursor": "each page says that it ends where it began, and that there are more",
    "renamed": "from this request on, the repository in `about` has the name in `to`",
    "deleted": "from this request on, the repository in `about` is not there",
    "blocked": "from this request on, the repository in `about` is blocked (451)",
    "skew": "from this request on, the clock goes wrong by `seconds`",
}
"""Beside these, any status as three digits ("502", "503", "404") is a fault."""

LASTING = frozenset({"expired-cursors", "renamed", "deleted", "blocked", "skew"})  # the request itself is answered
TRANSIENT = ("502", "503", "504", "cut", "dropped", "half", "html", "timeout", "internal", "secondary", "secondary-200")
STATUS = re.compile("[1-5][0-9]{2}")


@dataclass
class Fault:
    """A fault that the server commits on matching requests.

    Attributes:
        kind: one of KINDS, or a status of three digits.
        match: what the path and query, or the query's text with its variables, must contain.
        skip: matching requests that are answered well first.
        times: how often it happens; None: from then on always.
        about, to: the repository that it changes, and its new name.
        seconds: how long, for "slow" and "skew".
    """

    kind: str
    match: str = ""
    skip: int = 0
    times: int | None = 1
    about: str = ""
    to: str = ""
    seconds: float = 1.0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS and not STATUS.fullmatch(self.kind):
            raise ValueError(f"no fault is called {self.kind!r}; there are {', '.join(KINDS)} and any status")

    def happens(self, target: str) -> bool:
        """True if this request meets the fault; counts it."""
        if self.match not in target:
            return False
        with self._lock:
            if self.skip:
                self.skip -= 1
                return False
            if self.times is None:
                return True
            self.times -= 1
            return self.times >= 0

    @property
    def skew(self) -> timedelta:
        """By how much the clock is wrong."""
        return timedelta(seconds=self.seconds)


def chaos(
    seed: int, *, share: float = 0.2, requests: int = 200, kinds: Sequence[str] = TRANSIENT, match: str = ""
) -> list[Fault]:
    """A schedule of faults: each of the first requests meets one with that probability, of a kind by chance."""
    chance = Chance("github chaos", seed)
    met = [number for number in range(requests) if chance.happens(share)]
    return [Fault(chance.pick(kinds), match, skip=number) for number in met]


def spoilt(kind: str, answer: dict[str, Any], after: str | None = None) -> bytes:
    """The body of an answer whose content is at fault; of any other, the answer as it is. `after`: the given cursor."""
    if kind == "html":
        return b"<!doctype html><title>Unicorn!</title><p>This page is taking too long to load."
    if kind == "empty":
        return b""
    if kind == "no-data":
        return b"{}"
    if kind == "partial" and answer.get("data"):
        errors = list(answer.get("errors", ()))
        _thin(answer["data"], [], errors)
        if errors:
            answer = {**answer, "errors": errors}
    if kind == "repeated-cursor" and answer.get("data"):
        _repeat(answer["data"], after)
    body = json.dumps(answer).encode()
    return body[: len(body) // 2] if kind == "half" else body


def _thin(value: Any, path: list[str | int], errors: list[dict[str, Any]]) -> None:
    """Take every third node out of each outermost list of nodes, and say so in errors."""
    if not isinstance(value, dict):
        return
    for key, inner in value.items():
        here = [*path, key]
        if key in {"nodes", "edges"} and isinstance(inner, list):
            for at in range(2, len(inner), 3):
                inner[at] = None
                message = "Something went wrong while executing your query."
                errors.append({"type": "SERVICE_UNAVAILABLE", "path": [*here, at], "message": message})
        else:
            _thin(inner, here, errors)


def _repeat(value: Any, after: str | None) -> None:
    if not isinstance(value, dict):
        return
    info = value.get("pageInfo")
    if isinstance(info, dict):
        info |= {"hasNextPage": True, "endCursor": after or info.get("endCursor")}
    for inner in value.values():
        _repeat(inner, after)
