"""The lake's manifest: one JSON line a batch. The lake writes it; staging and `ecotone status` read it."""

from __future__ import annotations

import fcntl
import json
import os
import threading
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pipelines.errors import LakeError

PLACE_FIELDS = ("path", "bytes", "sha256")


@dataclass(frozen=True)
class Entry:
    """What is known of one batch without opening it.

    Attributes:
        batch: ULID, also in each row's `_batch`.
        source: folder in the lake, e.g. `git`.
        stream: e.g. `commits`.
        subject: what was asked for, e.g. `github:QwenLM/Qwen3`.
        fetched_at: the time of the fetch, UTC, the same for all batches of one fetch.
        listing: id of the fetch that this batch is a part of.
        complete: the batch ends a fetch that brought all it was asked for.
        status: `ok`, `incomplete`, `failed`, `skipped`, or `compacted`.
        reason: what is missing and why.
        state: the checkpoint at which the source resumes.
        rows: rows in the file.
        replaces: of a compacted batch: the entries whose rows it holds.
        path: relative to the lake.
        bytes: size of the file.
        sha256: checksum of the file.
    """

    batch: str
    source: str
    stream: str
    subject: str
    fetched_at: datetime
    listing: str
    complete: bool
    status: str
    rows: int
    reason: str | None = None
    state: Mapping[str, Any] | None = None
    replaces: tuple[Entry, ...] = ()
    path: str = ""
    bytes: int = 0
    sha256: str = ""

    def own_fields(self) -> dict[str, Any]:
        """The entry as JSON values, without its place: what the file itself carries."""
        values = {name: value for name, value in asdict(self).items() if name not in PLACE_FIELDS}
        values["fetched_at"] = self.fetched_at.isoformat()
        values["replaces"] = [entry.all_fields() for entry in self.replaces]
        return {name: value for name, value in values.items() if value not in (None, [], ())}

    def all_fields(self) -> dict[str, Any]:
        """The entry as a line of the manifest."""
        return self.own_fields() | {name: getattr(self, name) for name in PLACE_FIELDS}

    @classmethod
    def from_fields(cls, values: Mapping[str, Any]) -> Entry:
        """The reverse of `all_fields`; unknown fields are refused with a LakeError."""
        unknown = set(values) - {field.name for field in fields(cls)}
        if unknown:
            raise LakeError(
                f"a manifest entry has unknown fields {sorted(unknown)}: it was written by a newer ecotone."
            )
        return cls(
            **{
                **values,
                "fetched_at": datetime.fromisoformat(values["fetched_at"]).astimezone(UTC),
                "replaces": tuple(cls.from_fields(old) for old in values.get("replaces", ())),
            },
        )

    def stored(self, path: str, size: int, sha256: str) -> Entry:
        """The entry with its place."""
        return replace(self, path=path, bytes=size, sha256=sha256)

    def originals(self) -> tuple[Entry, ...]:
        """The batches as they were first written: itself, or those that a compacted one holds."""
        return self.replaces or (self,)


