"""Making tables: exactly what needs a broken table fails, whatever broke it, and the rest is built."""

from __future__ import annotations

import dataclasses
import logging
import os
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from git_house import CATALOGUE, House, contents, start

import metrics
from pipelines.catalogue import Catalogue
from pipelines.errors import WarehouseError
from pipelines.lake import Lake
from pipelines.publication.publishing import publish
from pipelines.settings import Settings
from pipelines.warehouse import VERDICTS, Warehouse
from pipelines.warehouse.building import Building, transaction
from pipelines.warehouse.planning import Plan
from pipelines.warehouse.provenance import Provenance

# -- exact dependencies ------------------------------------------------------------------------------------------------


@pytest.fixture
def contract() -> Iterator[duckdb.DuckDBPyConnection]:
    """A working file that holds the tables that metrics may read, empty."""
    with duckdb.connect() as connection:
        connection.execute("CREATE SCHEMA build; CREATE SCHEMA metrics")
        metrics.create_inputs(connection)
        yield connection


def failing(connection: duckdb.DuckDBPyConnection, folder: Path) -> set[str]:
    """Make every metric; returns those that fail."""
    settings = Settings(folder, folder / "ecosystems.toml")
    plan = Plan(Provenance(settings, Catalogue.parse(CATALOGUE), {}, Lake(settings.lake)))
    for statement in plan.layout():
        connection.execute(statement)
    failed = set()
    for table in plan.tables:
        if table.startswith("metrics.") and table != VERDICTS:
            try:
                Building(plan).make(connection, table)
            except WarehouseError:
                failed.add(table)
    return failed


@pytest.mark.parametrize(
    "broken",
    [
        "staging.trending",
        "staging.issue",
        *(
            pytest.param(table, marks=pytest.mark.slow)
            for table in sorted({read for metric in metrics.load().values() for read in metric.reads})
            if table not in {"staging.trending", "staging.issue"}
        ),
    ],
)
def test_exactly_the_metrics_that_read_a_broken_table_fail(
    contract: duckdb.DuckDBPyConnection, tmp_path: Path, broken: str
) -> None:
    contract.execute(f"DROP TABLE {broken}")
    expected = {f"metrics.{metric.name}" for metric in metrics.load().values() if broken in metric.reads}
    assert expected
    assert failing(contract, tmp_path) == expected


def reading(warehouse: Warehouse, broken: str) -> set[str]:
    """The table and all that read it, through others too."""
    found = {broken}
    for table in warehouse.tables:
        if warehouse.plan.reads(table) & found:
            found.add(table)
    return found


@pytest.mark.slow
def test_a_table_that_fails_is_named_with_those_that_read_it_and_the_rest_is_built(tmp_path: Path) -> None:
    house = House(tmp_path)
    start(house)
    warehouse = house.warehouse()
    broken = dataclasses.replace(warehouse.entities["staging.trending"], sql="SELECT * FROM nowhere")
    warehouse.entities = {**warehouse.entities, "staging.trending": broken}
    with pytest.raises(WarehouseError) as caught:
        warehouse.build_all()
    failed = reading(warehouse, "staging.trending")
    assert failed > {"metrics.trending_share", VERDICTS}
    assert {line.partition(" ")[0] for line in str(caught.value).split("\n") if " built" in line} == failed
    assert "staging.trending_ancestor was not built: it reads staging.trending." in str(caught.value)
    assert set(warehouse.outdated()) == failed
    with pytest.raises(WarehouseError, match=r"cannot be published: .*staging\.trending"):
        publish(warehouse)
    assert not house.settings.published.exists()


# -- whatever the error is ---------------------------------------------------------------------------------------------


def fail_within(connection: duckdb.DuckDBPyConnection, error: BaseException) -> None:
    with transaction(connection):
        connection.execute("CREATE TABLE a (i INT)")
        raise error


@pytest.mark.parametrize("error", [RuntimeError("a mistake"), KeyboardInterrupt(), duckdb.IOException("full")])
def test_a_transaction_is_undone_whatever_the_error_is(error: BaseException) -> None:
    with duckdb.connect() as connection:
        with pytest.raises(type(error)):
            fail_within(connection, error)
        with transaction(connection):
            connection.execute("CREATE TABLE b (i INT)")
        assert connection.execute("SELECT table_name FROM duckdb_tables()").fetchall() == [("b",)]


