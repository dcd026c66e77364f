"""What can be made to go wrong on the loopback GitHub, by name. Used by tests; nothing fails unless told to.

`Fault` is one thing at one place; `chaos(seed, …)` is a schedule of many, the same for the same seed.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

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
    "unavailable": "200 with GraphQL's error SERVICE_UNAVAILABLE, without data",
    "too-much": "200 with GraphQL's error RESOURCE_LIMITS_EXCEEDED, without data",
    "pathless": "two of five of what was asked for are null (at least one), with one error that names no place",
    "silent": "holds the connection and says nothing",
    "drip": "sends a byte each `seconds`",
    "bomb": "a small answer that is huge once it is decompressed",
    "redirect": "302 to the address in `to`",
    "busy": "503 with Retry-After",
    "odd": "REST: what a row holds is null, or of another kind than it should be",
    "forbidden-field": "the field `about` of one node in `every` is null, with FORBIDDEN",
    "missing-field": "the same with NOT_FOUND",
    "sso-field": "the same with the FORBIDDEN of single sign-on",
    "forbidden-part": "the field `about` is null wherever it stands outside of lists, with FORBIDDEN",
    "lost-node": "one node in `every` is null, with an error of overload",
    "forbidden-node": "one node in `every` is null, with FORBIDDEN",
    "not-found": "what was asked for is null, with NOT_FOUND, though it is there",
    "partial": "every third node of each list is null, each with an error",
    "secondary": "403 of a secondary limit, with Retry-After",
    "secondary-429": "429 of a secondary limit, with Retry-After",
    "secondary-bare": "403 of a secondary limit, without Retry-After",
    "secondary-message": "200 with nothing but the message of a secondary limit, and Retry-After",
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
TRANSIENT = (
    "502",
    "503",
    "504",
    "cut",
    "dropped",
    "half",
    "html",
    "timeout",
    "internal",
    "unavailable",
    "too-much",
    "pathless",
    "busy",
    "secondary",
    "secondary-200",
    "secondary-message",
)
STATUS = re.compile("[1-5][0-9]{2}")


@dataclass
class Fault:
    """A fault that the server commits on matching requests.

    Attributes:
        kind: one of KINDS, or a status of three digits.
        match: what the path and query, or the query's text with its variables, must contain.
        skip: matching requests that are answered well first.
        times: how often it happens; None: from then on always.
        about, to: the repository that it changes, and its new name; the field that is refused; the address to go to.
        seconds: how long, for "slow", "drip" and "skew".
        every: one of how many nodes, for what is refused in nodes: always the same ones.
    """

    kind: str
    match: str = ""
    skip: int = 0
    times: int | None = 1
    about: str = ""
    to: str = ""
    seconds: float = 1.0
    every: int = 30
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
