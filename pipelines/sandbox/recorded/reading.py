"""One recorded repository's folder → its facts, up to when each of its listings is known, and what is wrong with it.

Each line is read once, and nothing of it is kept but facts. Data passes from `lines` by way of `making` to `github`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from pipelines.sandbox.github.world import facts as world
from pipelines.sandbox.recorded import records
from pipelines.sandbox.recorded.lines import Unread, lines, named, told
from pipelines.sandbox.recorded.making import Maker
from pipelines.sandbox.recorded.people import People, unknown_id
from pipelines.sandbox.recorded.problems import Problems

END_OF_DAY = time(23, 59, 59, tzinfo=UTC)
NOTE = "repository.json"
MEND = "docs/recorded.md says what a line holds: mend or remove it."
DIFFERENT_CLOCKS = timedelta(days=1)  # a record may be so much newer than the machine that reads it


_EMPTY = records.RepositoryNote.model_validate({})


@dataclass(frozen=True)
class Listing:
    """What is recorded of one listing.

    Attributes:
        until: up to when it is known; None: nothing says so, and it has no lines.
        lacks: what of it is not recorded; None: it is whole.
    """

    until: datetime | None
    lacks: str | None


@dataclass
class Recorded:
    """What one repository's folder holds.

    Attributes:
        full_name: the repository's name.
        note: repository.json.
        facts: by listing.
        listings: by stream, those that are recorded.
        heads: repositories that change requests come from.
    """

    full_name: str
    note: records.RepositoryNote
    facts: dict[str, list[Any]] = field(default_factory=dict)
    listings: dict[str, Listing] = field(default_factory=dict)
    heads: dict[int, world.Fork] = field(default_factory=dict)


def read_note(folder: Path, root: Path, problems: Problems) -> records.RepositoryNote:
    """The folder's repository.json; an empty one if there is none, or it cannot be read, which is told."""
    path = folder / NOTE
    if not path.is_file():
        return _EMPTY
    found = told(records.RepositoryNote, 1, path.read_bytes(), str(path.relative_to(root)), problems)
    return found if isinstance(found, records.RepositoryNote) else _EMPTY


def read(folder: Path, full_name: str, root: Path, people: People, problems: Problems) -> Recorded:
    """All that the folder of a repository holds.

    Args:
        folder: where its files lie.
        full_name: the repository's name.
        root: of the recordings: files are named from there.
        people: the accounts of the recording, added to.
        problems: told what is wrong.
    """
    found = Recorded(full_name, read_note(folder, root, problems))
    spoilt_note = bool(problems.losses(str((folder / NOTE).relative_to(root))))
    for name in ("accounts", *(each for each in records.LINES if each != "accounts")):
        paths = named(folder, name)
        if not paths:
            continue
        shown = str(paths[0].relative_to(root))
        if len(paths) > 1:
            problems.add(shown, f"{paths[1].name} lies beside it", "Remove one of the two.", loses=True)
        file = File(paths[0], shown, name, people, problems, Maker(full_name, people, lambda _: None, lambda _: None))
        found.facts[name] = file.read()
        found.heads |= file.maker.heads
        until = _until(found.note, name, file.maker.newest)
        if until is None and name != "accounts":
            problems.add(
                shown,
                "nothing in it says up to when it is known, so it is not used",
                f"State as_of in {NOTE}: the day of the export.",
                loses=False,
            )
        found.listings[name] = Listing(until, _lacks(found.note, name, shown, problems, spoilt_note=spoilt_note))
    _numbers_are_of_one_kind(found, folder, root, problems)
    return found


def _until(note: records.RepositoryNote, name: str, newest: datetime | None) -> datetime | None:
    own = note.listings.get(name)
    stated = own.as_of if own is not None and own.as_of is not None else note.as_of
    if isinstance(stated, datetime):
        return stated.astimezone(UTC)
    return datetime.combine(stated, END_OF_DAY) if isinstance(stated, date) else newest


def _lacks(
    note: records.RepositoryNote, name: str, shown: str, problems: Problems, *, spoilt_note: bool
) -> str | None:
    own = note.listings.get(name)
    if own is not None and not own.whole:
        return own.note or f"{NOTE} says that {name} are not whole"
    losses = problems.losses(shown)
    if losses:
        first = losses[0]
        where = f"{first.file}:{first.lines[0]}" if first.lines else first.file
        return f"{where}: {first.what}" + (f", and {len(losses) - 1} more kinds of loss" if losses[1:] else "")
    return f"{NOTE} cannot be read" if spoilt_note else None