def test_a_batch_is_missing(tmp_path: Path) -> None:
    house = House(tmp_path)
    start(house)
    for path in (house.settings.lake).rglob("*.parquet"):
        path.unlink()
    with pytest.raises(WarehouseError) as caught:
        house.warehouse().build_all()
    first, *others = str(caught.value).split("\n")
    assert first.startswith("fact.commit could not be built: ")
    assert "restore the lake from its backup" in first
    assert others
    assert all(" was not built: it reads " in line for line in others)
    assert "within a transaction" not in str(caught.value)
    warehouse = house.warehouse()
    assert set(warehouse.outdated()) == reading(warehouse, "fact.commit")
    assert {"fact.star", "fact.model_profile", "catalogue.entity"} & set(warehouse.outdated()) == set()


@pytest.mark.slow
def test_a_table_made_alone_after_new_batches_is_made_again_with_the_others(tmp_path: Path) -> None:
    house = House(tmp_path)
    start(house)
    house.build()
    house.makers["c"].commit()
    house.fetch()
    alone = house.warehouse()
    assert alone.build("metrics.contributors").changed
    with pytest.raises(WarehouseError, match="not built from what the lake holds now"):
        publish(alone)
    incremental = contents(house.build())
    rebuilt = house.warehouse("rebuilt.duckdb")
    rebuilt.build_all()
    publish(rebuilt, tmp_path / "rebuilt-ecotone.duckdb")
    assert incremental == contents(tmp_path / "rebuilt-ecotone.duckdb")


# -- damage ------------------------------------------------------------------------------------------------------------


def test_what_a_table_needs_is_made_again_when_the_file_proves_to_be_damaged(tmp_path: Path) -> None:
    house = House(tmp_path)
    start(house)
    before = rows_of_contributors(house.warehouse())
    house.makers["c"].commit()
    house.fetch()
    path = house.warehouse().path
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 5)
        file.write(os.urandom(path.stat().st_size // 2))
    warehouse = house.warehouse()
    after = rows_of_contributors(warehouse)
    assert warehouse.working_file.was_damaged
    assert after == rows_of_contributors(house.warehouse("fresh.duckdb"))
    assert after != before


def rows_of_contributors(warehouse: Warehouse) -> list[tuple[object, ...]]:
    """After a run that makes this table alone, and what it needs."""
    with warehouse.kept_open():
        for table in [*warehouse.plan.needed_for("metrics.contributors"), "metrics.contributors"]:
            warehouse.build(table)
        with warehouse.open() as connection:
            return connection.execute("SELECT * FROM metrics.contributors ORDER BY ALL").fetchall()


@pytest.mark.slow
@pytest.mark.parametrize("place", [0.2, 0.5])
def test_a_working_file_damaged_in_the_middle_is_made_again(
    tmp_path: Path, place: float, caplog: pytest.LogCaptureFixture
) -> None:
    house = House(tmp_path)
    start(house)
    house.build()
    path = house.warehouse().path
    house.makers["c"].commit()
    house.fetch()
    with path.open("r+b") as file:
        file.seek(int(path.stat().st_size * place))
        file.write(os.urandom(2_000_000))
    with caplog.at_level(logging.WARNING, logger="ecotone"):
        found = contents(house.build())
    assert sum("is damaged" in each.getMessage() for each in caplog.records) <= 1
    fresh = house.warehouse("fresh.duckdb")
    fresh.build_all()
    publish(fresh, tmp_path / "fresh-ecotone.duckdb")
    assert found == contents(tmp_path / "fresh-ecotone.duckdb")


@pytest.mark.slow
def test_damage_that_shows_when_it_is_published_is_made_good(tmp_path: Path) -> None:
    house = House(tmp_path)
    start(house)
    before = contents(house.build())
    warehouse = house.warehouse()
    with warehouse.path.open("r+b") as file:
        file.seek(warehouse.path.stat().st_size // 3)
        file.write(os.urandom(2_000_000))
    house.settings.published.unlink()
    assert publish(warehouse)
    assert contents(house.settings.published) == before
