"""The lake: append-only, immutable Parquet batches and their manifest. Data comes from sources and is read by staging.

    lake/format.json                                 {"format": 1}
    lake/manifest.jsonl                              one line a batch, in the order in which they became durable
    lake/<source>/<stream>/<yyyy-mm-dd>/<ulid>.parquet

A batch is written to a temporary name in its own folder, fsynced, renamed, and then named in the manifest: a crash at
any instruction leaves a whole batch or none. The file carries its own manifest entry, so that a whole batch which
missed the manifest is adopted when the lake is next opened for writing.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import pyarrow as pa
import pyarrow.parquet as pq
from ulid import ULID

from pipelines.errors import LakeError
from pipelines.lake import row_groups as groups
from pipelines.lake.manifest import Entry, Manifest
from pipelines.lake.row_groups import ROW_GROUP_ROWS, joined, with_values, without_empty_columns

FORMAT = 1
METADATA_KEY = "ecotone"
TEMPORARY_PREFIX = ".writing-"
COMMON_COLUMNS = (
    pa.field("_batch", pa.string()),
    pa.field("_fetched_at", pa.timestamp("us", tz="UTC")),
    pa.field("_subject", pa.string()),
)


class Lake:
    """An open lake. As a context manager it is open for writing, else read-only.

    Several writers (threads, processes) may append at once. One that finds itself alone when it opens the lake first
    repairs what a crash has left (`_make_whole`).
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.manifest = Manifest(root / "manifest.jsonl")
        self._ulids = threading.Lock()
        self._last_ulid = 0
        self._lock: IO[bytes] | None = None
        self._check_format()

    # -- opening ------------------------------------------------------------------------------------------------------

    def _check_format(self) -> None:
        path = self.root / "format.json"
        try:
            found = int(json.loads(path.read_text())["format"])
        except FileNotFoundError:
            return
        except (ValueError, KeyError, TypeError) as error:
            raise LakeError(
                f'{path} does not name the lake\'s format: restore it, it should read {{"format": {FORMAT}}}.'
            ) from error
        if found > FORMAT:
            raise LakeError(
                f"{self.root} has format {found}, this ecotone knows {FORMAT}: it was written by a newer one. Upgrade."
            )

    def __enter__(self) -> Self:
        self.root.mkdir(parents=True, exist_ok=True)
        self._lock = (self.root / ".lock").open("ab")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pass  # others are writing: whatever lies about may be theirs
        else:
            if not (self.root / "format.json").exists():
                _durable_write(self.root / "format.json", json.dumps({"format": FORMAT}).encode())
            self._make_whole()
        fcntl.flock(self._lock, fcntl.LOCK_SH)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _make_whole(self) -> None:
        """Remove half-written files, adopt whole ones that the manifest misses, finish interrupted compactions."""
        known = {entry.path for entry in self.manifest.entries()}
        for path in self.root.glob(f"*/*/*/{TEMPORARY_PREFIX}*"):
            path.unlink()
        for path in sorted(self.root.glob("*/*/*/*.parquet")):
            relative = path.relative_to(self.root).as_posix()
            if relative not in known:
                self.manifest.append(self._entry_of(path, relative))
        for replaced in self.manifest.replaced_paths():
            (self.root / replaced).unlink(missing_ok=True)

    def _entry_of(self, path: Path, relative: str) -> Entry:
        try:
            fields = json.loads((pq.read_metadata(path).metadata or {})[METADATA_KEY.encode()])
        except (pa.ArrowException, OSError, KeyError, ValueError) as error:
            raise LakeError(
                f"{path} is not a batch and not in the manifest: move it out of the lake. ({error})",
            ) from error
        return Entry.from_fields({**fields, "path": relative, "bytes": path.stat().st_size, "sha256": _sha256(path)})

    # -- writing ------------------------------------------------------------------------------------------------------

    def append(  # noqa: PLR0913 - these are the columns of a manifest entry
        self,
        table: pa.Table,
        *,
        source: str,
        stream: str,
        subject: str,
        fetched_at: datetime,
        listing: str,
        complete: bool,
        status: str = "ok",
        state: Mapping[str, Any] | None = None,
        reason: str | None = None,
    ) -> Entry:
        """Make one batch durable and return its entry; LakeError if it could not be written (nothing is left)."""
        entry = Entry(
            batch=self.new_id(),
            source=source,
            stream=stream,
            subject=subject,
            fetched_at=fetched_at,
            listing=listing,
            complete=complete,
            status=status,
            reason=reason,
            state=state,
            rows=table.num_rows,
        )
        table = with_values(
            without_empty_columns(table), COMMON_COLUMNS, (entry.batch, entry.fetched_at, entry.subject)
        )
        return self._publish(entry, table.schema, [table], fetched_at)

    def append_together(self, batches: Sequence[tuple[pa.Table, Mapping[str, Any]]]) -> Entry:
        """Make batches of one stream and fetch time durable in one file; what `append` takes, of each.

        They are told apart by `_batch` as if each had been written alone and all had been joined.
        """
        tables, originals = [], []
        for table, fields in batches:
            entry = Entry(batch=self.new_id(), rows=table.num_rows, **fields)
            originals.append(entry)
            tables.append(
                with_values(
                    without_empty_columns(table), COMMON_COLUMNS, (entry.batch, entry.fetched_at, entry.subject)
                )
            )
        rows = joined(tables)
        together = self._holding(originals, rows.num_rows)
        return self._publish(together, rows.schema, [rows], together.fetched_at)

    def _publish(self, entry: Entry, schema: pa.Schema, tables: Iterable[pa.Table], day: datetime) -> Entry:
        folder = self.root / entry.source / entry.stream / f"{day:%Y-%m-%d}"
        path = folder / f"{entry.batch}.parquet"
        temporary = folder / f"{TEMPORARY_PREFIX}{path.name}"
        own = {METADATA_KEY: json.dumps(entry.own_fields(), sort_keys=True)}
        try:
            _make_folder(folder)
            with temporary.open("wb") as file:
                with groups.parquet_writer(file, schema.remove_metadata()) as writer:
                    writer.add_key_value_metadata(own)
                    for table in tables:
                        writer.write_table(table.replace_schema_metadata(), row_group_size=ROW_GROUP_ROWS)
                file.flush()
                os.fsync(file.fileno())
            checksum, size = _sha256(temporary), temporary.stat().st_size
            temporary.rename(path)
            _sync_folder(folder)
            entry = entry.stored(path.relative_to(self.root).as_posix(), size, checksum)
            self.manifest.append(entry)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            what = "The disk is full" if error.errno == errno.ENOSPC else f"{error.strerror or error}"
            raise LakeError(
                f"{what}: the batch of {entry.subject} ({entry.source}/{entry.stream}) could not be written to "
                f"{folder}. What was there stays; make room and run again.",
            ) from error
        return entry

    def new_id(self) -> str:
        """A ULID, greater than every one that this object gave before (ids of one millisecond included)."""
        with self._ulids:
            self._last_ulid = max(int(ULID()), self._last_ulid + 1)
            return str(ULID.from_int(self._last_ulid))

    # -- reading ------------------------------------------------------------------------------------------------------

    def last_complete(self, source: str, stream: str, subject: str) -> Entry | None:
        """The entry that ended the last complete fetch of a subject: its `state` is where the next fetch resumes."""
        return self.manifest.last_complete(source, stream, subject)

    def damaged(self) -> Iterator[tuple[Entry, str]]:
        """Batches that are missing or whose checksum differs, with what is wrong."""
        for entry in self.manifest.live():
            path = self.root / entry.path
            if not path.exists():
                yield entry, "missing"
            elif _sha256(path) != entry.sha256:
                yield entry, "its checksum differs from the manifest's"

    # -- compaction ---------------------------------------------------------------------------------------------------

    def compact(self, *, small_rows: int = 50_000, before: datetime | None = None) -> list[Entry]:
        """Rewrite the small batches of each stream and month into one file each; what they say stays as it was.

        The new file comes first, then the manifest, the old files last. Only one that is alone in the lake may do it.

        Returns:
            The entries of the new files; their `replaces` hold the entries of the old ones.
        """
        with self._alone():
            groups: dict[tuple[str, str, str], list[Entry]] = {}
            for entry in self.manifest.live():
                if entry.rows < small_rows and (before is None or entry.fetched_at < before):
                    groups.setdefault((entry.source, entry.stream, f"{entry.fetched_at:%Y-%m}"), []).append(entry)
            merged = [self._merge(entries) for entries in groups.values() if len(entries) > 1]
            replaced = {old.path for entry in merged for old in entry.replaces} | set(self.manifest.replaced_paths())
            for path in filter(None, replaced):  # a batch that was written together with others had no file of its own
                (self.root / path).unlink(missing_ok=True)
            return merged

    def join(self, entries: list[Entry], *, least: int) -> Entry | None:
        """Compact these batches into one file, if there are at least so many; others may go on writing.

        The old files stay until the lake is next opened by one that is alone in it: somebody may be reading them.
        """
        if len(entries) < least:
            return None
        try:
            return self._merge(entries)
        except FileNotFoundError:
            return None  # another run has joined them meanwhile

    def _holding(self, originals: Sequence[Entry], rows: int) -> Entry:
        """The entry of a file that holds these batches."""
        newest = max(originals, key=lambda entry: (entry.fetched_at, entry.batch))
        return Entry(
            batch=self.new_id(),
            source=newest.source,
            stream=newest.stream,
            subject="",
            fetched_at=newest.fetched_at,
            listing="",
            complete=False,
            status="compacted",
            rows=rows,
            replaces=tuple(originals),
        )

    def _merge(self, entries: list[Entry]) -> Entry:
        originals = tuple(original for entry in entries for original in entry.originals())
        merged = self._holding(originals, sum(entry.rows for entry in entries))
        paths = [self.root / entry.path for entry in entries]
        schema = groups.schema_of(paths)
        return self._publish(merged, schema, groups.row_groups(paths, schema), merged.fetched_at)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if self._lock is None:
            raise LakeError("the lake is open for reading only")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LakeError("another run is writing to the lake: compact when it has ended.") from None
        try:
            yield
        finally:
            fcntl.flock(self._lock, fcntl.LOCK_SH)


def _labelled(table: pa.Table, entry: Entry) -> pa.Table:
    return with_values(without_empty_columns(table), COMMON_COLUMNS, (entry.batch, entry.fetched_at, entry.subject))


def _make_folder(folder: Path) -> None:
    if folder.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    for parent in (folder.parent, folder.parent.parent, folder.parent.parent.parent):
        _sync_folder(parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _durable_write(path: Path, content: bytes) -> None:
    temporary = path.with_name(f"{TEMPORARY_PREFIX}{path.name}")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.rename(path)
    _sync_folder(path.parent)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for block in iter(partial(file.read, 1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()
