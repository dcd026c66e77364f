"""From the catalogue to the published DuckDB file: sources, lake, staging, warehouse and their orchestration."""
