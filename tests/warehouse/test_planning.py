"""What has changed and must be made again: tables, batches, macros."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from git_house import CATALOGUE

import metrics
from pipelines.catalogue import Catalogue
from pipelines.lake import Lake
from pipelines.settings import Settings
from pipelines.warehouse.planning import VERDICTS, Plan
from pipelines.warehouse.provenance import Provenance


@pytest.fixture
def provenance(tmp_path: Path) -> Provenance:
    settings = Settings(tmp_path, tmp_path / "ecosystems.toml")
    return Provenance(settings, Catalogue.parse(CATALOGUE), {}, Lake(settings.lake))


@pytest.fixture
def connection(provenance: Provenance) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        for statement in Plan(provenance).layout():
            connection.execute(statement)
        yield connection


def test_all_tables_are_outdated_until_they_are_noted(
    provenance: Provenance, connection: duckdb.DuckDBPyConnection
) -> None:
    plan = Plan(provenance)
    assert plan.outdated(connection) == plan.tables
    for table in plan.tables:
        assert not plan.is_current(connection, table)
        plan.note(connection, table)
        assert plan.is_current(connection, table)
    assert plan.outdated(connection) == []


def test_another_catalogue_makes_every_table_again(
    provenance: Provenance, connection: duckdb.DuckDBPyConnection
) -> None:
    plan = Plan(provenance)
    for table in plan.tables:
        plan.note(connection, table)
    other = replace(provenance, catalogue=replace(provenance.catalogue, sha256="0" * 64))
    assert Plan(other).outdated(connection) == plan.tables


def test_a_table_made_from_outdated_ones_stays_outdated(
    provenance: Provenance, connection: duckdb.DuckDBPyConnection
) -> None:
    plan = Plan(provenance)
    assert "staging.fork" in plan.reads("metrics.forks")
    plan.note(connection, "metrics.forks")
    assert not plan.is_current(connection, "metrics.forks")


def test_order_and_needs_agree(provenance: Provenance) -> None:
    plan = Plan(provenance)
    for place, table in enumerate(plan.tables):
        assert plan.reads(table) <= set(plan.tables[:place]), table
        needed = plan.needed_for(table)
        assert set(needed) == plan.reads(table).union(*(plan.needed_for(read) for read in plan.reads(table))), table
        assert needed == [each for each in plan.tables if each in set(needed)]


def test_a_metric_needs_its_own_macros_and_those_that_they_call(
    provenance: Provenance, connection: duckdb.DuckDBPyConnection
) -> None:
    plan = Plan(provenance)
    names = [*metrics.macros()]
    asked = {table: [*plan.macros(connection, table)] for table in plan.tables if table.startswith("metrics.")}
    for table, wanted in asked.items():
        assert wanted == [name for name in names if name in wanted], table
        for name in wanted:
            assert set(metrics.macros_called(metrics.macros()[name])) <= set(wanted), table
    assert any(len(wanted) < len(names) / 4 for wanted in asked.values())
    assert set(asked) == {f"metrics.{name}" for name in metrics.load()} | {VERDICTS}


def test_a_macro_is_made_once_while_it_is_unchanged(
    provenance: Provenance, connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = Plan(provenance)
    first, *others = plan.macros(connection, "metrics.forks")
    for name, statement in plan.macros(connection, "metrics.forks").items():
        plan.note_macro(connection, name, statement)
    assert plan.macros(connection, "metrics.forks") == {}
    changed = {**metrics.macros(), first: metrics.macros()[first] + " "}
    monkeypatch.setattr(metrics, "macros", lambda: changed)
    assert [*plan.macros(connection, "metrics.forks")] == [first]
    assert others
