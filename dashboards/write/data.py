"""Writes what the pages draw and offer: the charts' data as classic scripts, by grain, and the metrics as CSV.

`Publication`, `series`, `curves` → data/*.js, data/*.csv. They are the same for all languages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dashboards.chart import Chart, Curve, Measure
from dashboards.files import write_text
from dashboards.page import Page
from dashboards.parts import profiles
from dashboards.read import curves, series
from dashboards.read.publication import Publication, identifier

COVERAGE = "coverage"  # the name of the file that holds ops.coverage


@dataclass(frozen=True)
class Drawn:
    """What a page draws: by the id of the chart and by grain."""

    lines: dict[str, dict[str, list[series.Line]]]
    curves: dict[str, dict[str, curves.Curves]]


def write(publication: Publication, out: Path, page: Page, kinds: list[str]) -> Drawn:
    """Writes the data that a page's charts draw, and returns it."""
    if page.measures:
        profiles.write(publication, out, page, kinds)
    of_curves = {
        curve.id: {kind: _write_curves(publication, out, curve, kind) for kind in kinds} for curve in page.curves
    }
    of_charts = {}
    for chart in page.charts:
        of_charts[chart.id] = {kind: series.lines(publication, chart, kind) for kind in kinds}
        for kind, found in of_charts[chart.id].items():
            _write_lines(publication, out, chart, kind, found)
    return Drawn(of_charts, of_curves)


def _write_lines(publication: Publication, out: Path, chart: Chart, kind: str, found: list[series.Line]) -> None:
    """Writes data/<chart>.<grain>.js; of a chart of one entity, data/<chart>.<grain>.<its name>.js, as one is drawn."""
    names = sorted({line.series for line in found})
    parts = {f"{chart.id}.{kind}": found}
    if chart.of_one:
        of_kind = [entity.entity_id for entity in publication.entities if entity.kind == kind]
        parts = {f"{chart.id}.{e.replace(':', '.')}": [line for line in found if line.entity_id == e] for e in of_kind}
    for name, lines in parts.items():
        write_text(out / "data" / f"{name}.js", series.script(name, series.packed(lines, names, chart.months)))


def _write_curves(publication: Publication, out: Path, curve: Curve, kind: str) -> curves.Curves:
    """Writes data/<curve>.<grain>.js, and one with its month in the name for each other month that is offered."""
    offered = curves.periods(publication, curve, kind)
    first = offered[0] if offered else None
    for period in offered[1:]:
        name = f"{curve.id}.{kind}.{period:%Y-%m}"
        found = curves.packed(curves.curves(publication, curve, kind, offered, period))
        write_text(out / "data" / f"{name}.js", series.script(name, found))
    name = f"{curve.id}.{kind}"
    shown = curves.curves(publication, curve, kind, offered, first)
    write_text(out / "data" / f"{name}.js", series.script(name, curves.packed(shown)))
    return shown


def owned(publication: Publication, page: Page, pages: Sequence[Page]) -> list[str]:
    """The metrics whose tables are written with a page, each with one: the first that draws it over time.

    Those that none draws come with the page of all metrics, and so does the coverage.
    """
    owner = {metric: other.slug for other in reversed(pages) for metric in other.also}
    for other in reversed(pages):
        owner |= {drawn.metric: other.slug for drawn in other.drawn if not isinstance(drawn, Measure)}
    mine = [metric for metric, slug in owner.items() if slug == page.slug]
    if not page.all_metrics:
        return mine
    return [*(metric for metric in publication.definitions if metric not in owner), *mine, COVERAGE]


def tables(publication: Publication, out: Path, owned: list[str]) -> dict[Path, str]:
    """The CSV and Parquet files that come with a page (see `owned`), each with the query for its rows."""
    folder = out / "data"
    queries: dict[Path, str] = {}
    for name in owned:
        if publication.has(name):
            rows = _all_rows(publication, name)
            queries |= {folder / f"{name}.csv": rows, folder / f"{name}.parquet": rows}
    if COVERAGE in owned and "ops.coverage" in publication.tables:
        queries[folder / "coverage.csv"] = "SELECT * FROM ops.coverage ORDER BY ALL"
    return queries


def _all_rows(publication: Publication, metric: str) -> str:
    """The query for the rows of a metric; of curves, which have many a month, those of the months that are offered."""
    table = f"metrics.{identifier(metric)}"
    columns = publication.columns("metrics", metric)
    if not {"entity_id", "period", "series"} <= set(columns):
        return f"SELECT * FROM {table} ORDER BY ALL"
    if "hours" not in columns:
        return f"SELECT * FROM {table} ORDER BY entity_id, series, period"
    recent = f"SELECT DISTINCT period FROM {table} WHERE value IS NOT NULL ORDER BY period DESC"
    return (
        f"SELECT * FROM {table} WHERE value IS NOT NULL AND period IN ({recent} LIMIT {curves.PERIODS_OFFERED}) "
        "ORDER BY entity_id, period, event, hours"
    )
