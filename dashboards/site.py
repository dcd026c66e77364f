# ruff: noqa: A005 - `dashboards.site` is what it is; nothing here imports the interpreter's own `site`
"""Builds the static site: the last room. The published DuckDB file goes in, a folder that opens from disk comes out.

`build` makes the whole site; `build_shared` and `build_page` make its parts, each alone. The same file gives the same
bytes. Nothing on a page asks another host for anything, and no page runs a script that is not a file of the site.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jinja2
import vl_convert

from dashboards import charts, coverage, curves, figures, pages, profiles, series, text, theme
from dashboards.files import write_text
from dashboards.model import GRAINS, Chart, Curve, Measure, Page
from dashboards.publication import Publication, identifier, open_publication
from dashboards.streams import Stream, about

_HERE = Path(__file__).resolve().parent
SCRIPTS = (
    "theme.js",
    "format.js",
    "state.js",
    "durations.js",
    "chart.js",
    "curve.js",
    "inspect.js",
    "table.js",
    "compare.js",
    "main.js",
)


def build(database: Path, out: Path, *, pages: Sequence[str] | None = None) -> list[Path]:
    """Builds the site.

    Args:
        database: the published file; it is opened read-only.
        out: the site's folder; made if it is not there. Files of pages that no longer exist are left alone.
        pages: slugs of the pages to build; all if None.

    Returns:
        The pages that were written, in the order of the navigation.

    Raises:
        FileNotFoundError: there is no such database.
        LookupError: there is no such page, or the database is no publication.
    """
    known = _pages()
    slugs = list(known) if pages is None else list(pages)
    for slug in slugs:
        _page(slug)
    build_shared(out)
    with open_publication(database) as publication:
        return [_write_page(publication, out, known[slug]) for slug in slugs]


def build_page(database: Path, out: Path, slug: str) -> Path:
    """Builds one page with the data it draws; `build_shared` makes what it has in common with the others.

    Raises:
        FileNotFoundError: there is no such database.
        LookupError: there is no such page, or the database is no publication.
    """
    page = _page(slug)
    with open_publication(database) as publication:
        return _write_page(publication, out, page)


def build_shared(out: Path) -> list[Path]:
    """Writes out/assets: the Vega bundle, the site's scripts and style sheets. Needs no database."""
    written = [_write_bundle(out / "assets" / "vega.js")]
    written.append(write_text(out / "assets" / "theme.css", theme.style_sheet()))
    shared = {"config": theme.config(), "dashes": theme.DASHES, "axis": charts.AXIS_FORMATS}
    script = f'"use strict";\nvar ecotone = {text.to_json(shared)};\n'
    written.append(write_text(out / "assets" / "theme.js", script))
    sources = sorted((_HERE / "assets").iterdir())
    return written + [write_text(out / "assets" / s.name, s.read_text(encoding="utf-8")) for s in sources]


def _write_bundle(path: Path) -> Path:
    """Vega, Vega-Lite, Vega-Embed and Vega's expression interpreter; one that is there of the same version is kept."""
    mark = f"/* vl-convert-python {version('vl-convert-python')} */\n"
    if path.is_file():
        with path.open(encoding="utf-8") as there:
            if there.readline() == mark:
                return path
    return write_text(path, mark + _bundle())


