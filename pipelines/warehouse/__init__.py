"""The warehouse: the pipeline's own working file, built by SQL from the lake. It can be deleted at any time.

What belongs here: what a build is made from, which tables must be made again, making them, the working file itself.
What does not: the SQL (`pipelines.staging`, `metrics`), and what people open (`pipelines.publication`).
Data passes from batches of the lake, by the SQL of staging and metrics, to tables of warehouse.duckdb.
"""

from __future__ import annotations

from pipelines.warehouse.warehouse import VERDICTS, Built, Warehouse

__all__ = ["VERDICTS", "Built", "Warehouse"]
