"""The terminal: plain text on stdout, progress on stderr where somebody looks. Nothing here knows the pipeline."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import NoReturn, Self

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.progress import TimeRemainingColumn as TimeRemaining
from rich.table import Table
from rich.text import Text

from pipelines.progress import Reporter, silent

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")  # they could steer the terminal
UNLIMITED_WIDTH = 10_000  # columns: a file or a pipe wraps nothing
NEWEST_WIDTH = 48


def clean(text: str) -> str:
    """The text without what could steer a terminal: names and errors come from strangers."""
    return CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def say(text: str = "") -> None:
    """A line on stdout."""
    print(clean(text), flush=True)  # noqa: T201 - this is the one place that prints


def complain(text: str) -> None:
    """A line on stderr."""
    print(clean(text), file=sys.stderr)  # noqa: T201 - this is the other one


def seen() -> bool:
    """Whether somebody looks at stdout."""
    return sys.stdout.isatty()


class _Console(Console):
    def on_broken_pipe(self) -> NoReturn:
        raise BrokenPipeError  # `main` ends quietly; rich would end with exit code 1


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, right: Iterable[str] = ()) -> None:
    """A table on stdout; the columns named in `right` hold numbers."""
    console = _Console(file=sys.stdout, markup=False, highlight=False, emoji=False)
    if not seen():
        console.width = UNLIMITED_WIDTH
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
    numbers = set(right)
    for name in columns:
        table.add_column(Text(clean(name)), justify="right" if name in numbers else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(clean(str(value))) for value in row))
    console.print(table)


def count(number: int) -> str:
    """12345 → `12,345`."""
    return f"{number:,}"


def plural(number: int, noun: str) -> str:
    """`1 batch`, `12,345 batches`, `2 repositories`."""
    if number == 1:
        return f"1 {noun}"
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return f"{number:,} {noun[:-1]}ies"
    return f"{number:,} {noun}{'es' if noun.endswith(('ch', 's', 'x')) else 's'}"


def size(number: float) -> str:
    """Bytes for people: `12.3 MB`."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if number < 1000:  # noqa: PLR2004 - SI: a kilobyte has 1000 bytes
            return f"{number:.1f} {unit}" if unit != "bytes" else f"{number:.0f} {unit}"
        number /= 1000
    return f"{number:.1f} TB"


@contextmanager
def progress(totals: Mapping[str, int] | None = None) -> Iterator[Reporter]:
    """A reporter that draws on stderr, and one that is silent where nobody looks.

    Args:
        totals: how many pieces a task has whose reports do not say it: each report is then the beginning of one.
    """
    if not sys.stderr.isatty():
        yield silent
        return
    with Drawn(totals or {}) as drawn:
        yield drawn


class _Amount(ProgressColumn):
    def render(self, task: Task) -> Text:
        """`3 of 60`."""
        return Text(f"{int(task.completed):,} of {int(task.total):,}" if task.total else "")


class _Remaining(TimeRemaining):
    def render(self, task: Task) -> Text:
        """How long still, as soon as that can be told."""
        text = super().render(task)
        known = task.total and not task.finished and "-" not in text.plain
        return Text(f"about {text.plain} left" if known else "", style="progress.remaining")


class Drawn:
    """The reporter of a terminal: a line a task with what, how many of how many, and how long still."""

    def __init__(self, totals: Mapping[str, int], clock: Callable[[], float] = time.monotonic) -> None:
        self._totals = totals
        self._tasks: dict[str, TaskID] = {}
        self._begun: dict[str, int] = {}
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            _Amount(),
            TimeElapsedColumn(),
            _Remaining(),
            TextColumn("{task.fields[newest]}", markup=False, style="dim"),
            console=_Console(stderr=True),
            transient=True,
            refresh_per_second=5,
            get_time=clock,
        )

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def __call__(self, task: str, done: int, total: int, text: str = "") -> None:
        """Draw that `done` of `total` of `task` are done."""
        pieces = self._totals.get(task.rpartition(": ")[2])  # a task may be prefixed with whose it is
        if not total and pieces:
            done, total = self._begun.get(task, 0), pieces
            self._begun[task] = done + 1
        if task not in self._tasks:
            self._end_earlier()
            self._tasks[task] = self._progress.add_task(task.replace("_", " "), total=total or None, newest="")
        newest = clean(text)
        newest = newest if len(newest) <= NEWEST_WIDTH else f"{newest[: NEWEST_WIDTH - 1]}…"
        self._progress.update(self._tasks[task], completed=done, total=total or None, newest=newest)

    def _end_earlier(self) -> None:
        """Tasks follow each other: when one begins, those before it are over."""
        for task in self._progress.tasks:
            whole = task.total or 1
            self._progress.update(task.id, completed=whole, total=whole, newest="")
