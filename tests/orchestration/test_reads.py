"""What an asset of a metric depends on: exactly the tables without which DuckDB cannot make it."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

import metrics
from metrics.macro_files import macros_called
from pipelines.orchestration.assets.table_specs import load, reads_of_metric
from pipelines.sources import discover


@pytest.fixture(scope="module")
def contract() -> Iterator[duckdb.DuckDBPyConnection]:
    """All tables that a metric may read, empty."""
    with duckdb.connect() as connection:
        metrics.create_inputs(connection)
        yield connection


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(metrics.load()))
def test_a_metric_depends_on_exactly_the_tables_that_it_cannot_be_made_without(
    name: str, contract: duckdb.DuckDBPyConnection
) -> None:
    metric = metrics.load()[name]
    reads = sorted(reads_of_metric(metric))
    assert makes(contract, metric.sql, reads)
    for table in reads:
        assert not makes(contract, metric.sql, [each for each in reads if each != table]), f"{table} is not needed"


def makes(contract: duckdb.DuckDBPyConnection, sql: str, tables: list[str]) -> bool:
    """Whether the query and its macros can be bound where there are these tables alone."""
    with duckdb.connect() as connection:
        connection.execute("CREATE SCHEMA metrics")
        for table in tables:
            schema = table.partition(".")[0]
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
            named = [f'"{name}" {kind}' for name, kind, *_ in contract.execute(f"DESCRIBE {table}").fetchall()]
            connection.execute(f"CREATE TABLE {table} ({', '.join(named)})")
        try:
            for macro in macros_called(sql):
                connection.execute(metrics.macros()[macro])
            connection.execute(f"EXPLAIN {sql}")
        except duckdb.CatalogException:
            return False
    return True


def test_every_table_comes_after_those_that_it_is_made_from() -> None:
    seen = set()
    tables = load(discover())
    keys = {table.key for table in tables}
    for table in tables:
        assert {key for key in table.parents if key in keys} <= seen, table.name
        seen.add(table.key)
