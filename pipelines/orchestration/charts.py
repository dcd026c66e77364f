"""The small chart of a metric in the Dagster UI: its ecosystems over time, as a PNG in markdown."""

from __future__ import annotations

import base64

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


def markdown_chart(warehouse: Warehouse, table: str) -> str | None:
    """An image of the ecosystems with the longest series, or None where there is nothing to draw."""
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
    png = vl_convert.vegalite_to_png(chart.to_json(validate=False), scale=1)
    return f"![{table}](data:image/png;base64,{base64.b64encode(png).decode()})"
