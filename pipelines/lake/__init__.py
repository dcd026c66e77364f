"""The lake: what was fetched, for good. Append-only Parquet batches and one manifest line for each.

What belongs here: writing a batch so that a crash leaves it whole or not at all, joining small files, reading batches
back, checksums.
What does not: what the rows mean (`pipelines.staging`), when a batch is due (`pipelines.ingestion`).
Data passes from ingestion (`batches`, `manifest`, `row_groups`) to staging, and back to sources that read other
streams (`reading`).
"""

from __future__ import annotations

from pipelines.lake.batches import Lake
from pipelines.lake.manifest import Entry

__all__ = ["Entry", "Lake"]
