"""Columns as every source declares them, and rows as tables. Whatever the system, a person and a comment look alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

TIME = pa.timestamp("us", tz="UTC")
NAME = pa.dictionary(pa.int32(), pa.string())
ACTOR = (
    pa.field("author_key", pa.string()),
    pa.field("author_login", pa.string()),
    pa.field("author_type", pa.string()),
)
COMMENTS = pa.list_(pa.struct([pa.field("comment_id", pa.string()), *ACTOR, pa.field("created_at", TIME)]))


def column(name: str, kind: pa.DataType, comment: str, *, nullable: bool = True) -> pa.Field:
    """One column with what it means."""
    return pa.field(name, kind, nullable=nullable, metadata={"comment": comment})


def table(rows: Iterable[Mapping[str, Any]], schema: pa.Schema) -> pa.Table:
    """Rows as columns; a column that a row lacks is NULL in it."""
    listed: Sequence[Mapping[str, Any]] = list(rows)
    arrays = [_array([row.get(field.name) for row in listed], field.type) for field in schema]
    return pa.Table.from_arrays(arrays, schema=schema)


def _array(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    if pa.types.is_dictionary(kind):
        return pa.array(values, kind.value_type).dictionary_encode().cast(kind)
    return pa.array(values, kind)
