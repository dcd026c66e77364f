"""The warehouse: the pipeline's own working file, built by SQL from the lake. It can be deleted at any time.

    provenance     what a build is made from, and the id that it has by that
    planning       which tables are outdated, and which batches a fact has not merged
    building       makes one table in one transaction
    working_file   warehouse.duckdb: opened, locked, laid out, thrown away if it is damaged
    warehouse      these four put together: what the other rooms call

What belongs here: what a build is made from, which tables must be made again, making them, the working file itself.
What does not: the SQL (`pipelines.staging`, `metrics`), and what people open (`pipelines.publication`).
Data passes from batches of the lake, by the SQL of staging and metrics, to tables of warehouse.duckdb.
"""

from __future__ import annotations

from pipelines.warehouse.planning import VERDICTS
from pipelines.warehouse.warehouse import Built, Warehouse

__all__ = ["VERDICTS", "Built", "Warehouse"]