@cache
def _bundle() -> str:
    return str(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;"))  # takes a second or two


@cache
def _pages() -> dict[str, Page]:
    return pages.load()


def _page(slug: str) -> Page:
    known = _pages()
    if slug not in known:
        raise LookupError(f"There is no page {slug!r}; there are {', '.join(known)}.")
    return known[slug]


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["dash_of"] = lambda slot: " ".join(str(length) for length in theme.dash(slot))
    environment.filters |= {"json": text.json_block, "day": text.day_text, "prose": text.prose}
    return environment


def _write_page(publication: Publication, out: Path, page: Page) -> Path:
    _write_csv(publication, out, page)
    entities = publication.entities
    grains = [
        {"kind": kind, "name": name} for kind, name in GRAINS.items() if any(entity.kind == kind for entity in entities)
    ]
    drawn = _figures(publication, out, page, [grain["kind"] for grain in grains])
    if page.measures:
        profiles.write(publication, out, page, [grain["kind"] for grain in grains])
    html = (
        _environment()
        .get_template(page.template)
        .render(
            page=page,
            pages=list(_pages().values()),
            facts=publication.facts,
            coverage=publication.coverage,
            problems=coverage.problems(publication),
            problems_listed=coverage.PROBLEMS_LISTED,
            freshness=coverage.freshness(publication),
            about=lambda *stream: about(stream).name,
            grains=grains,
            shown=figures.shown_first(publication.entities, grains[0]["kind"]) if grains else [],
            figures=drawn,
            drawn=bool(page.drawn),
            scripts=SCRIPTS,
            specifications=charts.SPECIFICATIONS,
            page_data=_page_data(publication, page),
            **page.context(publication),
        )
    )
    return write_text(out / f"{page.slug}.html", html)


def _figures(publication: Publication, out: Path, page: Page, kinds: list[str]) -> list[figures.Figure]:
    """Writes each chart's data by grain; returns the charts with their words, for the grain that is shown first."""
    shown = figures.shown_first(publication.entities, kinds[0]) if kinds else []
    drawn = []
    for curve in page.curves:
        of_kind = {kind: _write_curves(publication, out, curve, kind) for kind in kinds}
        values = sum(found.values for found in of_kind.values())
        found = of_kind[kinds[0]] if kinds else curves.Curves([], None, [])
        drawn.append(figures.curve_figure(publication, curve, found, shown, values))
    for chart in page.charts:
        lines = {kind: series.lines(publication, chart, kind) for kind in kinds}
        for kind, of_grain in lines.items():
            _write_lines(publication, out, chart, kind, of_grain)
        values = sum(v is not None for found in lines.values() for line in found for v in line.columns["value"])
        drawn.append(figures.figure(publication, chart, lines[kinds[0]] if kinds else [], shown, values))
    return drawn


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


def _write_csv(publication: Publication, out: Path, page: Page) -> None:
    folder = out / "data"
    folder.mkdir(parents=True, exist_ok=True)
    for metric in publication.definitions if page.all_metrics else page.metrics:
        if publication.has(metric):
            publication.write_csv(_all_rows(publication, metric), folder / f"{metric}.csv")
    if "ops.coverage" in publication.tables:
        publication.write_csv("SELECT * FROM ops.coverage ORDER BY ALL", folder / "coverage.csv")


def _all_rows(publication: Publication, metric: str) -> str:
    """The query for the rows of a metric; of curves, which have many a month, those of the months that are offered."""
    table = f"metrics.{identifier(metric)}"
    if "hours" not in publication.columns("metrics", metric):
        return f"SELECT * FROM {table} ORDER BY entity_id, series, period"
    recent = f"SELECT DISTINCT period FROM {table} WHERE value IS NOT NULL ORDER BY period DESC"
    return (
        f"SELECT * FROM {table} WHERE value IS NOT NULL AND period IN ({recent} LIMIT {curves.PERIODS_OFFERED}) "
        "ORDER BY entity_id, period, event, hours"
    )


def _page_data(publication: Publication, page: Page) -> dict[str, Any]:
    """What the page's scripts know: the entities to choose from, and what is drawn."""
    streams = list(dict.fromkeys(drawn.stream for drawn in page.drawn))
    whys: dict[str, int] = {}

    def why(entity_id: str) -> list[int]:
        told = (coverage.why_unknown(publication, entity_id, stream) for stream in streams)
        return [whys.setdefault(text, len(whys)) for text in told]

    entities = [
        {"id": e.entity_id, "kind": e.kind, "label": e.label, "slot": e.slot, "why": why(e.entity_id)}
        for e in publication.entities
    ]
    return {
        "asOf": publication.facts.as_of,
        "entities": entities,
        "whys": list(whys),
        "charts": {drawn.id: _drawn_data(drawn, streams) for drawn in page.drawn},
        "page": page.slug,
    }


def _drawn_data(drawn: Chart | Curve | Measure, streams: list[Stream]) -> dict[str, Any]:
    more = {}
    if isinstance(drawn, Chart):
        more = {
            "split": drawn.split,
            "months": drawn.months,
            "parts": [{"name": part.name, "muted": part.muted} for part in drawn.parts],
        }
    return more | {
        "format": drawn.format,
        "counts": drawn.counts,
        "title": drawn.title,
        "stream": streams.index(drawn.stream),
    }
