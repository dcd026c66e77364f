"""A Hub-wide listing as Parquet, as public statistics of the Hub keep it: one row a model, millions of them.

Data flows from a file, or a folder of its parts, to tables of a few plain columns, some thousand rows at a time. Such
files are written by many tools: a column may hold times or texts of times, an object or its JSON, integers or decimals.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.errors import TerminalError
from pipelines.sources import untrusted
from pipelines.sources.huggingface.client import model as reading

ROWS = 100_000  # at a time
TIME = pa.timestamp("us", tz="UTC")
SCHEMA = pa.schema(
    [
        pa.field("hub_id", pa.string(), metadata={"comment": "the Hub's _id; NULL where the listing lacks it"}),
        pa.field("name", pa.string(), nullable=False, metadata={"comment": "owner/name"}),
        pa.field("created_at", TIME),
        pa.field("downloads", pa.int64(), metadata={"comment": "of the last 30 days"}),
        pa.field("downloads_all_time", pa.int64()),
        pa.field("likes", pa.int64()),
        pa.field(
            "bases", pa.list_(pa.string()), metadata={"comment": "the tags base_model:ID, base_model:RELATION:ID"}
        ),
    ],
)
_COUNTS = {"downloads": "downloads", "downloads_all_time": "downloadsAllTime", "likes": "likes"}
_COLUMNS = ("_id", "id", "createdAt", *_COUNTS.values(), "tags", "baseModels")
_NEEDED = frozenset({"id", "createdAt", "downloads", "tags"})
_TIMES = ("createdAt", "lastModified")
_TAG = "base_model:"


@dataclass(frozen=True)
class HubListing:
    """An opened listing.

    Attributes:
        parts: its files, in order of name.
        digest: changes when what is in them does.
    """

    parts: Sequence[Path]
    digest: str

    @classmethod
    def open(cls, place: str) -> HubListing:
        """The file or the folder; TerminalError that names what is wrong with it and what would be right."""
        path = Path(place)
        parts = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
        if not parts or not parts[0].exists():
            raise TerminalError(
                f"ECOTONE_HUB_LISTING={place}: there is no Parquet file. Name a file, or a folder of parts."
            )
        digest = hashlib.sha256()
        for part in parts:
            try:
                names = set(pq.read_schema(part).names)
            except (pa.ArrowException, OSError) as error:
                raise TerminalError(
                    f"ECOTONE_HUB_LISTING: {part} is no Parquet file that can be read: {error}"
                ) from error
            if missing := sorted(_NEEDED - names):
                raise TerminalError(
                    f"ECOTONE_HUB_LISTING: {part} has no column {', '.join(missing)}. A listing has the columns of "
                    "/api/models: id, createdAt, downloads, tags, and _id, downloadsAllTime, likes, baseModels."
                )
            digest.update(_footer(part))
        return cls(parts, digest.hexdigest())

    def newest(self, until: datetime) -> datetime | None:
        """The last time in it that is not after `until`: so many models change that it tells when it was made."""
        last: datetime | None = None
        for batch in self._batches(_TIMES):
            for name in batch.schema.names:
                times = _time(batch[name])
                found = pc.max(times.filter(pc.less_equal(times, pa.scalar(until, TIME)))).as_py()
                last = max(filter(None, (last, found)), default=None)
        return last

    def tables(self) -> Iterator[tuple[pa.Table, int]]:
        """The rows, each model with a name, and how many were left out because they have none."""
        for batch in self._batches(_COLUMNS):
            told = {name: batch[name] for name in batch.schema.names}
            names = told["id"].cast(pa.string())
            missing = pa.nulls(batch.num_rows)
            columns = {
                "hub_id": told.get("_id", missing).cast(pa.string()),
                "name": names,
                "created_at": _time(told["createdAt"]),
                **{name: _count(told.get(column, missing)) for name, column in _COUNTS.items()},
                "bases": _bases(told["tags"], told.get("baseModels", missing)),
            }
            table = pa.table(columns)
            named = pc.greater(pc.fill_null(pc.utf8_length(names), 0), 0)
            kept = table.filter(named).cast(SCHEMA)
            yield kept, table.num_rows - kept.num_rows

    def _batches(self, wanted: Sequence[str]) -> Iterator[pa.RecordBatch]:
        for part in self.parts:
            with pq.ParquetFile(part) as file:
                there = [name for name in wanted if name in file.schema_arrow.names]
                yield from file.iter_batches(batch_size=ROWS, columns=there)


def _footer(path: Path) -> bytes:
    """A Parquet file's own description: places, sizes and counts of all its parts."""
    with path.open("rb") as file:
        file.seek(-8, 2)
        length = int.from_bytes(file.read(4), "little")
        file.seek(-8 - length, 2)
        return file.read(length) + str(path.stat().st_size).encode()


