"""Only what has changed of the Hub's models is written; what has not is named. Data flows from rows to a batch's table.

The lake itself is the memory: which row of which batch was the last to tell of a model. A row that is seen again
unchanged is named by that place, so that it is told apart from one that was not seen, and whoever reads can look it up.
A place stands for what was written there for ever: no order, no clock and no other run can change what it means.

Once a calendar month, everything is written whole: a damaged file costs a month at most, and a reader of some days
needs no files of other months (save for the last telling of a model that is found to be gone).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.sources import Reader
from pipelines.sources.huggingface.columns import COUNTS, IDENTITY, PROFILE, REFERENCES, SCHEMA

Place = tuple[str, int]
"""A batch and the number of a row in it."""

NAMED = "name:"
_PROFILE = [column.name for column in (*IDENTITY, *PROFILE)]
_COUNTS = [column.name for column in COUNTS]
_PLACES = [column.name for column in REFERENCES]
_READ = [*_PLACES, *_PROFILE, *_COUNTS, "day", "_fetched_at"]


@dataclass(frozen=True)
class Known:
    """What the lake says last of one model.

    Attributes:
        name: owner/name.
        place: of the row that said it.
        whole: place of the whole telling that it builds on; itself, if it is one.
        digest: of the whole telling's profile.
        counts: of the row.
        whole_day: the UTC day of the whole telling.
        gone: whether it said that the model is gone.
    """

    name: str
    place: Place
    whole: Place
    digest: bytes
    counts: tuple[Any, ...]
    whole_day: date
    gone: bool = False


def key_of(hub_id: str | None, name: str | None) -> str:
    """What stays the same of a model when its name changes: the Hub's id, the name where that is not told."""
    return hub_id or f"{NAMED}{name}"


class Memory:
    """What was told of a subject's models in this calendar month and the one before, up to now.

    Args:
        read: the lake, as `Request.read` shows it.
        stream: `huggingface/models`.
        now: the time of the fetch: rows that are dated later, by a clock that has been put back since, do not count.
    """

    def __init__(self, read: Reader, stream: str, now: datetime) -> None:
        self.month = now.date().replace(day=1)
        self.models: dict[str, Known] = {}
        self._ages: dict[str, tuple[datetime, str, int]] = {}
        self._wholes: dict[Place, tuple[str, Known]] = {}
        before = (self.month - timedelta(days=1)).replace(day=1)
        tables = list(self._past(read(stream, _READ, datetime.combine(before, time.min, UTC)), now))
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
            for row, digest in told(table.filter(pc.is_null(table["of_batch"]))):
                place = (row["_batch"], row["number"])
                known = Known(row["name"], place, place, digest, _counts(row), row["day"])
                key = key_of(row["hub_id"], row["name"])
                self._wholes[place] = key, known
                self._keep(key, known, row["_fetched_at"])

    def _take_others(self, tables: Sequence[pa.Table]) -> None:
        for table in tables:
            others = table.filter(pc.is_valid(table["of_batch"])).select([*_PLACES, *_COUNTS, "_fetched_at", "_batch"])
            for row in others.to_pylist():
                key, whole = self._wholes.get((row["of_batch"], row["of_number"]), ("", None))
                if whole is None:
                    continue  # it is from before the time that is read
                place, gone = (row["_batch"], row["number"]), row["gone"] is not None
                self._keep(key, replace(whole, place=place, counts=_counts(row), gone=gone), row["_fetched_at"])

    def _keep(self, key: str, known: Known, fetched_at: datetime) -> None:
        age = (fetched_at, *known.place)
        if key not in self._ages or self._ages[key] < age:
            self._ages[key] = age
            self.models[key] = known

    def encoded(self, rows: Sequence[dict[str, Any]], gone: Mapping[str, str], day: date) -> pa.Table:
        """The rows as a batch: those that are new, or of which something changed, and places of those that did not.

        Args:
            rows: whole tellings, each model once.
            gone: of models known here: key → how it is known that they are no longer there.
            day: the UTC day of both.
        """
        wholes: list[dict[str, Any]] = []
        changed: list[dict[str, Any]] = []
        same: list[Place] = []
        for row, digest in told(pa.Table.from_pylist(rows, schema=SCHEMA)):
            known = self.models.get(key_of(row["hub_id"], row["name"]))
            if known is None or known.whole_day < self.month or known.digest != digest:
                wholes.append(row)
            elif known.gone or known.counts != _counts(row):
                changed.append({"whole": known.whole, **{name: row[name] for name in (*_COUNTS, "listing")}})
            else:
                same.append(known.place)
        left = [{"whole": self.models[key].whole, "gone": why} for key, why in gone.items()]
        numbered = [*wholes, *(_referring(row) for row in sorted([*changed, *left], key=lambda row: row["whole"]))]
        table = [{**row, "number": number, "day": day} for number, row in enumerate(numbered)]
        table += [
            {"of_batch": batch, "of_number": first, "of_last": last, "day": day} for batch, first, last in _runs(same)
        ]
        return pa.Table.from_pylist(table, schema=SCHEMA)


def told(table: pa.Table) -> Iterator[tuple[dict[str, Any], bytes]]:
    """Each row of a table with the digest of its profile: equal for equal ones, whichever way they came here."""
    profiles = table.select(_PROFILE).to_pylist()
    for row, profile in zip(table.to_pylist(), profiles, strict=True):
        yield row, hashlib.blake2b(repr(_plain(profile)).encode(), digest_size=16).digest()


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever a column holds
    if isinstance(value, dict):
        return sorted((name, _plain(part)) for name, part in value.items())
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return value.timestamp() if isinstance(value, datetime) else value


def _counts(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in _COUNTS)


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
