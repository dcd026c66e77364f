"""Asset checks: each states one property of one table as a query for the rows that offend it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dagster import AssetCheckSpec, AssetKey

from pipelines.warehouse import Warehouse

MOST_ROWS_SHOWN = 5


@dataclass(frozen=True)
class Result:
    """What a check found: `offending` rows, 0 if the property holds."""

    name: str
    sql: str
    offending: int


def specs(key: AssetKey, queries: Mapping[str, str]) -> list[AssetCheckSpec]:
    """The checks of one table; a failed one keeps everything below from being built or published."""
    return [
        AssetCheckSpec(name, asset=key, blocking=True, description=f"Holds if this finds no row: {sql.strip()}")
        for name, sql in queries.items()
    ]


def named(queries: Mapping[str, str], table: str) -> dict[str, str]:
    """Queries by a name that Dagster accepts, with `{metric}` filled in."""
    name = table.partition(".")[2]
    return {
        re.sub(r"\W+", "_", title).strip("_"): sql.replace("{metric}", name).strip() for title, sql in queries.items()
    }


def run(warehouse: Warehouse, table: str, queries: Mapping[str, str], *, changed: bool) -> Sequence[Result]:
    """Run the checks of a table that has changed and keep what they found; else tell again what is kept."""
    if not queries:
        return []
    with warehouse.open() as connection:
        for statement in DDL:
            connection.execute(statement)
        known = dict(
            connection.execute('SELECT "check", offending FROM ops.check_result WHERE "table" = ?', [table]).fetchall(),
        )
        if changed or set(known) != set(queries):
            connection.execute('DELETE FROM ops.check_result WHERE "table" = ?', [table])
            for name, sql in queries.items():
                row = connection.execute(f"SELECT count(*) FROM ({sql}) AS offending").fetchone()
                known[name] = int(row[0]) if row else 0
                connection.execute("INSERT INTO ops.check_result VALUES (?, ?, ?)", [table, name, known[name]])
    return [Result(name, sql, known[name]) for name, sql in queries.items()]


DDL = (
    'CREATE TABLE IF NOT EXISTS ops.check_result ("table" VARCHAR, "check" VARCHAR, offending BIGINT)',
    "COMMENT ON TABLE ops.check_result IS 'What the checks of each table found before it was published.'",
    "COMMENT ON COLUMN ops.check_result.\"table\" IS 'The table, with its schema.'",
    "COMMENT ON COLUMN ops.check_result.\"check\" IS 'The property that is checked.'",
    "COMMENT ON COLUMN ops.check_result.offending IS 'Rows that do not have it: 0 if it holds.'",
)


def types(warehouse: Warehouse, table: str) -> dict[str, str]:
    """The columns of a table that was built, with their types."""
    with warehouse.open() as connection:
        return {name: kind for name, kind, *_ in connection.execute(f"DESCRIBE {table}").fetchall()}


def span(warehouse: Warehouse, table: str) -> tuple[str, str] | None:
    """First and last day in the table's first column of time; None if it has none or no rows."""
    dated = [name for name, kind in types(warehouse, table).items() if kind in {"DATE", "TIMESTAMP WITH TIME ZONE"}]
    if not dated:
        return None
    with warehouse.open() as connection:
        row = connection.execute(
            f"SELECT min({dated[0]})::DATE::VARCHAR, max({dated[0]})::DATE::VARCHAR FROM {table}"
        ).fetchone()
    return (str(row[0]), str(row[1])) if row and row[0] is not None else None
