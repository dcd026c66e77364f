"""The report of a run: what it fetched, what failed, what was skipped and what that would add, where to look next."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.cli.reports.published import description
from pipelines.cli.reports.streams import Stream, streams
from pipelines.cli.shell.options import to_type
from pipelines.cli.shell.terminal import complain, count, plural, print_table, say, size
from pipelines.lake import Lake
from pipelines.lake.manifest import Entry
from pipelines.orchestration.installation import Installation
from pipelines.orchestration.launch import Summary
from pipelines.publication.record import published_id

EVERYTHING_WELL, NOT_PUBLISHED, PARTLY = 0, 1, 3
STEP_OF_SOURCE = "sources__"
FAILED_SUBJECT = re.compile(r"[^\s:]+: (?P<subject>[a-z-]+:\S+): (?P<reason>.*)")
MOST_SHOWN = 10
QUESTION = (
    "SELECT label, value::INT AS contributors FROM metrics.contributors JOIN catalogue.entity USING (entity_id) "
    "WHERE kind = 'ecosystem' AND period = '{month}' AND value > 0 ORDER BY value DESC LIMIT 8"
)


@dataclass(frozen=True)
class Before:
    """How the installation was before a run: the batches that were there, and what was published."""

    batches: frozenset[str]
    publication: str | None

    @classmethod
    def of(cls, installation: Installation) -> Before:
        """The installation as it is now."""
        entries = Lake(installation.settings.lake).manifest.entries()
        return cls(frozenset(entry.batch for entry in entries), published_id(installation.settings.published))


@dataclass(frozen=True)
class Fetched:
    """What one run brought of one stream, and what it did not.

    Attributes:
        stream: the stream as it stands after the run.
        rows: rows that came.
        new: subjects of which something came.
        failed: subject → why it could not be had, or not whole.
        broken: what stopped the whole stream; None if nothing did.
    """

    stream: Stream
    rows: int
    new: frozenset[str]
    failed: Mapping[str, str]
    broken: str | None

    @property
    def skipped(self) -> dict[str, str]:
        """Subject → why there is nothing to fetch."""
        return self._having("skipped")

    @property
    def paused(self) -> dict[str, str]:
        """Subject → why it was left for the next run to go on with."""
        return self._having("paused")

    def _having(self, status: str) -> dict[str, str]:
        reasons = {one.name: one.last.reason or "" for one in self.stream.having(status) if one.last}
        return {name: reason for name, reason in reasons.items() if name not in self.failed}


def fetched(
    installation: Installation,
    before: Before,
    summary: Summary,
    sources: Sequence[str],
    projects: Sequence[str] | None = None,
) -> list[Fetched]:
    """What the run brought: of each of these sources, of these projects or of all."""
    manifest = Lake(installation.settings.lake).manifest
    # what was joined into one file meanwhile has been counted as it came
    entries = [entry for entry in manifest.entries() if entry.batch not in before.batches and not entry.replaces]
    return [
        _fetched(stream, entries, summary.failed_steps.get(f"{STEP_OF_SOURCE}{stream.source.name}"))
        for stream in streams(installation, manifest, projects)
        if stream.source.name in sources
    ]


def _fetched(stream: Stream, entries: Sequence[Entry], failure: str | None) -> Fetched:
    key = (stream.source.source, stream.source.stream)
    own = [entry for entry in entries if (entry.source, entry.stream) == key and entry.rows]
    failed, rest = taken_apart(failure or "")
    return Fetched(stream, sum(entry.rows for entry in own), frozenset(entry.subject for entry in own), failed, rest)


def taken_apart(text: str) -> tuple[dict[str, str], str | None]:
    """Take a step's failure apart: a line a subject, or else what stopped all of it."""
    failed: dict[str, str] = {}
    rest: list[str] = []
    subject = None
    for line in text.splitlines():
        if match := FAILED_SUBJECT.fullmatch(line):
            subject = match["subject"]
            failed[subject] = match["reason"]
        elif subject is not None:
            failed[subject] += f" {line.strip()}"
        else:
            rest.append(line)
    return failed, "\n".join(rest) or None


def exit_code(parts: Sequence[Fetched], summary: Summary) -> int:
    """0: all well; 3: something failed, the rest is published; 1: not published."""
    if not summary.published:
        return NOT_PUBLISHED
    undone = [step for step in summary.failed_steps if not step.startswith(STEP_OF_SOURCE)]  # pages, the export
    return PARTLY if undone or any(part.failed or part.broken for part in parts) else EVERYTHING_WELL


