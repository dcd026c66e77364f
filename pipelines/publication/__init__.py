"""Publication: from the working file to what people open, and the proof of what it was made from.

What belongs here: the published DuckDB file, the export beside it, its record (batches, fingerprints), and which values
changed since the one before.
What does not: building tables (`pipelines.warehouse`), drawing pages (`dashboards`).
Data passes from warehouse.duckdb to ecotone.duckdb, export/ and publications/.
"""
