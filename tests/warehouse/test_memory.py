"""A build takes little memory, and more only where little does not do."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from pipelines.catalogue import Catalogue
from pipelines.errors import WarehouseError
from pipelines.settings import Settings
from pipelines.sources import discover
from pipelines.warehouse import Warehouse
from pipelines.warehouse import building as module
from pipelines.warehouse.building import MEMORY_LIMITS
from pipelines.warehouse.sql import scalar

CATALOGUE = """
[[ecosystem]]
id = "one"
label = "One"
[[project]]
label = "A"
ecosystem = "one"
region = "us"
layer = "model"
repositories = ["o/a"]
"""


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(Settings(tmp_path, tmp_path / "ecosystems.toml"), Catalogue.parse(CATALOGUE), discover())


def needing(warehouse: Warehouse, limit: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let a build need that much; returns the limits under which it was tried."""
    tried: list[str] = []
    make = warehouse.building._make

    def made(connection: duckdb.DuckDBPyConnection, table: str) -> None:
        make(connection, table)
        tried.append(str(scalar(connection, "SELECT current_setting('memory_limit')")))
        if len(tried) <= MEMORY_LIMITS.index(limit):
            raise duckdb.OutOfMemoryException("could not allocate")

    monkeypatch.setattr(warehouse.building, "_make", made)
    return tried


def test_what_does_not_fit_is_tried_again_with_more(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = needing(warehouse, "1GB", monkeypatch)
    assert warehouse.build("catalogue.entity").rows == 5
    assert tried == ["244.1 MiB", "953.6 MiB"]
    with warehouse.open() as connection:
        assert scalar(connection, "SELECT count(*) FROM build.made") == 1


def test_what_fits_nowhere_is_an_error_that_names_the_table(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MEMORY_LIMITS", ("256MB",))
    needing(warehouse, "1GB", monkeypatch)
    with pytest.raises(WarehouseError, match=r"catalogue\.entity could not be built"):
        warehouse.build("catalogue.entity")


def test_what_is_written_to_disk_meanwhile_goes_with_the_working_file(warehouse: Warehouse) -> None:
    spilt = Path(f"{warehouse.path}.tmp")
    spilt.mkdir(parents=True)
    warehouse.discard()
    assert not spilt.exists()
