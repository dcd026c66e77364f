"""What goes on, told to whoever listens: nobody, or a terminal."""

from __future__ import annotations

from typing import Protocol


class Reporter(Protocol):
    """Told of each piece of work: its name, how much of it is done, and what is being done."""

    def __call__(self, task: str, done: int, total: int, text: str = "") -> None:
        """`done` of `total` of `task` are done; `text` is the newest of them."""


def silent(task: str, done: int, total: int, text: str = "") -> None:
    """Nobody listens."""
