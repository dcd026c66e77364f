"""SQL that Python writes: literals, comments on tables, single values; for the warehouse and what publishes it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import duckdb

from pipelines.errors import WarehouseError
from pipelines.staging import Entity


def comments(connection: duckdb.DuckDBPyConnection, entity: Entity) -> Iterable[str]:
    """COMMENT statements of an entity; a column without a comment, or a comment without a column, is an error."""
    described = connection.execute(f"DESCRIBE {entity.table}").fetchall()
    columns = [row[0] for row in described]
    if set(columns) != set(entity.columns):
        raise WarehouseError(
            f"{entity.table}: [columns] of its front matter must name {columns}; it names {list(entity.columns)}.",
        )
    row = connection.execute(
        "SELECT count(*) FROM duckdb_views() WHERE schema_name = ? AND view_name = ?", [entity.schema, entity.name]
    ).fetchone()
    kind = "VIEW" if row != (0,) else "TABLE"
    yield f"COMMENT ON {kind} {entity.table} IS {quoted(f'{entity.title}. {entity.description}')}"
    for column, text in entity.columns.items():
        yield f"COMMENT ON COLUMN {entity.table}.{column} IS {quoted(text)}"


def quoted(text: str) -> str:
    """A SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def scalar(connection: duckdb.DuckDBPyConnection, sql: str) -> Any:  # noqa: ANN401 - whatever the query returns
    """The one value that a query returns; None if it returns no row."""
    rows = connection.execute(sql).fetchall()  # to its end: with a result half read, a connection refuses some work
    return rows[0][0] if rows else None
