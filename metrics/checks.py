"""Checks that hold for every metric table: each is one property and one SELECT that returns the offending rows.

Used by the warehouse after a build and by the tests; a metric adds its own in `[checks]` of its front matter.
"""

from __future__ import annotations

from collections.abc import Mapping

GENERIC_CHECKS: Mapping[str, str] = {
    "one row per entity, period and series": """
        SELECT entity_id, period, series, count(*) AS copies
        FROM metrics.{metric}
        GROUP BY entity_id, period, series
        HAVING count(*) > 1 OR entity_id IS NULL OR period IS NULL OR series IS NULL""",
    "every entity is catalogued": """
        SELECT DISTINCT m.entity_id
        FROM metrics.{metric} AS m
        LEFT JOIN catalogue.entity AS e ON e.entity_id = m.entity_id
        WHERE e.entity_id IS NULL""",
    "the interval holds the value": """
        SELECT entity_id, period, series, value, low, high
        FROM metrics.{metric}
        WHERE
            low > value OR high < value OR (value IS NULL AND high IS NOT NULL)
            OR (value IS NULL AND low IS NOT NULL AND reason <> 'not reached')""",
    "unknown has a reason, known has none": """
        SELECT entity_id, period, series, value, reason
        FROM metrics.{metric}
        WHERE (value IS NULL) <> (reason IS NOT NULL AND reason <> '')""",
    "values are finite": """
        SELECT entity_id, period, series, value, low, high
        FROM metrics.{metric}
        WHERE NOT isfinite(value) OR NOT isfinite(low) OR NOT isfinite(high)""",
    "a period is the first day of a month or of a week": """
        SELECT entity_id, period
        FROM metrics.{metric}
        WHERE date_trunc('month', period) <> period AND date_trunc('week', period) <> period""",
    "a small sample is flagged": """
        SELECT entity_id, period, series, value, n, flag
        FROM metrics.{metric}
        WHERE (value IS NOT NULL AND coalesce(n, 5) < 5) <> (coalesce(flag, '') LIKE '%n<5%')""",
    "complete is told": """
        SELECT entity_id, period, series
        FROM metrics.{metric}
        WHERE complete IS NULL""",
}
"""Name → SELECT with `{metric}` for the table's name; a row that comes back offends."""