class Manifest:
    """`manifest.jsonl`, read again whenever it has grown."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._entries: list[Entry] = []
        self._offset = 0
        self._last: dict[tuple[str, str, str], Entry] = {}
        self._newest: dict[tuple[str, str, str], Entry] = {}
        self._stated: dict[tuple[str, str, str], Entry] = {}
        self._days: dict[tuple[str, str, str], dict[date, Entry]] = {}
        self._single: dict[tuple[str, str, str], dict[str, Entry]] = {}
        self._guard = threading.Lock()

    def append(self, entry: Entry) -> None:
        """Add a line durably; a line that a crash tore is cut off first."""
        line = json.dumps(entry.all_fields(), sort_keys=True, ensure_ascii=False).encode() + b"\n"
        with self.path.open("a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            size = file.seek(0, os.SEEK_END)
            if size:
                file.seek(size - 1)
                if file.read(1) != b"\n":
                    file.truncate(_end_of_last_line(file, size))
            file.write(line)
            file.flush()
            os.fsync(file.fileno())

    def entries(self) -> list[Entry]:
        """All entries in the order in which they became durable, replaced ones included."""
        with self._guard:
            self._read_on()
            return list(self._entries)

    def _owners(self) -> dict[str, tuple[Entry, Entry]]:
        """For each batch as first written: its entry and the entry of the file that holds its rows now."""
        return {original.batch: (original, entry) for entry in self.entries() for original in entry.originals()}

    def live(self) -> list[Entry]:
        """The entries whose files there are: not replaced by a later compaction."""
        return list({owner.batch: owner for _original, owner in self._owners().values()}.values())

    def replaced_paths(self) -> list[str]:
        """Files that a compaction has replaced and that need not be there any more."""
        live = {entry.path for entry in self.live()}
        return [entry.path for entry in self.entries() if entry.path not in live]

    def originals(self) -> list[tuple[Entry, str]]:
        """Each batch as first written, with the path of the file that holds its rows now, by (fetched_at, batch)."""
        pairs = [(original, owner.path) for original, owner in self._owners().values()]
        return sorted(pairs, key=lambda pair: (pair[0].fetched_at, pair[0].batch))

    def last_complete(self, source: str, stream: str, subject: str) -> Entry | None:
        """The newest entry that ended a complete fetch of the subject."""
        with self._guard:
            self._read_on()
            return self._last.get((source, stream, subject))

    def complete_on(self, source: str, stream: str, subject: str, day: date) -> Entry | None:
        """The entry that ended a complete fetch of the subject on that day (UTC), in the past or in the future."""
        with self._guard:
            self._read_on()
            return self._days.get((source, stream, subject), {}).get(day)

    def last(self, source: str, stream: str, subject: str) -> Entry | None:
        """The newest entry of the subject, complete or not."""
        with self._guard:
            self._read_on()
            return self._newest.get((source, stream, subject))

    def last_stated(self, source: str, stream: str, subject: str) -> Entry | None:
        """The newest entry of the subject that has a state, complete or not."""
        with self._guard:
            self._read_on()
            return self._stated.get((source, stream, subject))

    def single(self, source: str, stream: str, subject: str) -> list[Entry]:
        """The entries of the subject that no compaction has taken up yet, in the order in which they became durable."""
        with self._guard:
            self._read_on()
            return list(self._single.get((source, stream, subject), {}).values())

    def single_on(self, source: str, stream: str, day: date) -> list[Entry]:
        """The entries of all subjects that were fetched on that day (UTC) and that no compaction has taken up yet."""
        with self._guard:
            self._read_on()
            return [
                entry
                for key, entries in self._single.items()
                if key[:2] == (source, stream)
                for entry in entries.values()
                if entry.fetched_at.date() == day
            ]

    def _read_on(self) -> None:
        try:
            with self.path.open("rb") as file:
                file.seek(self._offset)
                content = file.read()
        except FileNotFoundError:
            return
        whole, newline, _torn = content.rpartition(b"\n")
        self._take(whole.split(b"\n") if newline else ())
        self._offset += len(whole) + len(newline)

    def _take(self, lines: Iterable[bytes]) -> None:
        for line in lines:
            try:
                entry = Entry.from_fields(json.loads(line))
            except (ValueError, KeyError, TypeError) as error:
                number = len(self._entries) + 1
                raise LakeError(
                    f"{self.path}: entry {number} is damaged. Move the manifest away and run again: "
                    "it is made anew from the batches.",
                ) from error
            self._entries.append(entry)
            if not entry.replaces:
                self._single.setdefault(_key(entry), {})[entry.batch] = entry
            for original in entry.originals():
                _keep_newest(self._newest, original)
                if original.complete:
                    _keep_newest(self._last, original)
                    self._days.setdefault(_key(original), {})[original.fetched_at.date()] = original
                if original.state is not None:
                    _keep_newest(self._stated, original)
            for original in entry.replaces:
                self._single.get(_key(original), {}).pop(original.batch, None)


def _keep_newest(known: dict[tuple[str, str, str], Entry], entry: Entry) -> None:
    last = known.get(_key(entry))
    if last is None or (last.fetched_at, last.batch) <= (entry.fetched_at, entry.batch):
        known[_key(entry)] = entry


def _key(entry: Entry) -> tuple[str, str, str]:
    return entry.source, entry.stream, entry.subject


def _end_of_last_line(file: Any, size: int) -> int:  # noqa: ANN401 - a binary file object
    file.seek(0)
    return int(file.read(size).rfind(b"\n")) + 1
