"""One Hub-wide listing, from its file to staging. Arguments: home and file. Prints times, rows and peak memory."""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from _peak import peak_bytes  # type: ignore[import-not-found]  # this folder is the script's own

from pipelines.catalogue import Catalogue
from pipelines.ingestion.fetching import Ingestion
from pipelines.lake import Lake
from pipelines.settings import Settings
from pipelines.sources import discover
from pipelines.sources.huggingface.hub_listing import SOURCE
from pipelines.warehouse import Warehouse

CATALOGUE = """
[[ecosystem]]
id = "bench"
label = "Bench"
[[project]]
label = "Bench"
ecosystem = "bench"
region = "other"
layer = "model"
huggingface = ["maker-1"]
"""
TABLES = (
    "fact.hub_model",
    "fact.hub_organization",
    "staging.hub_total",
    "staging.hub_lineage",
    "staging.hub_derivative",
)


def main() -> None:
    """Measure and print."""
    home, listing = sys.argv[1:]
    now = datetime(2026, 8, 22, tzinfo=UTC)
    settings = Settings(home=Path(home), catalogue=Path(home), hub_listing=listing, fixed_now=now)
    catalogue = Catalogue.parse(CATALOGUE)
    start = time.perf_counter()
    with Lake(settings.lake) as lake:
        for outcome in Ingestion(SOURCE, catalogue, settings, lake).run(catalogue.projects):
            if outcome.failures:
                raise RuntimeError(str(outcome.failures))
    fetched = time.perf_counter() - start
    warehouse = Warehouse(settings, catalogue, discover())
    with warehouse.open() as connection:
        for name in TABLES:
            built = warehouse.build(name)
            print(f"{name}: {built.rows:,} rows, {built.seconds:.1f} s", file=sys.stderr)
        (models,) = connection.execute("SELECT sum(models) FROM staging.hub_total").fetchall()[0]
        (roots,) = connection.execute("SELECT count(DISTINCT root_id) FROM staging.hub_derivative").fetchall()[0]
    took = time.perf_counter() - start
    answer = {"seconds": took, "fetched_s": fetched, "built_s": took - fetched, "rows": int(models), "roots": roots}
    print(json.dumps(answer | {"peak_bytes": peak_bytes()}))


if __name__ == "__main__":
    main()