def tell_fetched(parts: Sequence[Fetched], summary: Summary, *, verbose: bool) -> None:
    """Print what came, what failed and what was skipped."""
    if summary.marked_failed:
        say(f"Marked {plural(len(summary.marked_failed), 'run')} of a process that was killed as failed.")
    paused = [reason for part in parts for reason in part.paused.values()]
    numbers = ["rows", "new", "unchanged", "skipped", *(["paused"] if paused else []), "failed"]
    print_table(["source", *numbers], [_row(part, numbers) for part in parts], right=numbers)
    tell_failed(parts, verbose=verbose)
    if paused:
        say(f"Paused: {plural(len(paused), 'subject')}. {paused[0]}")
    for part in parts:
        for reason, names in grouped(part.skipped).items():
            shown = names[0] if len(names) == 1 else plural(len(names), "subject")
            say(f"Skipped: {part.stream.source.name} of {shown}: {reason}")


def tell_failed(parts: Sequence[Fetched], *, verbose: bool) -> None:
    """Name what failed, the first of each stream or, verbosely, all of it."""
    for part in parts:
        _tell_failed(part, None if verbose else MOST_SHOWN)


def _row(part: Fetched, shown: Sequence[str]) -> list[str]:
    told = part.failed.keys() | part.skipped.keys() | part.paused.keys()
    numbers = {
        "rows": part.rows,
        "new": len(part.new - part.failed.keys()),
        "unchanged": len({one.name for one in part.stream.subjects if one.last} - part.new - told),
        "skipped": len(part.skipped),
        "paused": len(part.paused),
        "failed": len(part.failed),
    }
    return [part.stream.source.name, *(count(numbers[name]) for name in shown)]


def _tell_failed(part: Fetched, most: int | None) -> None:
    name = part.stream.source.name
    if part.broken:
        complain(f"Failed: {name}: {part.broken}")
    for subject, reason in list(part.failed.items())[:most]:
        complain(f"Failed: {name} of {subject}: {reason}")
    if most is not None and len(part.failed) > most:
        complain(f"Failed: {name} of {len(part.failed) - most} more: add --verbose, or see `ecotone status`.")


def grouped(reasons: Mapping[str, str]) -> dict[str, list[str]]:
    """Reasons that differ in the subject's name alone are one: it is left out where there are several."""
    groups: dict[str, list[str]] = {}
    for subject, reason in reasons.items():
        name = subject.partition(":")[2]
        general = reason.replace(name, "…").replace(name.replace("/", "+"), "…")
        groups.setdefault(general, []).append(subject)
    return {reasons[names[0]] if len(names) == 1 else general: names for general, names in groups.items()}


def tell_published(installation: Installation, before: Before, summary: Summary) -> None:
    """Print what stopped the publication, or what is published and where to look next."""
    settings = installation.settings
    same = published_id(settings.published) == before.publication
    broken = not summary.published
    for step, text in summary.failed_steps.items():
        if not step.startswith(STEP_OF_SOURCE):
            complain(f"Failed: {step.replace('__', '.')}: {text}")
    if broken:
        complain("Nothing was published: what was there before stays. What was fetched is kept.")
    if not settings.published.exists():
        return
    what = "There is still" if broken else "Nothing new:" if same else "Published"
    say(f"{what} {settings.published} ({described(settings.published)})")
    page = Path(installation.site) / "index.html"
    if page.exists():
        say(f"Look:  {page.as_uri()}")
    say(f"Ask:   {to_type('sql', settings.home, chr(34) + question(settings.published) + chr(34))}")
    say(f"Watch: {to_type('dev', settings.home)}")


def question(path: Path) -> str:
    """Something to ask the published file: who contributed in the last whole month that it knows."""
    with duckdb.connect(str(path), read_only=True) as connection:
        row = connection.execute(
            "SELECT (date_trunc('month', as_of AT TIME ZONE 'UTC') - INTERVAL 1 MONTH)::DATE FROM ops.publication"
        ).fetchone()
    return QUESTION.format(month=row[0] if row else "")


def described(path: Path) -> str:
    """`12.3 MB, as of 2026-08-22 23:59 UTC`, for a published file."""
    as_of, simulated = description(path)
    return f"{size(path.stat().st_size)}, as of {as_of}{', simulated' if simulated else ''}"
