"""Whose turn it is to walk a listing for the first time: a few at once, the shortest first.

A short listing is known sooner than a long one, and many of them sooner than a few: with the points of an hour most
repositories are known, instead of all of them by halves. The first pages of each come before any further ones.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

AT_ONCE = 4  # first walks: each waits for its answers, so that an hour's points are spent in far less than an hour
FIRST_PAGES = 5  # of every listing, before further ones of any
WAKE = 1.0  # seconds between two looks whether the run is being stopped


class Turns:
    """Lets a few through at once, those with the least rank first."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._changed = threading.Condition()
        self._free = at_once
        self._waiting: list[tuple[int, int, int]] = []
        self._last = 0

    @property
    def waiting(self) -> tuple[tuple[int, int], ...]:
        """The ranks of those that wait, the next one first."""
        with self._changed:
            return tuple((first, second) for first, second, _number in sorted(self._waiting))

    @contextmanager
    def of(self, rank: tuple[int, int], waits: Callable[[str], None]) -> Iterator[None]:
        """Wait for the turn, and have it while the block runs; `waits` is told, and may raise if the run is stopped."""
        with self._changed:
            self._last += 1
            mine = (*rank, self._last)
            self._waiting.append(mine)
            try:
                while not self._free or mine != min(self._waiting):
                    if not self._changed.wait(WAKE):
                        waits("waits for its turn")
                self._free -= 1
            finally:
                self._waiting.remove(mine)
                self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._free += 1
                self._changed.notify_all()


TURNS = Turns()
"""One for all sources and threads of a process: they share the points."""
