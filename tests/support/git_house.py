"""An installation over three small git repositories, to be built, killed and built again."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
from gitmaker import Maker

from pipelines.catalogue import Catalogue
from pipelines.ingestion.fetching import Ingestion
from pipelines.lake import Lake
from pipelines.publication.publishing import publish
from pipelines.settings import Settings
from pipelines.sources import Source, discover
from pipelines.warehouse import Warehouse

NOW = datetime(2026, 8, 22, 12, tzinfo=UTC)
DAY = 86_400
CATALOGUE = """
[[ecosystem]]
id = "one"
label = "One"
[[ecosystem]]
id = "two"
label = "Two"
[[project]]
label = "A"
ecosystem = "one"
region = "us"
layer = "model"
repositories = ["o/a", "o/b"]
[[project]]
label = "C"
ecosystem = "two"
region = "eu"
layer = "agent"
repositories = ["o/c"]
"""
TABLES = """
    SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE NOT internal AND schema_name <> 'build'
    UNION ALL
    SELECT schema_name || '.' || view_name FROM duckdb_views() WHERE NOT internal AND schema_name <> 'build'
    ORDER BY 1
"""


@dataclasses.dataclass
class House:
    """An installation over three git repositories."""

    folder: Path
    now: datetime = NOW

    def __post_init__(self) -> None:
        self.makers = {name: Maker(self.folder / f"o+{name}.git") for name in "abc"}
        self.catalogue = Catalogue.parse(CATALOGUE)

    @property
    def settings(self) -> Settings:
        return Settings(
            home=self.folder / "home",
            catalogue=self.folder / "none",
            git_url=f"file://{self.folder}/{{owner}}+{{name}}.git",
            packages_url="off",
            fixed_now=self.now,
        )

    @property
    def sources(self) -> Mapping[str, Source]:
        return {name: source for name, source in discover().items() if name != "huggingface_models"}

    def fetch(self) -> None:
        with Lake(self.settings.lake) as lake:
            list(Ingestion(discover()["git_commits"], self.catalogue, self.settings, lake).run(self.catalogue.projects))

    def warehouse(self, name: str = "warehouse.duckdb", **changes: Any) -> Warehouse:
        return Warehouse(self.settings, self.catalogue, discover(), path=self.settings.home / name, **changes)

    def build(self, **changes: Any) -> Path:
        warehouse = self.warehouse(**changes)
        warehouse.build_all()
        publish(warehouse)
        return self.settings.published


def contents(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table and view of a file, in its own order."""
    with duckdb.connect(str(path), read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        names = [name for (name,) in connection.execute(TABLES).fetchall()]
        return {name: sorted(connection.execute(f"FROM {name}").fetchall(), key=repr) for name in names}


def start(house: House) -> None:
    base = int(NOW.timestamp()) - 400 * DAY
    for number in range(12):
        house.makers["a"].commit(email=f"{number % 3}@example.org", at=base + number * 30 * DAY)
    house.makers["b"].commit(email="1@example.org", at=base + 100 * DAY)
    house.fetch()