def _numbers_are_of_one_kind(found: Recorded, folder: Path, root: Path, problems: Problems) -> None:
    """REST's listing of issues has the change requests among them: they are read from their own file."""
    requests = {one.number for one in found.facts.get("pull_requests", ())}
    both = [one.number for one in found.facts.get("issues", ()) if one.number in requests]
    if both:
        found.facts["issues"] = [one for one in found.facts["issues"] if one.number not in requests]
        problems.add(
            str(named(folder, "issues")[0].relative_to(root)),
            f"{len(both):,} of its numbers are those of change requests, the first is {both[0]}: they do not count",
            "Leave change requests out of issues.jsonl; they belong into pull_requests.jsonl.",
            loses=False,
        )


@dataclass
class File:
    """One file of lines while it is read."""

    path: Path
    shown: str
    name: str
    people: People
    problems: Problems
    maker: Maker
    unread: Unread = field(default_factory=Unread)
    _line: int = 0

    def __post_init__(self) -> None:
        self.maker.gap = self._gap
        self.maker.remark = self._remark

    def read(self) -> list[Any]:
        """Its facts, each once: what is told again differently counts as it was told last."""
        found: dict[object, Any] = {}
        digests: dict[object, bytes] = {}
        for number, text, record in self._records():
            fact, key = self._made(record)
            if fact is None:
                continue
            digest = hashlib.blake2b(text, digest_size=8).digest()
            if key in digests:
                self._told_again(number, same=digests[key] == digest)
            digests[key] = digest
            found[key] = fact
        self.unread.tell(self.shown, self.problems)
        return list(found.values())

    def _records(self) -> Iterator[tuple[int, bytes, records.Told]]:
        latest = datetime.now(UTC) + DIFFERENT_CLOCKS
        for number, text in lines(self.path, self.shown, self.problems):
            self._line = number
            record = told(records.LINES[self.name], number, text, self.shown, self.problems)
            if record is None:
                continue
            if self.name == "issues" and (record.model_extra or {}).get("pull_request"):
                self._remark("change requests do not count here: they belong into pull_requests.jsonl")
                continue
            self.unread.look(record, number)
            newest = self.maker.newest
            yield number, text, record
            if self.maker.newest is not None and self.maker.newest > latest:
                self.maker.newest = newest
                self._gap("the line holds a time that lies in the future")

    def _made(self, record: Any) -> tuple[Any, object]:
        """The fact, and by what it is told apart."""
        if self.name == "accounts":
            account = self.people.introduce(record)
            return account, account.login.lower()
        make: Callable[[Any], Any] = getattr(self.maker, _MAKES[self.name])
        fact = make(record)
        if self.name in {"issues", "pull_requests", "discussions"}:
            return fact, record.number
        if self.name == "stargazers":
            return fact, fact.account.id
        return fact, fact.id if fact is not None else None

    def _told_again(self, number: int, *, same: bool) -> None:
        if same:
            what, remedy = "the line says again what one before it said, which counts once", "Nothing need be done."
        else:
            what = "the line tells of something that one before it told of otherwise: the last one counts"
            remedy = "Keep the line that is right."
        self.problems.add(self.shown, what, remedy, loses=False, line=number)

    def _gap(self, what: str) -> None:
        self.problems.add(self.shown, what, MEND, loses=True, line=self._line)

    def _remark(self, what: str) -> None:
        self.problems.add(self.shown, what, "Nothing need be done if that is meant.", loses=False, line=self._line)


_MAKES = {
    "issues": "issue",
    "pull_requests": "change_request",
    "forks": "fork",
    "stargazers": "star",
    "releases": "release",
    "discussions": "discussion",
}


def repository(found: Recorded, people: People) -> world.Repository:
    """The facts of a repository as the server shows them."""
    note, told_by = found.note, found.facts
    created = note.created_at.astimezone(UTC) if note.created_at else _first(found)
    pushed = (note.pushed_at.astimezone(UTC),) if note.pushed_at else ()
    return world.Repository(
        id=note.id or unknown_id("repository", found.full_name.lower()),
        full_name=found.full_name,
        owner=people.of(note.owner or found.full_name.partition("/")[0]),
        created_at=created,
        issues=told_by.get("issues", ()),
        change_requests=told_by.get("pull_requests", ()),
        forks=told_by.get("forks", ()),
        stars=told_by.get("stargazers", ()),
        releases=told_by.get("releases", ()),
        discussions=told_by.get("discussions", ()),
        pushes=pushed,
        heads=found.heads,
        license=note.license,
        language=note.language,
        topics=tuple(note.topics),
        watchers=note.watchers or 0,
        parent=note.parent,
        has_issues=note.has_issues,
        has_discussions=note.has_discussions,
        archived_at=created if note.archived else None,
    )


def _first(found: Recorded) -> datetime:
    """The first moment that is told of: the repository was there by then."""
    streams = ("issues", "pull_requests", "forks", "discussions", "releases")
    moments = [one.created_at for name in streams for one in found.facts.get(name, ())]
    return min([*moments, *(one.at for one in found.facts.get("stargazers", ()))], default=world.DAWN)
