"""What the lake's manifest says of each catalogued subject of each stream: the state that runs leave."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from pipelines.catalogue import Project
from pipelines.ingestion.fetching import WHOLE_STREAM
from pipelines.lake.manifest import Entry, Manifest
from pipelines.orchestration.installation import Installation
from pipelines.sources import Source


@dataclass(frozen=True)
class Subject:
    """One catalogued subject of one stream.

    Attributes:
        name: e.g. `github:QwenLM/Qwen3`.
        last: what the last attempt left, None if there was none.
        complete: what the last complete fetch left, None if there was none.
    """

    name: str
    last: Entry | None
    complete: Entry | None

    @property
    def status(self) -> str:
        """`ok`, `incomplete`, `failed` or `skipped`: how the last attempt ended; `never` without one."""
        return self.last.status if self.last else "never"


@dataclass(frozen=True)
class Stream:
    """One source with all its subjects, each once, in the order of the catalogue."""

    source: Source
    subjects: Sequence[Subject]

    def having(self, *statuses: str) -> list[Subject]:
        """Those whose last attempt ended so."""
        return [subject for subject in self.subjects if subject.status in statuses]

    @property
    def completed_at(self) -> list[datetime]:
        """Times of the last complete fetches, of the subjects that have one."""
        return sorted(subject.complete.fetched_at for subject in self.subjects if subject.complete)


def streams(
    installation: Installation, manifest: Manifest, projects: Collection[str] | None = None
) -> Iterator[Stream]:
    """Every stream of the installation, as the manifest has it now; of these projects only (slugs), or of all."""
    wanted = [one for one in installation.catalogue.projects if projects is None or one.slug in projects]
    for source in installation.sources.values():
        found: dict[str, Subject] = {}
        for project in wanted:
            for subject in source.subjects(project):
                found.setdefault(subject, _subject(manifest, source, project, subject))
        yield Stream(source, list(found.values()))


def _subject(manifest: Manifest, source: Source, project: Project, subject: str) -> Subject:
    """A repository answers to its former names, too: what was fetched before a rename is fetched."""
    names = [subject]
    with suppress(KeyError):
        names += [f"github:{name.name}" for name in project.repository(subject).names[1:]]
    last = [manifest.last(source.source, source.stream, name) for name in (*names, WHOLE_STREAM)]
    complete = [manifest.last_complete(source.source, source.stream, name) for name in names]
    return Subject(subject, _newest(last), _newest(complete))


def _newest(entries: Sequence[Entry | None]) -> Entry | None:
    return max((entry for entry in entries if entry), key=lambda entry: (entry.fetched_at, entry.batch), default=None)
