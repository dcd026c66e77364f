"""Batches' files as row groups: what is read and written at a time, however large a file is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

DICTIONARIES = ["_batch", "_subject"]  # one value for many rows: read so, they take no memory
ROW_GROUP_ROWS = 100_000
ROW_GROUP_BYTES = 1_000_000  # in memory, where files are joined: it is copied several times; comments make rows long


def without_empty_columns(table: pa.Table) -> pa.Table:
    """Without the columns that hold nothing: a small batch's bytes are what is said of its columns."""
    return table.select([name for name in table.column_names if table[name].null_count < table.num_rows])


def parquet_writer(file: IO[bytes], schema: pa.Schema) -> pq.ParquetWriter:
    """Writes rows of the schema in as few bytes as they take; numbers of rows (int32) as the steps between them."""
    steps = [field.name for field in schema if field.type == pa.int32()]
    return pq.ParquetWriter(
        file,
        schema,
        compression="zstd",
        use_dictionary=[name for name in schema.names if name not in steps],
        column_encoding=dict.fromkeys(steps, "DELTA_BINARY_PACKED") or None,
        write_statistics=False,  # of little use to who reads whole files, and much of a small one
        store_schema=False,  # Parquet's own says the same, in half of a small one
    )


def row_groups(paths: Iterable[Path], schema: pa.Schema) -> Iterator[pa.Table]:
    """The rows of the files in order, some at a time: memory holds a row group, however many there are."""
    held: list[pa.Table] = []
    rows = size = 0
    for path in paths:
        with pq.ParquetFile(
            path, read_dictionary=DICTIONARIES
        ) as file:  # a third of the time of read_table, which looks for a data set first
            table = file.read()
        table = table.cast(widened(table.schema))
        held.append(pa.concat_tables([schema.empty_table(), table], promote_options="default"))
        rows, size = rows + table.num_rows, size + table.nbytes
        if rows >= ROW_GROUP_ROWS or size >= ROW_GROUP_BYTES:
            yield pa.concat_tables(held).unify_dictionaries()
            held, rows, size = [], 0, 0
    if held:
        yield pa.concat_tables(held).unify_dictionaries()


def with_values(table: pa.Table, fields: Sequence[pa.Field], values: Sequence[Any]) -> pa.Table:
    """With columns that hold one value in every row."""
    for field, value in zip(fields, values, strict=True):
        places = pa.repeat(pa.scalar(0, pa.int8()), table.num_rows)
        column = pa.DictionaryArray.from_arrays(places, pa.array([value], field.type))
        table = table.append_column(field.name, column)
    return table


def joined(tables: Sequence[pa.Table]) -> pa.Table:
    """Tables of one stream as one, with all columns that any of them has."""
    schema = pa.unify_schemas([widened(table.schema.remove_metadata()) for table in tables])
    parts = [table.cast(widened(table.schema)) for table in tables]
    return pa.concat_tables([schema.empty_table(), *parts], promote_options="default").unify_dictionaries()


def widened(schema: pa.Schema) -> pa.Schema:
    """With room for more distinct values than one batch has, in the columns that are read as dictionaries."""
    fields = []
    for field in schema:
        kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
        fields.append(field.with_type(pa.dictionary(pa.int32(), kind) if field.name in DICTIONARIES else kind))
    return pa.schema(fields)


def schema_of(paths: Iterable[Path]) -> pa.Schema:
    """The columns of the files together."""
    schemas = [pq.ParquetFile(path, read_dictionary=DICTIONARIES).schema_arrow.remove_metadata() for path in paths]
    return pa.unify_schemas([widened(schema) for schema in schemas])
