"""A chart as a page shows it: its specification, and the words around it, which hold without any script.

`Publication`, `series` and `curves` → `Figure` → templates/_figure.html.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dashboards.chart import Chart, Curve, Scale
from dashboards.draw import theme
from dashboards.read import coverage
from dashboards.read.curves import Curves, Point, time_text
from dashboards.read.publication import Entity, Publication
from dashboards.read.series import Line
from dashboards.streams import about
from dashboards.texts import t, translated_remark
from dashboards.texts.values import interval_text, month_text, value_or_reason, value_text

UNFINISHED = "incomplete month"  # the flag of a month that had not ended when it was last observed
SMALL_N = 5
TRANSLATED = ("region", "layer")
READ_WITHOUT_SCRIPTS = {1, 24, 7 * 24, 30 * 24}  # hours of a curve that stand in the page itself
FOLLOWED = "followed for"  # begins the flag of a month that was followed for a short time only


@dataclass(frozen=True)
class Row:
    """A row of the table that stands in for the chart: the latest known value, as text; or a point of a curve."""

    when: str
    name: str
    value: str
    interval: str
    n: str
    remark: str


@dataclass(frozen=True)
class Figure:
    """What _figure.html needs.

    Attributes:
        chart: what is drawn.
        missing: what stands there where nothing can be drawn, and why; None: a chart.
        source, definition_title, as_of, observed, known_from, sizes, marks: its words.
        columns: what the table's first and fifth column hold.
        latest: rows of the table.
        spec: name of the drawing: in `charts.SPECIFICATIONS`.
        kind: `lines` over time or `curves`.
        picks: the reader chooses `entity`, or `period`; or nothing.
        opens: the scale at first; None: there is no choice.
        month: the period of a curve.
    """

    chart: Chart | Curve
    missing: str | None
    source: str
    definition_title: str
    as_of: str
    observed: str | None
    known_from: str | None
    sizes: str
    marks: str
    columns: tuple[str, str]
    latest: list[Row]
    spec: str
    kind: str = "lines"
    picks: str = ""
    opens: Scale | None = None
    month: str = ""


def figure(publication: Publication, chart: Chart, found: list[Line], shown: list[Entity], values: int) -> Figure:
    """A chart over time with its words.

    Args:
        publication: the published file.
        chart: what is drawn.
        found: the chart's lines at the grain shown first.
        shown: the entities shown first.
        values: how many known values there are at all grains.
    """
    ids = [entity.entity_id for entity in shown[: 1 if chart.of_one else None]]
    order = [part.name for part in chart.parts] or sorted({line.series for line in found})
    drawn = [line for line in found if line.entity_id in ids]
    drawn.sort(key=lambda line: (ids.index(line.entity_id), order.index(line.series)))
    return Figure(
        chart=chart,
        missing=coverage.nothing(publication, chart.metric, chart.stream, values),
        **_words(publication, chart),
        sizes=_sizes([_points(line) for line in drawn], t(chart.counts), "{n} {counts} a point"),
        marks=_marks(drawn, chart),
        columns=(t("Month") if chart.months == 1 else t("Quarter"), t("n")),
        latest=_latest(chart, drawn, shown),
        spec="over_time",
        picks="entity" if chart.of_one else "",
        opens=chart.opens if chart.log else None,
    )


def curve_figure(publication: Publication, curve: Curve, found: Curves, shown: list[Entity], values: int) -> Figure:
    """Curves with their words; `found` are those at the grain shown first."""
    names = {entity.entity_id: label(entity) for entity in shown}
    drawn = sorted((c for c in found.lines if c.entity_id in names), key=lambda c: list(names).index(c.entity_id))
    points = [point for line in drawn for point in line.points if point.share is not None]
    small = any(not point.complete or (point.n is not None and point.n < SMALL_N) for point in points)
    hours = sorted({point.hours for point in points} & READ_WITHOUT_SCRIPTS)
    return Figure(
        chart=curve,
        missing=coverage.nothing(publication, curve.metric, curve.stream, values),
        **_words(publication, curve),
        sizes=_sizes([[point.n for point in points if point.n is not None]], t(curve.counts), "{n} {counts} a curve"),
        marks=t("Band: 95 % interval at each time.")
        + (" " + t("Hollow: month not whole, or fewer than 5.") if small else ""),
        columns=(t("After"), t("Waiting")),
        latest=[
            _read(point, names[line.entity_id])
            for each in hours
            for line in drawn
            for point in line.points
            if point.hours == each
        ],
        spec="curves",
        kind="curves",
        picks="period",
        month=month_text(found.period),
    )


def _read(point: Point, name: str) -> Row:
    return Row(
        when=time_text(point.hours),
        name=name,
        value=value_text(point.share, "share"),
        interval=interval_text(point.low, point.high, "share"),
        n="" if point.at_risk is None else f"{point.at_risk:,}",
        remark=translated_remark(point.reason or point.flag or ""),
    )


def _words(publication: Publication, chart: Chart | Curve) -> dict[str, Any]:
    definition = publication.definitions.get(chart.metric)
    read = [stream for stream in chart.also if coverage.observed_until(publication, stream)]
    facts = [t(about(stream).facts) for stream in (chart.stream, *read)]
    return {
        "source": "; ".join(facts),
        "definition_title": t(definition.title) if definition else "",
        "as_of": publication.facts.as_of,
        "observed": coverage.observed_until(publication, chart.stream),
        "known_from": coverage.known_from(publication, chart.stream),
    }


def label(entity: Entity) -> str:
    """An entity's name; regions and layers, which are words, in the language that is spoken."""
    return t(entity.label) if entity.kind in TRANSLATED else entity.label


