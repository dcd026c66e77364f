"""Connections: what is in them, in which order, and one page of it by an opaque cursor.

A cursor says which item it stands behind (by the key that was sorted by, and an id), so that a page begins where the
last one ended whatever has come or gone in between, as on GitHub.
"""

from __future__ import annotations

import base64
import binascii
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLError

from pipelines.sandbox.github.server.rows import Row

Key = tuple[str, int]
LARGEST_PAGE = 100  # docs: `first` and `last` are 1 to 100
PREFIX = "cursor:v2:"


def refusal(kind: str, message: str) -> GraphQLError:
    """An error with the `type` that GitHub writes beside its message."""
    return GraphQLError(message, extensions={"type": kind})


@dataclass(frozen=True)
class Listing:
    """Sorted keys and what stands behind them, ascending."""

    keys: Sequence[Key]
    facts: Sequence[Any]

    @classmethod
    def by(cls, facts: Sequence[Any], key: Callable[[Any], str], number: Callable[[Any], int]) -> Listing:
        """Sort facts by a text and, where it is the same, by a number."""
        pairs = sorted(((key(fact), number(fact)), at) for at, fact in enumerate(facts))
        return cls([key for key, _ in pairs], [facts[at] for _, at in pairs])

    @classmethod
    def as_it_is(cls, facts: Sequence[Any]) -> Listing:
        """What is in order already, by position."""
        return cls([("", at) for at in range(len(facts))], facts)

    def only(self, wanted: Callable[[Any], bool]) -> Listing:
        """Those that are wanted, in the same order."""
        kept = [(key, fact) for key, fact in zip(self.keys, self.facts, strict=True) if wanted(fact)]
        return Listing([key for key, _ in kept], [fact for _, fact in kept])


class Cursors:
    """Writes and reads cursors; those of an earlier `epoch` have expired."""

    def __init__(self) -> None:
        self.epoch = 0

    def write(self, key: Key) -> str:
        """The cursor of the item with that key."""
        return base64.b64encode(f"{PREFIX}{self.epoch}|{key[1]}|{key[0]}".encode()).decode()

    def read(self, text: str) -> Key:
        """The key behind a cursor; INVALID_CURSOR_ARGUMENTS if it is none of ours or has expired."""
        try:
            epoch, number, key = base64.b64decode(text, validate=True).decode().removeprefix(PREFIX).split("|", 2)
            if int(epoch) == self.epoch:
                return key, int(number)
        except (binascii.Error, ValueError):
            pass
        raise refusal("INVALID_CURSOR_ARGUMENTS", f"`{text}` does not appear to be a valid cursor.")


def page(
    listing: Listing,
    arguments: Mapping[str, Any],
    cursors: Cursors,
    row: Callable[[Any], Row],
    *,
    descending: bool = False,
) -> Row:
    """The connection's page that `first`/`after` or `last`/`before` name; without both, only its count."""
    keys, facts = listing.keys, listing.facts
    total = len(keys)
    size = arguments.get("first") or arguments.get("last") or 0
    start, end = _bounds(keys, arguments, cursors, descending=descending)
    if arguments.get("first") is not None:
        low, high = start, min(end, start + size)
    else:
        low, high = max(start, end - size), end
    if not size:
        low = high = start
    places = [total - 1 - at for at in range(low, high)] if descending else range(low, high)
    rows = [row(facts[at]) for at in places]
    written = [cursors.write(keys[at]) for at in places]
    return {
        "totalCount": total,
        "pageInfo": {
            "startCursor": written[0] if written else None,
            "endCursor": written[-1] if written else None,
            "hasNextPage": high < total,
            "hasPreviousPage": low > 0,
        },
        "nodes": rows,
        "_cursors": written,
    }


def _bounds(
    keys: Sequence[Key], arguments: Mapping[str, Any], cursors: Cursors, *, descending: bool
) -> tuple[int, int]:
    """From which place to which (excluded), counted in the order that was asked for."""
    total = len(keys)
    start, end = 0, total
    if (after := arguments.get("after")) is not None:
        key = cursors.read(after)
        start = total - bisect_left(keys, key) if descending else bisect_right(keys, key)
    if (before := arguments.get("before")) is not None:
        key = cursors.read(before)
        end = total - bisect_right(keys, key) if descending else bisect_left(keys, key)
    return start, max(start, end)
