"""`ecotone demo`: the pipeline over a simulated world whose truth is known, from nothing to the pages."""

from __future__ import annotations

import fcntl
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines.cli import sql as query
from pipelines.cli.replay import worst
from pipelines.cli.reports import run as report
from pipelines.cli.reports.published import open_published
from pipelines.cli.run import totals
from pipelines.cli.shell.terminal import progress, say
from pipelines.cli.worlds.days import DayPlayed, play
from pipelines.cli.worlds.origin import Origin, claim
from pipelines.errors import ConfigurationError
from pipelines.progress import Reporter
from pipelines.sandbox.world import write
from pipelines.settings import Settings

SEED = 1
SCALE, SMALL_SCALE = 0.8, 0.2
WORLD = "world"
MADE_ANEW = ("lake", "git", "key", "warehouse.duckdb", "warehouse.duckdb.wal", "as-of")


def demo(*, small: bool) -> int:
    """Make the world, play its days, and show what came of it; returns the exit code of `ecotone run`.

    Raises:
        ConfigurationError: the home holds something else, or another demo is being made there.
    """
    started = time.monotonic()
    settings = Settings.from_environment()
    home = settings.home
    claim(home, Origin("demo", WORLD))
    with _alone(home), progress(totals()) as reporter:
        _start_anew(home)
        world = write(
            home / WORLD,
            seed=SEED,
            scale=SMALL_SCALE if small else SCALE,
            now=settings.fixed_now,
            progress=_simulating(reporter),
        )
        world.move_to(world.days[-1])
        played = play(world, after=None, reporter=reporter, ended=lambda _day: None)
    _tell(played, time.monotonic() - started)
    return worst(played)


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    with (home / ".demo.lock").open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ConfigurationError(f"another demo is being made in {home}: wait for it to end.") from None
        yield


def _start_anew(home: Path) -> None:
    """Throw away what an earlier demo fetched. What it published stays until it is replaced, and its runs in the UI."""
    for name in MADE_ANEW:
        path = home / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _simulating(reporter: Reporter) -> Callable[[int, int, str], None]:
    def simulated(done: int, total: int, text: str) -> None:
        reporter("simulating a world", done, total, text)

    return simulated


def _tell(played: list[DayPlayed], seconds: float) -> None:
    """What came of it, where to look, and a question with its answer."""
    last = played[-1]
    rows = sum(part.rows for day in played[:-1] for part in day.parts)
    say(f"A simulated world: {rows:,} rows of its Hub on {len(played) - 1} earlier days, and on the last one")
    for day in played[:-1]:
        report.tell_failed(day.parts, verbose=False)
    report.tell_fetched(last.parts, last.summary, verbose=False)
    if last.summary.published:
        with open_published(last.installation.settings) as connection:
            say("\nContributors in the last whole month (the query is below):")
            query.ask(connection, report.question(last.installation.settings.published), "table")
            say()
    report.tell_published(last.installation, last.before, last.summary)
    say(f"{seconds:.1f} s. Everything above is made up: its truth is in {last.installation.settings.home / WORLD}.")