def _time(column: pa.Array) -> pa.Array:
    """Times in UTC; what is none is NULL."""
    if pa.types.is_timestamp(column.type):
        return column.cast(TIME) if column.type.tz else pc.assume_timezone(column.cast(pa.timestamp("us")), "UTC")
    try:
        return column.cast(TIME)
    except pa.ArrowInvalid:
        return pa.array([untrusted.moment(text) for text in column.to_pylist()], TIME)


def _count(column: pa.Array) -> pa.Array:
    """Whole numbers; what is none is NULL."""
    if pa.types.is_integer(column.type) or pa.types.is_null(column.type):
        return column.cast(pa.int64())
    return pa.array([untrusted.count(value) for value in column.to_pylist()], pa.int64())


def _bases(tags: pa.Array, base_models: pa.Array) -> pa.Array:
    """The tags that name a base; where there are none, what `baseModels` says, in their form."""
    found = _tags_of_bases(tags)
    untold = pc.equal(pc.fill_null(pc.list_value_length(found), 0), 0)
    rest = pc.and_(untold, pc.is_valid(base_models))
    if not pc.any(rest).as_py():
        return found
    said = iter(_tags_of(value) for value in base_models.filter(rest).to_pylist())
    values = zip(found.to_pylist(), rest.to_pylist(), strict=True)
    return pa.array([next(said) if missing else own for own, missing in values], pa.list_(pa.string()))


def _tags_of_bases(tags: pa.Array) -> pa.Array:
    if pa.types.is_large_list(tags.type):
        tags = tags.cast(pa.list_(pa.string()))
    if not pa.types.is_list(tags.type):  # a JSON text
        lists = [
            json.loads(text) if isinstance(text, str) and text.startswith("[") else [] for text in tags.to_pylist()
        ]
        tags = pa.array([[tag for tag in found if isinstance(tag, str)] for found in lists], pa.list_(pa.string()))
    tags = pc.if_else(pc.is_valid(tags), tags, pa.scalar([], tags.type)) if tags.null_count else tags
    flat = tags.flatten().cast(pa.string())
    names = pc.fill_null(pc.starts_with(flat, _TAG), fill_value=False)
    before = pa.concat_arrays([pa.array([0], pa.int32()), pc.cumulative_sum(names.cast(pa.int32()))])
    starts = pc.subtract(tags.offsets, tags.offsets[0])
    return pa.ListArray.from_arrays(before.take(starts), flat.filter(names))


def _tags_of(base_models: object) -> list[str]:
    """`{relation, models: [{id}]}`, or its JSON, in the form of tags."""
    if isinstance(base_models, str):
        try:
            base_models = json.loads(base_models)
        except ValueError:
            return []
    if not isinstance(base_models, dict):
        return []
    found = reading.base_models({"baseModels": base_models})
    return [f"{_TAG}{'' if base.relation == reading.UNSPECIFIED else f'{base.relation}:'}{base.id}" for base in found]
