"""`ecotone replay`: the pipeline over recorded real data, as of its own days, with the real catalogue."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date
from pathlib import Path

from pipelines.cli.reports import run as report
from pipelines.cli.run import totals
from pipelines.cli.shell.terminal import count, plural, progress, say
from pipelines.cli.worlds.days import DayPlayed, play
from pipelines.cli.worlds.origin import Origin, claim
from pipelines.sandbox.recorded import recording
from pipelines.settings import Settings


def replay(folder: Path, *, verbose: bool) -> int:
    """Play the recorded days that were not played yet, and the last one.

    Returns:
        The worst of the days' exit codes, as `ecotone run` has them.

    Raises:
        ConfigurationError: the folder holds no recordings, or the home something else.
    """
    started = time.monotonic()
    world = recording(folder)
    home = Settings.from_environment().home
    there = Origin.of(home)
    origin = Origin("recorded", str(world.folder), there.done if there else None)
    claim(home, origin)
    done = date.fromisoformat(origin.done) if origin.done else None

    def ended(day: DayPlayed) -> None:
        replace(origin, done=str(max(day.day, done or day.day))).write(home)
        if day.day != world.days[-1]:
            _tell_day(day, verbose=verbose)

    with progress(totals()) as reporter:
        played = play(world, after=done, reporter=reporter, ended=ended)
    last = played[-1]
    skipped = len(world.days) - len(played)
    if skipped:
        say(f"{plural(skipped, 'day')} had been played before.")
    say(f"{last.day}, the last day, with git and counters:")
    report.tell_fetched(last.parts, last.summary, verbose=verbose)
    report.tell_published(last.installation, last.before, last.summary)
    say(f"{plural(len(played), 'day')} in {time.monotonic() - started:.1f} s.")
    return worst(played)


def _tell_day(day: DayPlayed, *, verbose: bool) -> None:
    rows = sum(part.rows for part in day.parts)
    say(f"{day.day}: {count(rows)} rows of the Hub in {day.summary.seconds:.1f} s")
    report.tell_failed(day.parts, verbose=verbose)


def worst(played: list[DayPlayed]) -> int:
    """Not published before partly before well."""
    codes = {day.exit_code for day in played}
    order = (report.NOT_PUBLISHED, report.PARTLY, report.EVERYTHING_WELL)
    return next(code for code in order if code in codes)
