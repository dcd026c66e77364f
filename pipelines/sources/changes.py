"""Only what has changed of a daily snapshot is written; what has not is named. Data flows from rows to a batch's table.

The lake itself is the memory: which row of which batch was the last to tell of a thing. A row that is seen again
unchanged is named by that place, so that it is told apart from one that was not seen, and whoever reads can look it up.
A place stands for what was written there for ever: no order, no clock and no other run can change what it means.

Once a calendar month, everything is written whole: a damaged file costs a month at most, and a reader of some days
needs no files of other months (save for the last telling of what is found to be gone).
How rows refer to others: docs/decisions/0007.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.sources.columns import column
from pipelines.sources.contract import Reader

Place = tuple[str, int]
"""A batch and the number of a row in it."""

REFERENCES = (
    column("number", pa.int32(), "the row's number in its batch, by which later batches refer to it"),
    column("of_batch", pa.string(), "the batch that the row builds on; NULL: it says everything itself"),
    column("of_number", pa.int32(), "number of the row there that still holds; the first of them"),
    column("of_last", pa.int32(), "number of the last row there that was seen unchanged"),
    column("gone", pa.string(), "how it is known that it is no longer there"),
)
_PLACES = [field.name for field in REFERENCES]


@dataclass(frozen=True)
class Shape:
    """What a stream of snapshots looks like.

    Attributes:
        profile: columns that say what a thing is: where one differs, everything is told anew.
        counts: columns that change often, and are told alone.
        occasion: columns of a row that say how it came about; `day` is one.
        key: what stays the same of a thing, from a row.
        name: the column that has its name.
    """

    profile: tuple[pa.Field, ...]
    counts: tuple[pa.Field, ...]
    occasion: tuple[pa.Field, ...]
    key: Callable[[Mapping[str, Any]], str]
    name: str = "name"

    @property
    def schema(self) -> pa.Schema:
        """All columns of the stream."""
        return pa.schema([*REFERENCES, *self.profile, *self.counts, *self.occasion])

    @property
    def of_profile(self) -> list[str]:
        """The names of its columns."""
        return [field.name for field in self.profile]

    @property
    def of_counts(self) -> list[str]:
        """The names of its columns."""
        return [field.name for field in self.counts]

    def counts_of(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        """Those of a row."""
        return tuple(row[field.name] for field in self.counts)


@dataclass(frozen=True)
class Known:
    """What the lake says last of one thing.

    Attributes:
        name: as the whole telling has it.
        place: of the row that said it.
        whole: place of the whole telling that it builds on; itself, if it is one.
        digest: of the whole telling's profile.
        counts: of the row.
        whole_day: the UTC day of the whole telling.
        gone: whether it said that the thing is gone.
    """

    name: str
    place: Place
    whole: Place
    digest: bytes
    counts: tuple[Any, ...]
    whole_day: date
    gone: bool = False


class Memory:
    """What was told of a subject's things in this calendar month and the one before, up to now.

    Args:
        shape: of the stream.
        read: the lake, as `Request.read` shows it.
        stream: its name, such as `huggingface/models`.
        now: the time of the fetch: rows that are dated later, by a clock that has been put back since, do not count.
    """

    def __init__(self, shape: Shape, read: Reader, stream: str, now: datetime) -> None:
        self._shape = shape
        self.month = now.date().replace(day=1)
        self.known: dict[str, Known] = {}
        self._ages: dict[str, tuple[datetime, str, int]] = {}
        self._wholes: dict[Place, tuple[str, Known]] = {}
        before = (self.month - timedelta(days=1)).replace(day=1)
        columns = [*_PLACES, *shape.of_profile, *shape.of_counts, "day", "_fetched_at"]
        tables = list(self._past(read(stream, columns, datetime.combine(before, time.min, UTC)), now))
        self._take_wholes(tables)
        self._take_others(tables)
        self._ages.clear()
        self._wholes.clear()

    @staticmethod
    def _past(tables: Iterable[pa.Table], now: datetime) -> Iterator[pa.Table]:
        """The rows that others can refer to, without those of a later time."""
        for table in tables:
            fetched_at = table["_fetched_at"].cast(pa.timestamp("us", tz="UTC"))
            past = pc.less_equal(fetched_at, pa.scalar(now, pa.timestamp("us", tz="UTC")))
            yield table.filter(pc.and_(past, pc.is_valid(table["number"])))

    def _take_wholes(self, tables: Sequence[pa.Table]) -> None:
        for table in tables:
            for row, digest in told(self._shape, table.filter(pc.is_null(table["of_batch"]))):
                place = (row["_batch"], row["number"])
                known = Known(row[self._shape.name], place, place, digest, self._shape.counts_of(row), row["day"])
                key = self._shape.key(row)
                self._wholes[place] = key, known
                self._keep(key, known, row["_fetched_at"])

    def _take_others(self, tables: Sequence[pa.Table]) -> None:
        for table in tables:
            columns = [*_PLACES, *self._shape.of_counts, "_fetched_at", "_batch"]
            for row in table.filter(pc.is_valid(table["of_batch"])).select(columns).to_pylist():
                key, whole = self._wholes.get((row["of_batch"], row["of_number"]), ("", None))
                if whole is None:
                    continue  # it is from before the time that is read
                place, gone = (row["_batch"], row["number"]), row["gone"] is not None
                self._keep(
                    key, replace(whole, place=place, counts=self._shape.counts_of(row), gone=gone), row["_fetched_at"]
                )

    def _keep(self, key: str, known: Known, fetched_at: datetime) -> None:
        age = (fetched_at, *known.place)
        if key not in self._ages or self._ages[key] < age:
            self._ages[key] = age
            self.known[key] = known

    def encoded(self, rows: Sequence[dict[str, Any]], gone: Mapping[str, str], day: date) -> pa.Table:
        """The rows as a batch: those that are new, or of which something changed, and places of those that did not.

        Args:
            rows: whole tellings, each thing once.
            gone: of things known here: key → how it is known that they are no longer there.
            day: the UTC day of both.
        """
        wholes: list[dict[str, Any]] = []
        changed: list[dict[str, Any]] = []
        same: list[Place] = []
        schema = self._shape.schema
        kept = [*self._shape.of_counts, *(field.name for field in self._shape.occasion if field.name != "day")]
        for row, digest in told(self._shape, pa.Table.from_pylist(rows, schema=schema)):
            known = self.known.get(self._shape.key(row))
            if known is None or known.whole_day < self.month or known.digest != digest:
                wholes.append(row)
            elif known.gone or known.counts != self._shape.counts_of(row):
                changed.append({"whole": known.whole, **{name: row[name] for name in kept}})
            else:
                same.append(known.place)
        left = [{"whole": self.known[key].whole, "gone": why} for key, why in gone.items()]
        numbered = [*wholes, *(_referring(row) for row in sorted([*changed, *left], key=lambda row: row["whole"]))]
        table = [{**row, "number": number, "day": day} for number, row in enumerate(numbered)]
        table += [
            {"of_batch": batch, "of_number": first, "of_last": last, "day": day} for batch, first, last in _runs(same)
        ]
        return pa.Table.from_pylist(table, schema=schema)


def told(shape: Shape, table: pa.Table) -> Iterator[tuple[dict[str, Any], bytes]]:
    """Each row of a table with the digest of its profile: equal for equal ones, whichever way they came here."""
    profiles = table.select(shape.of_profile).to_pylist()
    for row, profile in zip(table.to_pylist(), profiles, strict=True):
        yield row, hashlib.blake2b(repr(_plain(profile)).encode(), digest_size=16).digest()


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever a column holds
    if isinstance(value, dict):
        return sorted((name, _plain(part)) for name, part in value.items())
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return value.timestamp() if isinstance(value, datetime) else value


def _referring(row: Mapping[str, Any]) -> dict[str, Any]:
    batch, number = row["whole"]
    return {**{name: value for name, value in row.items() if name != "whole"}, "of_batch": batch, "of_number": number}


def _runs(places: Iterable[Place]) -> Iterator[tuple[str, int, int]]:
    """Places as batch, first and last number of those that follow one another."""
    batch, first, last = "", 0, 0
    for place in sorted(places):
        if place == (batch, last + 1):
            last += 1
            continue
        if batch:
            yield batch, first, last
        batch, first, last = *place, place[1]
    if batch:
        yield batch, first, last
