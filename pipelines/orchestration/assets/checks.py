"""Asset checks: each property of a table is a query for the rows that do not have it.

What every metric must have is one check of Dagster's, `contract`; what one table's file adds is a check of its own for
each property. `ops.check_result` has a row for each property of both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from inspect import cleandoc
from typing import Any

import duckdb
from dagster import AssetCheckKey, AssetCheckResult, AssetCheckSpec, AssetKey, MetadataValue, TableRecord

from pipelines.warehouse import Warehouse

CONTRACT = "contract"
MOST_ROWS_SHOWN = 5
DDL = (
    'CREATE TABLE IF NOT EXISTS ops.check_result ("table" VARCHAR, "check" VARCHAR, offending BIGINT)',
    "COMMENT ON TABLE ops.check_result IS 'What the checks of each table found before it was published.'",
    "COMMENT ON COLUMN ops.check_result.\"table\" IS 'The table, with its schema.'",
    "COMMENT ON COLUMN ops.check_result.\"check\" IS 'The property that is checked.'",
    "COMMENT ON COLUMN ops.check_result.offending IS 'Rows that do not have it: 0 if it holds.'",
)


@dataclass(frozen=True)
class Check:
    """One check of one table, as Dagster shows it.

    Attributes:
        name: as Dagster accepts it.
        properties: name → query for the rows that do not have it.
    """

    name: str
    properties: Mapping[str, str]


@dataclass(frozen=True)
class Found:
    """What the query of a property found: how many rows do not have it, and some of them."""

    query: str
    offending: int
    rows: Sequence[Mapping[str, Any]] = ()


def contract(properties: Mapping[str, str], table: str) -> Check:
    """The one check of what every table of this kind must have."""
    return Check(CONTRACT, _named(properties, table))


def own(properties: Mapping[str, str], table: str) -> list[Check]:
    """A check for each property that the table's own file states."""
    return [Check(name, {name: query}) for name, query in _named(properties, table).items()]


def _named(properties: Mapping[str, str], table: str) -> dict[str, str]:
    """Queries by a name that Dagster accepts, with `{metric}` filled in."""
    name = table.partition(".")[2]
    return {
        re.sub(r"\W+", "_", title).strip("_"): cleandoc(query.replace("{metric}", name))
        for title, query in properties.items()
    }


def spec(key: AssetKey, check: Check) -> AssetCheckSpec:
    """What Dagster is to know of the check; a failed one keeps all that is downstream from being built or published."""
    holds = "\n\n".join(
        f"`{name}` holds if this finds no row:\n```sql\n{sql}\n```" for name, sql in check.properties.items()
    )
    return AssetCheckSpec(check.name, asset=key, blocking=True, description=holds)


def run(warehouse: Warehouse, table: str, checks: Iterable[Check], *, anew: bool) -> dict[str, dict[str, Found]]:
    """Check → property → what was found; queries are run if the table has changed (`anew`) or was not checked yet.

    What is found is kept in ops.check_result, a row for each property.
    """
    wanted = list(checks)
    if not wanted:
        return {}
    with warehouse.open() as connection:
        for statement in DDL:
            connection.execute(statement)
        known = dict(
            connection.execute('SELECT "check", offending FROM ops.check_result WHERE "table" = ?', [table]).fetchall()
        )
        return {check.name: dict(_found(connection, table, check, {} if anew else known)) for check in wanted}


def forget(warehouse: Warehouse, table: str) -> None:
    """Take out of ops.check_result what was found of the table as it was: its properties may be others now."""
    with warehouse.open() as connection:
        for statement in DDL:
            connection.execute(statement)
        connection.execute('DELETE FROM ops.check_result WHERE "table" = ?', [table])


def _found(
    connection: duckdb.DuckDBPyConnection, table: str, check: Check, known: Mapping[str, int]
) -> Iterator[tuple[str, Found]]:
    for name, query in check.properties.items():
        if known.get(name) == 0:
            yield name, Found(query, 0)
            continue
        row = connection.execute(f"SELECT count(*) FROM ({query}) AS offending").fetchone()
        count = int(row[0]) if row else 0
        rows = _rows(connection, query) if count else []
        connection.execute('DELETE FROM ops.check_result WHERE "table" = ? AND "check" = ?', [table, name])
        connection.execute("INSERT INTO ops.check_result VALUES (?, ?, ?)", [table, name, count])
        yield name, Found(query, count, rows)


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    found = connection.execute(f"FROM ({query}) AS offending LIMIT {MOST_ROWS_SHOWN}")
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def failing(found: Mapping[str, Mapping[str, Found]]) -> str:
    """`values_are_finite: 3 rows; …` of all checks; empty if every property holds."""
    return "; ".join(
        f"{name}: {one.offending:,} {'row' if one.offending == 1 else 'rows'}"
        for properties in found.values()
        for name, one in properties.items()
        if one.offending
    )


def result(key: AssetKey, name: str, found: Mapping[str, Found]) -> AssetCheckResult:
    """What Dagster shows of a check: every property with its query, and rows that do not have it."""
    broken = failing({name: found})
    metadata: dict[str, Any] = {
        "properties": MetadataValue.table(
            [
                TableRecord({"property": title, "offending rows": one.offending, "query": one.query})
                for title, one in found.items()
            ]
        )
    }
    for title, one in found.items():
        if one.rows:
            metadata[f"rows without {title}"] = MetadataValue.table([_record(row) for row in one.rows])
    return AssetCheckResult(
        asset_key=key,
        check_name=name,
        passed=not broken,
        description=broken or f"{len(found)} {'property holds' if len(found) == 1 else 'properties hold'}",
        metadata=metadata,
    )


def _record(row: Mapping[str, Any]) -> TableRecord:
    plain = {name: value if isinstance(value, int | float | str | bool) else str(value) for name, value in row.items()}
    return TableRecord(plain)


def results(
    found: Mapping[str, Mapping[str, Found]], key: AssetKey, selected: Iterable[AssetCheckKey]
) -> list[AssetCheckResult]:
    """The results of the checks that the run is to tell of."""
    names = {each.name for each in selected if each.asset_key == key}
    return [result(key, name, properties) for name, properties in found.items() if name in names]
