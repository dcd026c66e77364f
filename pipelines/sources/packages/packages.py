"""Packages that the catalogued repositories publish, in every registry: downloads, dependents, advisories, as of today.

One look-up a repository and day, by its address; the catalogue's `packages` adds some that it does not find (a look-up
each) and leaves out others. The service keeps no history of counts: rows are a snapshot of the day, written as changes.
A package is gone only from a look-up that is whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from pipelines.catalogue import Project
from pipelines.errors import Skipped
from pipelines.sources import Batch, Request, Source
from pipelines.sources.changes import Memory
from pipelines.sources.packages import recorded
from pipelines.sources.packages.client import PURL, REPOSITORY, Looked, PackagesClient
from pipelines.sources.packages.reading import SHAPE, purl_of, record
from pipelines.sources.recorded_days import DaysBrought

STREAM = "packages/packages"
OFF = "off"
CITE = "ecosyste.ms packages (https://packages.ecosyste.ms), CC BY-SA 4.0"
SCHEMA = SHAPE.schema


def subjects(project: Project) -> list[str]:
    """Every repository of the project, and the package URLs that the catalogue adds, each once."""
    added = [purl for purl in project.all_packages if purl.startswith("pkg:")]
    return list(dict.fromkeys([*(repository.subject for repository in project.repositories), *added]))


def fetch(request: Request) -> Iterator[Batch]:
    """The packages of one repository, or one package, as a snapshot of `request.now`'s day (UTC).

    Raises:
        Skipped: the service is not to be asked, or the recording does not have the repository.
        SourceError: nothing could be had.
    """
    if request.settings.packages_file:
        yield from _from_file(request, Path(request.settings.packages_file).expanduser())
        return
    if request.settings.packages_url == OFF:
        raise Skipped(
            "ECOTONE_PACKAGES_URL is off. With it unset: downloads, dependents and advisories of the packages that "
            "repositories publish, from ecosyste.ms, a request a repository and day."
        )
    client = PackagesClient(request.settings.packages_url, request.settings.contact, progress=request.progress)
    subject = request.subject
    if subject.startswith("pkg:"):
        looked = client.of_purl(subject)
    else:
        looked = client.of_repository(subject.removeprefix("github:"))
    yield _Snapshot(request, looked, request.now.date()).batch(state={})


def _from_file(request: Request, where: Path) -> Iterator[Batch]:
    """Each recorded day that was not brought before; the newest refers to what the lake has, older ones stand alone."""
    there = recorded.days(where, request.now.date())
    taken = DaysBrought.of(request.state) if (request.state or {}).get("days") else DaysBrought()
    new = [(day, path) for day, path in there.items() if day not in taken]
    found = [(day, looked) for day, path in new if (looked := _recorded(recorded.read(path), request.subject))]
    if not found and request.state is None:
        raise Skipped(f"the recording in {where} says nothing of {request.subject.partition(':')[2]}.")
    if not found:
        return
    taken.add([day for day, _looked in found])
    end = datetime.combine(taken.last + timedelta(days=1), time(), UTC)
    state = {**taken.state(), "observed_until": min(end, request.now).isoformat()}
    for day, (told, left_out) in found:
        last = day == found[-1][0]
        snapshot = _Snapshot(request, told, day, left_out, alone=not last)
        yield snapshot.batch(state=state if last else None)


def _recorded(day: recorded.Day, subject: str) -> tuple[Looked, Sequence[str]] | None:
    """What a recorded day has of a subject; None if it was not asked for."""
    if subject.startswith("pkg:"):
        package = day.by_purl.get(subject.lower())
        return (Looked([package]), day.left_out) if package is not None else None
    name = subject.removeprefix("github:").lower()
    packages = day.by_repository.get(name)
    if packages is None and name not in day.asked:
        return None
    return Looked(packages or []), day.left_out


class _Snapshot:
    """One look-up's packages on one day, against what the lake holds."""

    def __init__(
        self, request: Request, looked: Looked, day: date, left_out: Sequence[str] = (), *, alone: bool = False
    ) -> None:
        self._request = request
        self._day = day
        self._missing: list[str] = []
        excluded = {purl.removeprefix("!").lower() for purl in request.project.all_packages if purl.startswith("!")}
        found_by = PURL if request.subject.startswith("pkg:") else REPOSITORY
        self._rows: dict[str, dict[str, Any]] = {}
        nameless = 0
        for package in looked.packages:
            purl = purl_of(package) if isinstance(package, dict) else None
            if purl is None:
                nameless += 1
            elif purl.lower() not in excluded:
                self._rows.setdefault(purl.lower(), record(package, found_by, day))
        if nameless:
            self._missing.append(f"packages left out because they have no name: {nameless:,}")
        if looked.has_more:
            self._missing.append(f"only the first {len(looked.packages):,} packages were shown")
        self._remarks = [f"lines of the recording that are no package: {len(left_out):,}"] if left_out else []
        read = (lambda _stream, _columns, _after: iter(())) if alone else request.read
        self._memory = Memory(SHAPE, read, STREAM, request.now)

    def batch(self, state: dict[str, Any] | None) -> Batch:
        """The batch that ends the fetch, or (without a state) one day of several."""
        gone = {} if self._missing else self._gone()
        rows = list(self._rows.values())
        table = self._memory.encoded(rows, gone, self._day)
        self._request.progress(f"{len(rows):,} packages")
        complete = state is not None and not self._missing
        reason = "; ".join([*self._missing, *self._remarks]) or None
        return Batch(table, complete=complete, state=state if complete else None, reason=reason)

    def _gone(self) -> dict[str, str]:
        """What was there before and is not in a whole look-up."""
        why = f"not in the whole look-up of {self._request.subject.partition(':')[2]}"
        return {key: why for key, known in self._memory.known.items() if not known.gone and key not in self._rows}


SOURCE = Source(
    name="packages",
    source="packages",
    stream=STREAM.partition("/")[2],
    description=(
        "One snapshot a day of the packages that each repository publishes, in every registry: downloads with their "
        "period, dependents, Docker pulls, advisories, releases. From ecosyste.ms, without an account: one request a "
        "repository and day, one for each package that the catalogue adds; 5,000 an hour are allowed. The service "
        f"keeps no history: a missed day is lost. {CITE}."
    ),
    schema=SCHEMA,
    subjects=subjects,
    fetch=fetch,
    atomic=False,
    daily=True,
    concurrency=4,
    kinds=frozenset({"ecosystems"}),
)
