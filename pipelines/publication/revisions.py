"""Revisions: the values that a publication changed: the old one, the new one and why. From two files to Parquet."""

from __future__ import annotations

from pathlib import Path

import duckdb

from dashboards.files import replacing
from pipelines.warehouse.sql import quoted

COLUMNS = {
    "metric": "The metric: metrics.definition.",
    "entity_id": "What it was measured of.",
    "period": "First day of the month, quarter or week.",
    "series": "Of the metric's series.",
    "old_value": "As published before; NULL = unknown then, see old_reason.",
    "new_value": "As published now; NULL = unknown now, see new_reason.",
    "old_reason": "Why it was unknown.",
    "new_reason": "Why it is unknown; `no longer there` where the row is gone.",
    "why": "What differs between the two: late data, period not over, new code, new catalogue; all that apply.",
    "old_publication": "Id of the publication before.",
}
# Nobody can say which of several causes it was: all that apply are named. A period that was not over had to change.
CHANGED = """
    COPY (
        WITH made AS (
            SELECT
                old.publication_id AS old_publication,
                old.code <> new.code AS new_code,
                old.catalogue_sha256 <> new.catalogue_sha256 AS new_catalogue,
                (SELECT list(batch ORDER BY batch) FROM old.ops.batch) IS DISTINCT FROM
                (SELECT list(batch ORDER BY batch) FROM new.ops.batch) AS new_data
            FROM old.ops.publication AS old, new.ops.publication AS new
        )
        SELECT
            old.metric,
            old.entity_id,
            old.period,
            old.series,
            old.value AS old_value,
            new.value AS new_value,
            old.reason AS old_reason,
            CASE WHEN new.metric IS NULL THEN 'no longer there' ELSE new.reason END AS new_reason,
            concat_ws(
                ', ',
                CASE WHEN made.new_data THEN CASE WHEN old.complete THEN 'late data' ELSE 'period not over' END END,
                CASE WHEN made.new_code THEN 'new code' END,
                CASE WHEN made.new_catalogue THEN 'new catalogue' END
            ) AS why,
            made.old_publication
        FROM old.metrics.value AS old
        CROSS JOIN made
        LEFT JOIN new.metrics.value AS new
            ON new.metric = old.metric AND new.entity_id = old.entity_id AND new.period = old.period
            AND new.series = old.series
        WHERE new.value IS DISTINCT FROM old.value OR new.metric IS NULL
        ORDER BY ALL
    ) TO {target} (FORMAT parquet, COMPRESSION zstd)
"""
NONE = ", ".join(
    f"NULL::{ {'period': 'DATE', 'old_value': 'DOUBLE', 'new_value': 'DOUBLE'}.get(name, 'VARCHAR') } AS {name}"
    for name in COLUMNS
)


def write(former: Path, present: Path, target: Path) -> int:
    """Compare two published files and write what changed; returns how many values did.

    A former file that is not there, is damaged or has other columns is no former one: nothing has changed then.
    """
    with replacing(target) as part, duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        try:
            if former.exists():
                for path, name in ((former, "old"), (present, "new")):
                    connection.execute(f"ATTACH {quoted(str(path))} AS {name} (READ_ONLY)")
                connection.execute(CHANGED.format(target=quoted(str(part))))
        except duckdb.Error:
            part.unlink(missing_ok=True)
        if not part.exists():
            connection.execute(f"COPY (SELECT {NONE} WHERE FALSE) TO {quoted(str(part))} (FORMAT parquet)")
        row = connection.execute(f"SELECT count(*) FROM read_parquet({quoted(str(part))})").fetchone()
        return int(row[0]) if row else 0
