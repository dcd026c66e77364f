"""`ecotone replay`: the pipeline over recorded real data, as of its own days, with the real catalogue."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

from pipelines.catalogue import Catalogue
from pipelines.cli.reports import run as report
from pipelines.cli.run import totals
from pipelines.cli.shell.terminal import complain, count, plural, print_table, progress, say
from pipelines.cli.worlds.days import DayPlayed, play
from pipelines.cli.worlds.origin import Origin, claim
from pipelines.sandbox.recorded import Recording, recording
from pipelines.sandbox.recorded.github import RecordedGitHub, recorded_github
from pipelines.sandbox.recorded.problems import Problem
from pipelines.settings import Settings

MOST_SHOWN = 10
NOT_WELL = 1


def replay(folder: Path, *, verbose: bool) -> int:
    """Play the recorded days that were not played yet, and the last one.

    Returns:
        The worst of the days' exit codes, as `ecotone run` has them; 3 if a file could not be read whole.

    Raises:
        ConfigurationError: the folder holds no recordings, or the home something else.
    """
    started = time.monotonic()
    settings = Settings.from_environment()
    world, home = recording(folder, settings.catalogue), settings.home
    there = Origin.of(home)
    origin = Origin("recorded", str(world.folder), there.done if there else None)
    claim(home, origin)
    losses = _tell_files(world.github, verbose=verbose) if world.has_github else 0
    done = date.fromisoformat(origin.done) if origin.done else None

    def ended(day: DayPlayed) -> None:
        replace(origin, done=str(max(day.day, done or day.day)), last=str(world.days[-1])).write(home)
        if day.day != world.days[-1]:
            _tell_day(day, verbose=verbose)

    with progress(totals()) as reporter:
        played = play(world, after=done, reporter=reporter, ended=ended)
    last = played[-1]
    skipped = len(world.days) - len(played)
    if skipped:
        say(f"{plural(skipped, 'day')} had been played before.")
    say(f"{last.day}, the last day, with git and counters{' and GitHub' if world.has_github else ''}:")
    report.tell_fetched(last.parts, last.summary, verbose=verbose)
    report.tell_published(last.installation, last.before, last.summary)
    say(f"{plural(len(played), 'day')} in {time.monotonic() - started:.1f} s.")
    code = worst(played)
    return report.PARTLY if losses and code == report.EVERYTHING_WELL else code


def check(folder: Path, *, verbose: bool) -> int:
    """Read all recorded files and tell what is wrong with them; nothing is played and nothing written.

    Returns:
        0: all lines can be read; 1: some cannot, or what they tell of is not whole.

    Raises:
        ConfigurationError: the folder holds no recordings, or a day of the Hub cannot be read.
    """
    catalogue = Settings.from_environment().catalogue
    world = recording(folder, catalogue)
    losses = 0
    if world.has_github:
        found = recorded_github(world.folder, Catalogue.load(catalogue), everything=True)
        _tell_listings(found)
        losses = _tell_files(found, verbose=verbose)
    _tell_hub(world)
    if losses:
        say(f"{plural(losses, 'thing')} by which something is not known: see above.")
        return NOT_WELL
    say("All files can be read, and none of them lacks anything.")
    return report.EVERYTHING_WELL


def _tell_listings(found: RecordedGitHub) -> None:
    rows = [[folder, name, count(of)] for folder, streams in found.counts.items() for name, of in streams.items()]
    print_table(["folder", "file", "rows"], rows, right=["rows"])


def _tell_hub(world: Recording) -> None:
    for day in world.hub_days:
        hub = world.hub_for(day)
        spaces = "" if hub.spaces is None else ", and Spaces"
        say(f"huggingface/{day}: {plural(len(hub.rows), 'model')}{spaces}")


def _tell_files(found: RecordedGitHub, *, verbose: bool) -> int:
    """Name what is wrong with the recorded files of GitHub, losses first; returns how many losses."""
    problems = list(found.problems)
    losses = [one for one in problems if one.loses]
    most = None if verbose else MOST_SHOWN
    _tell("Not whole: ", losses, most)
    _tell("Remark: ", [one for one in problems if not one.loses], most)
    if found.uncatalogued:
        names = ", ".join(found.uncatalogued[:most])
        complain(f"Remark: recorded, and not in the catalogue, so not used: {names}. ECOTONE_CATALOGUE names another.")
    return len(losses)


def _tell(what: str, problems: Iterable[Problem], most: int | None) -> None:
    all_of_them = list(problems)
    for problem in all_of_them[:most]:
        complain(f"{what}{problem}")
    if most is not None and len(all_of_them) > most:
        complain(f"{what}{len(all_of_them) - most} more: add --verbose.")


def _tell_day(day: DayPlayed, *, verbose: bool) -> None:
    rows = sum(part.rows for part in day.parts)
    say(f"{day.day}: {count(rows)} rows of the Hub in {day.summary.seconds:.1f} s")
    report.tell_failed(day.parts, verbose=verbose)


def worst(played: list[DayPlayed]) -> int:
    """Not published before partly before well."""
    codes = {day.exit_code for day in played}
    order = (report.NOT_PUBLISHED, report.PARTLY, report.EVERYTHING_WELL)
    return next(code for code in order if code in codes)
