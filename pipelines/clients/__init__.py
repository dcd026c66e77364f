"""Clients: one file = one protocol; paging, budgets, retries. They know neither Dagster nor DuckDB."""

import stamina.instrumentation

# A retry is told by the progress, and what fails in the end by its error. Left to itself, stamina prints each retry to
# standard output where structlog happens to be installed.
stamina.instrumentation.set_on_retry_hooks(())
