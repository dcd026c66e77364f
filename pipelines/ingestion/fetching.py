"""Ingestion: runs a source over projects and writes what it yields to the lake. Data flows from sources to batches.

One subject that fails is recorded, with the reason, and the rest goes on. A subject in which nothing is new writes
nothing, save once a day an empty batch: so it is known up to when it was looked at. A batch of a resumable source is
durable before the source is asked for the next one, and its state is where the next run goes on, however this one ends.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property, partial
from typing import Any

from pipelines.catalogue import Catalogue, Project
from pipelines.errors import EcotoneError, LakeError, Paused, Skipped
from pipelines.ingestion.outcomes import FAILURES, Outcome, ProjectOutcome
from pipelines.ingestion.recorded import Recorded, RecordedListing, state_of_source, without_completeness
from pipelines.ingestion.rounds import Counter, Round, SubjectLocks
from pipelines.ingestion.together import SMALL_ROWS, Together
from pipelines.lake import Lake
from pipelines.lake.manifest import Entry
from pipelines.lake.reading import LakeReader
from pipelines.settings import Settings
from pipelines.sources import Batch, Request, Source
from pipelines.sources.contract import Reach

log = logging.getLogger("ecotone")
WHOLE_STREAM = "*"  # the subject of a batch that tells of all subjects of its stream
NOT_FETCHED = FAILURES | {"skipped", "paused"}
JOINED_FROM = 8  # files of one subject or of one day: fewer are not worth writing again


@dataclass(frozen=True)
class Ingestion:
    """One run of one source.

    Attributes:
        source: what to fetch.
        catalogue: for the e-mail domains that may be stored.
        settings: addresses, tokens, clock.
        lake: open for writing.
        reach: how far back streams with a long past are fetched.
        progress: called with (subjects done, subjects in all, text).
    """

    source: Source
    catalogue: Catalogue
    settings: Settings
    lake: Lake
    reach: Reach = Reach.WHOLE
    progress: Callable[[int, int, str], None] = lambda _done, _total, _text: None

    def run(self, projects: Sequence[Project]) -> Iterator[ProjectOutcome]:
        """Fetch all subjects of the projects, several at once; yields each project when its last subject is done.

        Raises ConfigurationError before anything is written if the key of the e-mail hashes is lost.
        """
        _ = self.settings.key
        tasks = [(project, subject) for project in projects for subject in self._subjects(project)]
        open_subjects = {project.slug: len(self._subjects(project)) for project in projects}
        outcomes: dict[str, dict[str, Outcome]] = {project.slug: {} for project in projects}
        yield from (ProjectOutcome(project) for project in projects if not open_subjects[project.slug])
        if tasks and (reason := self._lacking()):
            self._note(WHOLE_STREAM, "skipped", reason, Together(self.lake))  # once for all of them
            yield from (self._skipped(project, reason) for project in projects if open_subjects[project.slug])
            return
        locks = SubjectLocks()
        counter = Counter(self.progress, len(tasks))
        subjects = tuple(dict.fromkeys(subject for _, subject in tasks))
        round_ = Round(locks, counter, subjects, LakeReader(self.lake), Together(self.lake))
        done: list[ProjectOutcome] = []  # with batches that are not durable yet
        with ThreadPoolExecutor(max_workers=self.source.concurrency) as pool:
            futures: Mapping[Future[Outcome], tuple[Project, str]] = {
                pool.submit(self._subject, project, subject, round_): (project, subject) for project, subject in tasks
            }
            try:
                for future in as_completed(futures):
                    project, subject = futures[future]
                    outcomes[project.slug][subject] = future.result()
                    counter.add(subject)
                    if len(outcomes[project.slug]) == open_subjects[project.slug]:
                        ordered = [outcomes[project.slug][each] for each in self._subjects(project)]
                        done.append(ProjectOutcome(project, tuple(dict.fromkeys(ordered))))
                        if not round_.together.subjects:
                            yield from done
                            done.clear()
                yield from self._durable(done, round_)
                if self.source.daily:
                    self.lake.join(
                        self.lake.manifest.single_on(*self._stream, self.settings.today()), least=JOINED_FROM
                    )
            finally:
                round_.stopped.set()
                pool.shutdown(wait=True, cancel_futures=True)
                with suppress(LakeError):  # of a run that is stopped: what it has fetched stands
                    round_.together.write()

    def _durable(self, done: Sequence[ProjectOutcome], round_: Round) -> Iterator[ProjectOutcome]:
        """Projects that are done, once their batches are written; failed ones, where they could not be."""
        held = round_.together.subjects
        try:
            round_.together.write()
        except LakeError as error:
            lost = [
                ProjectOutcome(one.project, tuple(_lost(each, held, str(error)) for each in one.outcomes))
                for one in done
            ]
            yield from lost
            return
        yield from done

    @property
    def _stream(self) -> tuple[str, str]:
        return self.source.source, self.source.stream

    @cached_property
    def _recorded(self) -> Recorded:
        return Recorded.read(self.settings.recorded)

    def _subjects(self, project: Project) -> list[str]:
        """Each subject once; of a recording, those that it holds: the others are not fetched, which is not empty."""
        subjects = dict.fromkeys(self.source.subjects(project))
        return [subject for subject in subjects if self._recorded.holds(*self._stream, subject)]

    def _listing(self, subject: str) -> RecordedListing | None:
        return self._recorded.listing(*self._stream, subject)

    def _moment(self, subject: str) -> datetime:
        """The time of a fetch: now, or up to when the recording knows the subject."""
        listing = self._listing(subject)
        return listing.until if listing else self.settings.now()

    def _lacking(self) -> str | None:
        """Which setting the stream lacks, and what it would add; None if it has all."""
        for setting, adds in self.source.needs.items():
            if not self.settings.has(setting):
                return f"{setting.upper()} is not set. With it: {adds}"
        return None

    def _skipped(self, project: Project, reason: str) -> ProjectOutcome:
        return ProjectOutcome(
            project,
            tuple(Outcome(subject, "skipped", reason=reason, noted=False) for subject in self._subjects(project)),
        )

    def _subject(self, project: Project, subject: str, round_: Round) -> Outcome:
        """Fetch one subject; a subject that two projects share is fetched once, by whoever comes first."""
        with round_.locks.of(subject):
            outcome = round_.outcomes.get(subject)
            if outcome is None:
                outcome = round_.outcomes[subject] = self._tried(project, subject, round_)
                return outcome
            status = "unchanged" if outcome.status == "ok" else outcome.status
            return replace(outcome, status=status, rows=0, noted=False)

    def _tried(self, project: Project, subject: str, round_: Round) -> Outcome:
        try:
            return self._fetch(project, subject, round_)
        except Skipped as skipped:
            return self._note(subject, "skipped", str(skipped), round_.together)
        except Paused as paused:
            return self._note(subject, "paused", str(paused), round_.together)
        except LakeError as error:
            return Outcome(subject, "failed", reason=str(error))
        except EcotoneError as error:
            return self._note(subject, "failed", str(error), round_.together)
        except Exception as error:  # one subject's surprise must not stop the others; it is shown with its trace
            log.exception("%s of %s failed", self.source.name, subject)
            return self._note(subject, "failed", f"{type(error).__name__}: {error}", round_.together)

    def _fetch(self, project: Project, subject: str, round_: Round) -> Outcome:
        now = self._moment(subject)
        names = self._names(project, subject)
        if self.source.daily and (today := self._newest(partial(self._complete_on, now.date()), names)):
            return Outcome(subject, "unchanged", reason=today.reason, noted=False)
        last = self._newest(self.lake.last_complete, names)
        stated = self._newest(self.lake.manifest.last_stated, names) if self.source.resumable else last
        request = Request(
            subject=subject,
            project=self._as_asked(project, subject),
            settings=self.settings,
            now=now,
            domains=self.catalogue.domains,
            state=state_of_source(stated.state) if stated else None,
            fetched_at=last.fetched_at if last else None,
            peers=self._peers(round_.subjects, now),
            reach=self.reach,
            progress=lambda text: round_.say(f"{subject.partition(':')[2]}: {text}"),
            read=lambda stream, columns, after: round_.reader.read(stream, names, columns, after),
        )
        return self._write(request, round_, last, stated)

    def _peers(self, subjects: tuple[str, ...], now: datetime) -> tuple[str, ...]:
        """Those that are asked for as of the same time, and so in the same request."""
        return tuple(each for each in subjects if self._moment(each) == now) if self._recorded.streams else subjects

    def _complete_on(self, day: date, source: str, stream: str, subject: str) -> Entry | None:
        """Of that very day: a clock that was ahead once must not stop the days that it was ahead of."""
        return self.lake.manifest.complete_on(source, stream, subject, day)

    def _as_asked(self, project: Project, subject: str) -> Project:
        """The project, with what any project selects of the subject: a shared organisation is fetched once for all."""
        sharing = [each for each in self.catalogue.projects if subject in self.source.subjects(each)]
        return replace(project, hub=tuple(selector for each in sharing for selector in each.hub))

    def _names(self, project: Project, subject: str) -> list[str]:
        """The subject, and the names that the repository had before: a rename repeats nothing."""
        with suppress(KeyError):
            return [subject, *(f"github:{name.name}" for name in project.repository(subject).names[1:])]
        return [subject]

    def _newest(self, find: Callable[[str, str, str], Entry | None], names: Sequence[str]) -> Entry | None:
        found = [find(self.source.source, self.source.stream, name) for name in names]
        return max((entry for entry in found if entry), key=lambda entry: (entry.fetched_at, entry.batch), default=None)

    def _write(self, request: Request, round_: Round, last: Entry | None, stated: Entry | None) -> Outcome:
        listing, subject = self.lake.new_id(), request.subject
        recorded = self._listing(subject)
        lacks = recorded.lacks if recorded else None
        rows, final = 0, None
        for each in self.source.fetch(request):
            batch = without_completeness(each, lacks) if lacks else each
            rows += batch.table.num_rows
            final = batch
            ends = batch.complete or batch.reason is not None
            together = round_.together if self.source.daily and not self.source.resumable and ends else None
            self._append(batch, subject, request.now, listing, together)
            round_.check()
        if final is None:
            return (
                Outcome(subject, "incomplete", reason=lacks, noted=False)
                if lacks
                else self._seen(request, round_, listing, last, stated)
            )
        if final.complete and self.source.resumable:
            self.lake.join(self.lake.manifest.single(*self._stream, subject), least=JOINED_FROM)
        return Outcome(subject, "ok" if final.complete else "incomplete", rows, final.reason)

    def _seen(self, request: Request, round_: Round, listing: str, last: Entry | None, stated: Entry | None) -> Outcome:
        """Nothing is new: noted once a day, and when it could not be fetched last time."""
        if last is None and stated is not None:  # what a recording lacked is there now, or was never to be
            last = replace(stated, reason=None)
        newest = self.lake.manifest.last(self.source.source, self.source.stream, request.subject)
        recovered = newest is not None and newest.status in NOT_FETCHED
        due = last is not None and (last.fetched_at.date() < request.now.date() or recovered)
        if last is not None and due:
            state = last.state
            if self.source.resumable and stated is not None:
                state = {**(state_of_source(stated.state) or {}), "observed_until": request.now.isoformat()}
            seen = Batch(self.source.schema.empty_table(), complete=True, state=state, reason=last.reason)
            self._append(seen, request.subject, request.now, listing, round_.together)
        return Outcome(request.subject, "unchanged", reason=last.reason if last else None, noted=due)

    def _append(  # noqa: PLR0913 - a batch, whose it is, and how it is written
        self,
        batch: Batch,
        subject: str,
        now: datetime,
        listing: str,
        together: Together | None = None,
        *,
        status: str = "",
    ) -> None:
        """Write a batch: at once, or with other small ones of this run."""
        fields: dict[str, Any] = {
            "source": self.source.source,
            "stream": self.source.stream,
            "subject": subject,
            "fetched_at": now,
            "listing": listing,
            "complete": batch.complete,
            "status": status or ("ok" if batch.complete or batch.reason is None else "incomplete"),
            "state": batch.state,
            "reason": batch.reason,
        }
        if together is not None and batch.table.num_rows < SMALL_ROWS:
            together.add(batch.table, fields)
        else:
            self.lake.append(batch.table, **fields)

    def _note(self, subject: str, status: str, reason: str, together: Together) -> Outcome:
        """Record why there is nothing, once a day and whenever the reason changes."""
        last = self.lake.manifest.last(self.source.source, self.source.stream, subject)
        now = self.settings.now()
        known = last is not None and (last.status, last.reason) == (status, reason)
        due = not (known and last is not None and last.fetched_at.date() >= now.date())
        if due:
            try:
                note = Batch(self.source.schema.empty_table(), reason=reason)
                self._append(note, subject, now, self.lake.new_id(), together, status=status)
            except LakeError as error:
                reason = f"{reason} ({error})"
        return Outcome(subject, status, reason=reason, noted=due)


def _lost(outcome: Outcome, held: frozenset[str], why: str) -> Outcome:
    return replace(outcome, status="failed", reason=why) if outcome.subject in held else outcome
