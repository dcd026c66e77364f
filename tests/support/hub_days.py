"""A Hub that changes from day to day, and an installation that reads it: for tests of what is told of its models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from pipelines.catalogue import Catalogue
from pipelines.ingestion.fetching import Ingestion
from pipelines.ingestion.outcomes import Outcome
from pipelines.lake import Lake
from pipelines.sandbox.huggingface.models import HubModels
from pipelines.sandbox.huggingface.server import HubServer
from pipelines.settings import Settings
from pipelines.sources import discover
from pipelines.sources.huggingface.models import SOURCE
from pipelines.warehouse import Warehouse

FIRST = datetime(2026, 8, 3, 12, tzinfo=UTC)
CATALOGUE = Catalogue.parse(
    """
[[ecosystem]]
id = "one"
label = "One"
[[project]]
label = "A"
ecosystem = "one"
region = "us"
layer = "model"
huggingface = ["lab"]
""",
)
Told = tuple[str, int, int | None, bool]
"""Name, days since the first, downloads, whether it is gone."""


def model(name: str, downloads: int = 1, *bases: str, **fields: Any) -> dict[str, Any]:
    return {
        "_id": f"id-{name}",
        "id": name,
        "author": name.partition("/")[0],
        "createdAt": "2026-01-01T00:00:00.000Z",
        "downloads": downloads,
        "tags": [f"base_model:finetune:{base}" for base in bases],
        **fields,
    }


@dataclass
class House:
    """A Hub that changes from day to day, and an installation that reads it."""

    home: Path
    hub: HubServer

    def settings(self, now: datetime) -> Settings:
        return Settings(home=self.home, catalogue=self.home, hf_endpoint=self.hub.endpoint, fixed_now=now)

    def run(self, rows: Sequence[dict[str, Any]], now: datetime, **options: Any) -> Outcome:
        """One fetch of the Hub with these models."""
        self.hub.models = HubModels(rows, **options)
        settings = self.settings(now)
        with Lake(settings.lake) as lake:
            ((outcome,),) = [
                one.outcomes for one in Ingestion(SOURCE, CATALOGUE, settings, lake).run(CATALOGUE.projects)
            ]
        return outcome

    def told(self, until: datetime | None = None, name: str = "warehouse.duckdb") -> list[Told]:
        """All of staging.model_snapshot, from an incremental build; with another name, from a new one."""
        return self.rows(
            "SELECT name, day - DATE '2026-08-03', downloads, gone FROM staging.model_snapshot "
            "JOIN staging.model USING (model_id) ORDER BY ALL",
            until=until,
            name=name,
        )

    def rows(self, query: str, until: datetime | None = None, name: str = "warehouse.duckdb") -> list[Any]:
        """What is built of the Hub's models and listings, asked."""
        path = self.home / name
        warehouse = Warehouse(self.settings(FIRST), CATALOGUE, discover(), path=path, until=until)
        with warehouse.open() as connection:
            needed = {"staging.model", "staging.model_snapshot", "ops.hub_listing"}
            for table in reversed(warehouse.entities):
                needed |= warehouse.entities[table].reads if table in needed else set()
            for table in (each for each in warehouse.entities if each in needed):
                warehouse.build(table)
            return connection.execute(query).fetchall()

    def stored(self) -> list[dict[str, Any]]:
        """The rows of the newest batch."""
        with Lake(self.settings(FIRST).lake) as lake:
            entry = lake.manifest.entries()[-1]
            rows: list[dict[str, Any]] = pq.read_table(lake.root / entry.path).to_pylist()
        return rows


def days(number: float) -> datetime:
    return FIRST + timedelta(days=number)


FAMILY = [model("lab/A", 10), model("lab/B", 20), model("lab/C", 30), model("heron/D", 40, "lab/A")]