def shown_first(entities: list[Entity], kind: str) -> list[Entity]:
    """The entities drawn before the reader chooses: the most broadly measured of the grain, eight at most."""
    return [entity for entity in entities if entity.kind == kind][: theme.SERIES_AT_ONCE]


def _latest(chart: Chart, drawn: list[Line], shown: list[Entity]) -> list[Row]:
    names = {entity.entity_id: label(entity) for entity in shown}
    rows = []
    for line in drawn:
        columns = line.columns
        known = [index for index, value in enumerate(columns["value"]) if value is not None]
        index = known[-1] if known else len(line.periods) - 1
        low, high = columns["low"][index], columns["high"][index]
        rows.append(
            Row(
                when=month_text(line.periods[index], chart.months),
                name=translated_remark(t(line.series.removeprefix(chart.split)))
                if chart.of_one
                else names[line.entity_id],
                value=value_or_reason(columns["value"][index], chart.format, columns["reason"][index]),
                interval=interval_text(low, high, chart.format),
                n="" if columns["n"][index] is None else f"{columns['n'][index]:,}",
                remark=translated_remark(columns["reason"][index] or columns["flag"][index] or ""),
            )
        )
    return rows


def _points(line: Line) -> list[int]:
    """Sample sizes of the points that are drawn."""
    columns = line.columns
    return [n for n, value in zip(columns["n"], columns["value"], strict=True) if n is not None and value is not None]


def _sizes(drawn: list[list[int]], counts: str, sentence: str) -> str:
    """`12 to 1,203 commits a point`."""
    sizes = [n for line in drawn for n in line]
    if not sizes:
        return t("unknown")
    low, high = f"{min(sizes):,}", f"{max(sizes):,}"
    return t(sentence, n=low if low == high else t("{low} to {high}", low=low, high=high), counts=counts)


def _marks(drawn: list[Line], chart: Chart) -> str:
    """What bands and hollow points mean, where there are any."""
    marks = []
    if any(high is not None for line in drawn for high in line.columns["high"]):
        marks.append(t("Band: 95 % interval."))
    if any(not complete for line in drawn for complete in line.columns["complete"]) or any(
        n is not None and n < SMALL_N for line in drawn for n in line.columns["n"]
    ):
        marks.append(t("Hollow: month not whole, or fewer than 5 {counts}.", counts=t(chart.counts)))
    if any(FOLLOWED in (flag or "") for line in drawn for flag in line.columns["flag"]):
        marks.append(t("Hollow too: not followed for long yet."))
    return " ".join(marks)
