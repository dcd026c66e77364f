"""The terminal: progress where somebody looks, and text that cannot steer it."""

from __future__ import annotations

import io
import re
from contextlib import redirect_stderr

import pytest

from pipelines.cli.shell import terminal
from pipelines.progress import silent


class Screen(io.StringIO):
    """A terminal that remembers what was written to it."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Screen:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.delenv("NO_COLOR", raising=False)
    return Screen()


def test_where_nobody_looks_nothing_is_drawn() -> None:
    with redirect_stderr(io.StringIO()), terminal.progress({"building": 3}) as reporter:
        assert reporter is silent


def test_progress_says_what_and_how_many_of_how_many(screen: Screen) -> None:
    with redirect_stderr(screen), terminal.progress() as reporter:
        reporter("git_commits", 1, 4, "github:one/\x1b[2Jtwo")
    said = screen.getvalue()
    assert "git commits" in said
    assert "1 of 4" in said
    assert "github:one/\N{REPLACEMENT CHARACTER}[2Jtwo" in said


def test_a_task_that_does_not_know_how_many_is_counted(screen: Screen) -> None:
    with redirect_stderr(screen), terminal.progress({"building": 3}) as reporter:
        for table in ("staging.commit", "staging.person", "metrics.forks"):
            reporter("day 2 of 5: building", 0, 0, table)
    assert "day 2 of 5: building" in screen.getvalue()
    assert "2 of 3" in screen.getvalue()  # the third has begun


def test_progress_says_how_long_still(screen: Screen) -> None:
    moment = iter(range(0, 10_000, 10))
    with redirect_stderr(screen), terminal.Drawn({}, clock=lambda: float(next(moment))) as drawn:
        for done in range(1, 5):
            drawn("git_commits", done, 10)
    assert re.search(r"about 0:\d\d:\d\d left", screen.getvalue())


def test_an_earlier_task_is_over_when_the_next_begins(screen: Screen) -> None:
    with redirect_stderr(screen), terminal.progress() as reporter:
        reporter("one", 1, 2)
        reporter("two", 0, 3)
    last = screen.getvalue().rpartition("one ")[2]
    assert "2 of 2" in last
    assert "0 of 3" in last


def test_nothing_of_it_stays_on_the_screen(screen: Screen) -> None:
    with redirect_stderr(screen), terminal.progress() as reporter:
        reporter("one", 1, 2)
    assert screen.getvalue().endswith("\x1b[1A\x1b[2K")


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0 bytes"), (999, "999 bytes"), (12_345, "12.3 kB"), (5e6, "5.0 MB"), (3.2e12, "3.2 TB")]
)
def test_sizes_are_for_people(number: float, text: str) -> None:
    assert terminal.size(number) == text


@pytest.mark.parametrize(
    ("number", "noun", "text"), [(1, "batch", "1 batch"), (2, "batch", "2 batches"), (1200, "row", "1,200 rows")]
)
def test_plurals(number: int, noun: str, text: str) -> None:
    assert terminal.plural(number, noun) == text


@pytest.mark.parametrize("steering", ["\x1b[2J", "\x07", "\x9b1m", "\x7f", "\r", "\u202e", "\u2066"])
def test_what_could_steer_a_terminal_is_replaced(steering: str) -> None:
    assert terminal.clean(f"a{steering}b\tc\nd").startswith("a\N{REPLACEMENT CHARACTER}")
    assert terminal.clean("a\tb\nc é 中") == "a\tb\nc é 中"
