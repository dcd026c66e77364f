"""Reads the lake, for sources that read other streams (`Source.after`). From batches back to a source's `fetch`.

Which batches there are is looked up once for a run: a source reads only streams that were fetched before it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.lake import Lake
from pipelines.lake.manifest import Entry
from pipelines.sources import discover

Place = tuple[Entry, str]
After = str | datetime | None


class LakeReader:
    """Reads batches of the lake by stream and subject, as they are when the first one is asked for."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self._guard = threading.Lock()
        self._places: dict[tuple[str, str], list[Place]] | None = None
        self._schemas = {f"{source.source}/{source.stream}": source.schema for source in discover().values()}

    def read(self, stream: str, subjects: Sequence[str], columns: Sequence[str], after: After) -> Iterator[pa.Table]:
        """These columns and `_batch` of the subject's batches that came after that one, a row group at a time."""
        with self._guard:
            if self._places is None:
                self._places = self._found()
        files: dict[str, list[str]] = {}
        for subject in subjects:
            for entry, path in self._places.get((stream, subject), ()):
                if _is_later(entry, after):
                    files.setdefault(path, []).append(entry.batch)
        for path, batches in sorted(files.items(), key=lambda item: min(item[1])):
            with pq.ParquetFile(self._lake.root / path) as file:
                for group in range(file.num_row_groups):
                    table = file.read_row_group(group, columns=[*columns, "_batch"])
                    theirs = table.filter(pc.is_in(table["_batch"].cast(pa.string()), pa.array(batches)))
                    yield _with_missing_columns(theirs, columns, self._schemas[stream])

    def _found(self) -> dict[tuple[str, str], list[Place]]:
        """Batches with rows; those of an atomic source only where the fetch completed."""
        atomic = {(source.source, source.stream) for source in discover().values() if source.atomic}
        originals = self._lake.manifest.originals()
        completed = {entry.listing for entry, _path in originals if entry.complete}
        found: dict[tuple[str, str], list[Place]] = {}
        for entry, path in originals:
            if entry.rows and ((entry.source, entry.stream) not in atomic or entry.listing in completed):
                found.setdefault((f"{entry.source}/{entry.stream}", entry.subject), []).append((entry, path))
        return found


def _is_later(entry: Entry, after: After) -> bool:
    """Whether the batch was written after that one, or fetched at that time or later."""
    if isinstance(after, datetime):
        return entry.fetched_at >= after
    return after is None or entry.batch > after


def _with_missing_columns(table: pa.Table, columns: Sequence[str], schema: pa.Schema) -> pa.Table:
    """With the columns that the file does not have because they hold nothing in it."""
    for name in columns:
        if name not in table.column_names:
            table = table.append_column(name, pa.nulls(table.num_rows, schema.field(name).type))
    return table.select([*columns, "_batch"])
