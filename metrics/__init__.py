"""Metrics: the room between the warehouse and the dashboards. One .sql = one metric.

The way of the data: `contract.sql` says which tables a metric may read (the warehouse fills them), `macros/*.sql` hold
what several metrics share, `<room>/<metric>.sql` defines one metric: its front matter (TOML in `/*+++ … +++*/`) is the
definition that the site, the index and Dagster show, its SELECT is the number. `build()` writes the tables of the
schema `metrics`, and after them the verdicts on `claims/*.sql`. Nothing here knows where the data came from, or what
draws it.
"""

from metrics.build import build, comments, create_inputs, create_macros, create_statement, describe, tables
from metrics.checks import GENERIC_CHECKS
from metrics.claim_files import Claim, load_claims
from metrics.definitions import Metric, MetricError, load
from metrics.macro_files import macros, macros_called
from metrics.portable import portable
from metrics.verdicts import VERDICTS, build_verdicts

__all__ = [
    "GENERIC_CHECKS",
    "VERDICTS",
    "Claim",
    "Metric",
    "MetricError",
    "build",
    "build_verdicts",
    "comments",
    "create_inputs",
    "create_macros",
    "create_statement",
    "describe",
    "load",
    "load_claims",
    "macros",
    "macros_called",
    "portable",
    "tables",
]
