"""`ecotone status`: what is there, read from the manifest, the published file and the runs; nothing is changed."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from pipelines.cli.reports import github as of_github
from pipelines.cli.reports.published import first_line, open_published
from pipelines.cli.reports.streams import Stream, Subject, streams
from pipelines.cli.shell.options import to_type
from pipelines.cli.shell.terminal import count, plural, print_table, say, size
from pipelines.cli.worlds.origin import open_installation
from pipelines.errors import WarehouseError
from pipelines.lake import Lake
from pipelines.orchestration.installation import Installation
from pipelines.orchestration.runs import run_states

MOST_SHOWN = 10
DAY = timedelta(days=1)
PUBLICATION = """
    SELECT publication_id, strftime(published_at, '%Y-%m-%d %H:%M'), strftime(as_of, '%Y-%m-%d %H:%M'), simulated,
        batches, (SELECT count(*) FROM metrics.definition), (SELECT count(*) FROM catalogue.entity)
    FROM ops.publication
"""


def status(*, verbose: bool) -> int:
    """Print all of it; an installation that has nothing yet is told what makes something."""
    installation = open_installation()
    settings = installation.settings
    say(f"Installation  {settings.home}")
    if not settings.home.exists():
        say(
            f"              nothing is there yet: `{to_type('run', settings.home)}` makes it, `ecotone demo` shows how."
        )
        return 0
    lake = Lake(settings.lake)
    _tell_publication(installation, lake)
    _tell_lake(lake)
    _tell_runs(installation)
    there = list(streams(installation, lake.manifest))
    for line in of_github.lines(settings, there, lake.manifest):
        say(line)
    say(f"Disk          {size(_bytes(settings.home))} used, {size(shutil.disk_usage(settings.home).free)} free")
    say()
    _tell_freshness(there, settings.now())
    _tell_reasons(there, None if verbose else MOST_SHOWN)
    return 0


def _tell_publication(installation: Installation, lake: Lake) -> None:
    if not installation.settings.published.exists():
        say("Publication   none yet")
        return
    try:
        with open_published(installation.settings) as connection:
            row = connection.execute(PUBLICATION).fetchone()
    except (WarehouseError, duckdb.Error) as error:
        say(f"Publication   none that can be read: {first_line(error)}")
        return
    if row is None:
        return
    name, published_at, as_of, simulated, batches, metrics, entities = row
    say(f"Publication   {name}{', of a simulated world' if simulated else ''}")
    weight = size(_bytes(installation.settings.published))
    say(f"              published {published_at} UTC, as of {as_of} UTC, {weight}")
    say(f"              {plural(metrics, 'metric')} of {entities:,} entities, from {plural(batches, 'batch')}")
    newer = len(lake.manifest.originals()) - batches
    if newer:
        publishes = to_type("run", installation.settings.home)
        say(f"              {plural(newer, 'batch')} came since: `{publishes}` publishes")


def _tell_lake(lake: Lake) -> None:
    live = lake.manifest.live()
    if not live:
        say("Lake          empty: nothing has been fetched yet")
        return
    times = [original.fetched_at for original, _path in lake.manifest.originals()]
    say(
        f"Lake          {plural(len(times), 'batch')} in {plural(len(live), 'file')}, "
        f"{count(sum(entry.rows for entry in live))} rows, {size(sum(entry.bytes for entry in live))}, "
        f"fetched {min(times):%Y-%m-%d} to {max(times):%Y-%m-%d}",
    )


def _tell_runs(installation: Installation) -> None:
    """Runs in progress, if there ever was one: to look must not make Dagster's storage."""
    states = run_states(installation.settings)
    if not states:
        say("Runs          none yet")
    for run in states:
        if run.dead:
            state = "was killed; the next run marks it as failed"
        elif run.ended:
            say(f"Runs          none in progress; the last one ({run.job}) {run.status}")
            continue
        else:
            state = run.status
        say(f"Runs          {run.job} {run.run_id[:8]}, begun {run.began:%Y-%m-%d %H:%M} UTC: {state}")


def _tell_freshness(there: Sequence[Stream], now: datetime) -> None:
    paused = any(stream.having("paused") for stream in there)
    numbers = ["failing", "skipped", *(["paused"] if paused else []), "never tried"]
    print_table(
        ["source", "subjects", "complete", "within a day", "oldest", "newest", *numbers],
        [_freshness(stream, now, paused=paused) for stream in there],
        right=["subjects", "complete", "within a day", *numbers],
    )


def _freshness(stream: Stream, now: datetime, *, paused: bool) -> list[str]:
    times = stream.completed_at
    return [
        stream.source.name,
        count(len(stream.subjects)),
        count(len(times)),
        count(sum(1 for moment in times if now - moment <= DAY)),
        f"{times[0]:%Y-%m-%d %H:%M}" if times else "",
        f"{times[-1]:%Y-%m-%d %H:%M}" if times else "",
        count(len(stream.having("failed", "incomplete"))),
        count(len(stream.having("skipped"))),
        *([count(len(stream.having("paused")))] if paused else []),
        count(len(stream.having("never"))),
    ]


def _tell_reasons(there: Sequence[Stream], most: int | None) -> None:
    failing = [(stream, subject) for stream in there for subject in stream.having("failed", "incomplete")]
    for line in _reasons(failing[:most]):
        say(line)
    if most is not None and len(failing) > most:
        say(f"and {plural(len(failing) - most, 'subject')} more: --verbose names them all.")


def _reasons(failing: Sequence[tuple[Stream, Subject]]) -> Iterator[str]:
    if failing:
        yield "\nFailing"
    for stream, subject in failing:
        last = subject.last
        if last is not None:
            state = f"{subject.status} {last.fetched_at:%Y-%m-%d %H:%M}"
            yield f"  {stream.source.name} of {subject.name}: {state}: {last.reason or 'no reason given'}"


def _bytes(path: Path) -> int:
    """Of a file or of a folder; files that go away meanwhile are not counted."""
    total = 0
    for file in path.rglob("*") if path.is_dir() else [path]:
        with suppress(FileNotFoundError):
            told = file.lstat()
            total += told.st_size if stat.S_ISREG(told.st_mode) else 0
    return total
