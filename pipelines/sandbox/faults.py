"""What can be made to go wrong on the loopback Hub, by name. Used by tests; nothing fails unless told to."""

from __future__ import annotations

import json
import re
import threading
from dataclasses import dataclass, field
from typing import Any

KINDS = {
    "cut": "promises the whole answer and closes the connection in its middle",
    "half": "half of the JSON, as if it were whole",
    "html": "200 with a web page",
    "no-list": "200 with a JSON object instead of a list",
    "repeated-cursor": "the `Link` header names this page as the next one",
    "repeated-page": "the first page again, whatever the cursor",
    "null-id": "the first row has no id",
    "hostile": "a script among the tags, a licence of 10 kB, a lone surrogate, a count that is a text",
    "429": "too many requests, with the `RateLimit` headers of a used-up window",
}
"""Beside these, any status as three digits ("502", "401", "404") is a fault."""

HOSTILE_TAG = "</script><script>alert(1)</script>"
HOSTILE_LICENSE = "x" * 10_000


@dataclass
class Fault:
    """A fault that the server commits on matching requests.

    Attributes:
        kind: one of KINDS, or a status of three digits.
        match: what the decoded path and query must contain.
        skip: matching requests that are answered well first.
        times: how often it happens; None: from then on always.
    """

    kind: str
    match: str = ""
    skip: int = 0
    times: int | None = 1
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS and not re.fullmatch("[1-5][0-9]{2}", self.kind):
            raise ValueError(f"no fault is called {self.kind!r}; there are {', '.join(KINDS)} and any status")

    def happens(self, target: str) -> bool:
        """True if this request (decoded path and query) meets the fault; counts it."""
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


def spoilt(kind: str, rows: list[dict[str, Any]]) -> bytes:
    """The body of an answer whose content is at fault; of any other, the rows as they are."""
    if kind == "html":
        return b"<!doctype html><title>One moment</title><p>We are checking your browser.</p>"
    if kind == "no-list":
        return b'{"error": "something else"}'
    if kind == "null-id" and rows:
        rows = [{**rows[0], "id": None}, *rows[1:]]
    if kind == "hostile" and rows:
        tags = [*(rows[0].get("tags") or ()), HOSTILE_TAG, "lone \ud800 surrogate", f"license:{HOSTILE_LICENSE}"]
        rows = [{**rows[0], "tags": tags, "likes": "many", "createdAt": "yesterday"}, *rows[1:]]
    body = json.dumps(rows).encode()
    return body[: len(body) // 2] if kind == "half" else body
