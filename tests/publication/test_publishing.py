"""The published file: of the same size whenever the rows are the same, and nothing left of a process that died."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from git_house import House, contents, start

import metrics
from pipelines.publication import publishing
from pipelines.publication.publishing import copy_tables, publish

BUILDS = 10


@pytest.mark.slow
def test_ten_builds_of_the_same_rows_publish_files_of_about_the_same_size(tmp_path: Path) -> None:
    house = House(tmp_path)
    start(house)
    first = contents(house.build())
    size = house.settings.published.stat().st_size
    for number in range(BUILDS):
        house.catalogue = replace(house.catalogue, sha256=f"{number:064x}")  # another publication of the same rows
        house.build()
        assert house.settings.published.stat().st_size <= 1.1 * size, number
    last = contents(house.settings.published)
    assert {**last, "ops.publication": []} == {**first, "ops.publication": []}


@pytest.mark.parametrize("slack", [-1.0, 1e9], ids=["table by table", "as a file"])
def test_a_copy_holds_what_the_working_file_holds(
    tmp_path: Path, slack: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "SLACK", slack)
    source, target = tmp_path / "warehouse.duckdb", tmp_path / "copy.duckdb"
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{source}' AS warehouse; USE warehouse")
        connection.execute("CREATE SCHEMA metrics; CREATE SCHEMA staging")
        metrics.create_inputs(connection)
        metrics.build(connection, ["forks"])
        expected = described(connection)
        copy_tables(connection, source, target)
    with duckdb.connect(str(target), read_only=True) as connection:
        assert described(connection) == expected
        assert connection.execute("SELECT count(*) FROM metrics.definition").fetchall() == [(1,)]
        assert connection.execute("SELECT metrics.month_of(DATE '2026-08-22')").fetchall()


OURS = "database_name = current_database() AND NOT internal"
DESCRIPTIONS = {
    "tables": f"SELECT schema_name, table_name, comment FROM duckdb_tables() WHERE {OURS}",
    "views": f"SELECT schema_name, view_name, comment FROM duckdb_views() WHERE {OURS}",
    "columns": f"SELECT schema_name, table_name, column_name, data_type, comment FROM duckdb_columns() WHERE {OURS}",
    # not their bodies, in which DuckDB writes a type by either of its names
    "macros": f"SELECT schema_name, function_name, parameters FROM duckdb_functions() WHERE {OURS}",
}


def described(connection: duckdb.DuckDBPyConnection) -> dict[str, list[object]]:
    """Tables, views, columns and macros, with their comments."""
    return {what: connection.execute(f"{query} ORDER BY ALL").fetchall() for what, query in DESCRIPTIONS.items()}


@pytest.mark.slow
def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    house = House(tmp_path)
    start(house)
    left = house.settings.home / ".ecotone.duckdb-1"
    left.write_bytes(b"half of it")
    house.warehouse().build_all()
    publish(house.warehouse())
    assert not left.exists()
    assert not list(house.settings.home.glob(".ecotone.duckdb-*"))
