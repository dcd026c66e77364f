"""Clients: one file = one protocol; paging, budgets, retries. They know neither Dagster nor DuckDB."""
