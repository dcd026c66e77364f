"""A chart as a page shows it: its specification, and the words around it, which hold without any script.

`Publication` and `series` → `Figure` → templates/_figure.html.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dashboards import charts, theme
from dashboards.model import SOURCES, Chart, Format, Stream
from dashboards.publication import Entity, Publication
from dashboards.series import Line
from dashboards.text import month_text, value_text

UNFINISHED = "incomplete month"  # the flag of a month that had not ended when it was last observed
SMALL_N = 5


@dataclass(frozen=True)
class Row:
    """A row of the table that stands in for the chart: the latest known value, as text."""

    month: str
    name: str
    value: str
    interval: str
    n: str
    remark: str


@dataclass(frozen=True)
class Figure:
    """What _figure.html needs."""

    chart: Chart
    available: bool
    source: str
    definition_title: str
    as_of: str
    observed: str | None
    sizes: str
    marks: str
    latest: list[Row]
    spec: dict[str, Any]


def figure(publication: Publication, chart: Chart, found: list[Line], shown: list[Entity]) -> Figure:
    """A chart with its words.

    Args:
        publication: the published file.
        chart: what is drawn.
        found: the chart's lines at the grain shown first.
        shown: the entities shown first.
    """
    definition = publication.definitions.get(chart.metric)
    ids = [entity.entity_id for entity in shown[: 1 if chart.split else None]]
    drawn = [line for line in found if line.entity_id in ids]
    drawn.sort(key=lambda line: (ids.index(line.entity_id), line.series))
    return Figure(
        chart=chart,
        available=publication.has(chart.metric),
        source=SOURCES[chart.stream],
        definition_title=definition.title if definition else chart.metric,
        as_of=publication.facts.as_of,
        observed=observed_until(publication, chart.stream),
        sizes=_sizes(drawn, chart),
        marks=_marks(drawn, chart),
        latest=_latest(chart, drawn, shown),
        spec=charts.over_time(chart.format),
    )


def observed_until(publication: Publication, stream: Stream) -> str | None:
    """The latest day on which anything of the stream was observed, ISO; None if nothing was."""
    days = [c.newest for c in publication.coverage if (c.source, c.stream) == stream and c.newest]
    return max(days, default=None)


def shown_first(entities: list[Entity], kind: str) -> list[Entity]:
    """The entities drawn before the reader chooses: the most broadly measured of the grain, eight at most."""
    return [entity for entity in entities if entity.kind == kind][: theme.SERIES_AT_ONCE]


def why_unknown(publication: Publication, entity_id: str, stream: Stream) -> str:
    """Why an entity has no row at all of a metric that reads the stream."""
    subjects, observed = publication.subjects.get(entity_id, {}).get(stream, (0, 0))
    if not subjects:
        return "nothing of it is catalogued for this source"
    if not observed:
        return "never observed"
    return "nothing of this kind was observed"


def _latest(chart: Chart, drawn: list[Line], shown: list[Entity]) -> list[Row]:
    names = {entity.entity_id: entity.label for entity in shown}
    rows = []
    for line in drawn:
        columns = line.columns
        known = [index for index, value in enumerate(columns["value"]) if value is not None]
        index = known[-1] if known else len(line.periods) - 1
        low, high = columns["low"][index], columns["high"][index]
        rows.append(
            Row(
                month=month_text(line.periods[index]),
                name=line.series.removeprefix(chart.split) if chart.split else names[line.entity_id],
                value=value_text(columns["value"][index], chart.format),
                interval=interval_text(low, high, chart.format),
                n="" if columns["n"][index] is None else f"{columns['n'][index]:,}",
                remark=columns["reason"][index] or columns["flag"][index] or "",
            )
        )
    return rows


def interval_text(low: float | None, high: float | None, form: Format) -> str:
    """`12 to 18`; an open end is `unbounded`; nothing where there is no interval."""
    if low is None and high is None:
        return ""
    ends = ["unbounded" if end is None else value_text(end, form) for end in (low, high)]
    return f"{ends[0].removesuffix(' %')} to {ends[1]}" if ends[1].endswith(" %") else f"{ends[0]} to {ends[1]}"


def _sizes(drawn: list[Line], chart: Chart) -> str:
    """`12 to 1,203 commits a point`, over the points that are drawn."""
    sizes = [
        n
        for line in drawn
        for n, value in zip(line.columns["n"], line.columns["value"], strict=True)
        if n is not None and value is not None
    ]
    if not sizes:
        return "unknown"
    ends = f"{min(sizes):,}" if min(sizes) == max(sizes) else f"{min(sizes):,} to {max(sizes):,}"
    return f"{ends} {chart.counts} a point"


def _marks(drawn: list[Line], chart: Chart) -> str:
    """What bands and hollow points mean, where there are any."""
    marks = []
    if any(high is not None for line in drawn for high in line.columns["high"]):
        marks.append("Band: 95 % interval.")
    if any(not complete for line in drawn for complete in line.columns["complete"]) or any(
        n is not None and n < SMALL_N for line in drawn for n in line.columns["n"]
    ):
        marks.append(f"Hollow: month not whole, or fewer than {SMALL_N} {chart.counts}.")
    return " ".join(marks)
