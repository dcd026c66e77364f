"""Runs something in a thread of its own: the one of the tests may have an event loop that a browser keeps running."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def in_thread(work: Callable[[], T]) -> T:
    """What it returns or raises."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()
