"""The small chart of a metric, which the Dagster UI links: its ecosystems over time, as a PNG in the home."""

from __future__ import annotations

import os
from pathlib import Path

import altair as alt
import vl_convert

from pipelines.warehouse import Warehouse

MOST_LINES = 8
QUERY = """
    SELECT entity.label, value.period::VARCHAR AS period, value.value
    FROM {table} AS value
    INNER JOIN catalogue.entity AS entity USING (entity_id)
    WHERE entity.kind = 'ecosystem' AND value.series = '' AND value.value IS NOT NULL
      AND value.entity_id IN (
        SELECT entity_id FROM {table} WHERE series = '' AND value IS NOT NULL AND entity_id LIKE 'ecosystem:%'
        GROUP BY entity_id ORDER BY count(*) DESC, entity_id LIMIT {lines}
      )
    ORDER BY entity.label, value.period
"""


def chart_file(warehouse: Warehouse, table: str, *, changed: bool) -> Path | None:
    """The chart of the ecosystems with the longest series; None where there is nothing to draw.

    It is drawn when the table has changed, or when it is not there; a file that would be the same is left alone.
    """
    path = warehouse.settings.home / "charts" / f"{table.partition('.')[2]}.png"
    if not changed and path.exists():
        return path
    picture = _png(warehouse, table)
    if picture is None:
        path.unlink(missing_ok=True)
        return None
    if not path.exists() or path.read_bytes() != picture:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}-{os.getpid()}")
        temporary.write_bytes(picture)
        temporary.replace(path)
    return path


def _png(warehouse: Warehouse, table: str) -> bytes | None:
    with warehouse.open() as connection:
        rows = connection.execute(QUERY.format(table=table, lines=MOST_LINES)).fetchall()
    if not rows:
        return None
    values = [{"label": label, "period": period, "value": value} for label, period, value in rows]
    chart = (
        alt.Chart(alt.InlineData(values=values))
        .mark_line(point=True)
        .encode(
            x=alt.X("period:T", title=None),
            y=alt.Y("value:Q", title=table),
            color=alt.Color("label:N", title=None, sort=None),
        )
        .properties(width=420, height=160)
    )
    return bytes(vl_convert.vegalite_to_png(chart.to_json(validate=False), scale=1))
