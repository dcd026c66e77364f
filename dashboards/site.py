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

from dashboards import figures, pages, profiles, series, text, theme
from dashboards.files import write_text
from dashboards.model import COUNTERS, GIT, GRAINS, HUB, Chart, Measure, Page, Stream
from dashboards.publication import PROBLEMS_LISTED, Publication, identifier, open_publication

_HERE = Path(__file__).resolve().parent
SCRIPTS = ("theme.js", "format.js", "state.js", "chart.js", "inspect.js", "table.js", "compare.js", "main.js")
_STREAM_NAMES: dict[Stream, str] = {GIT: "Git histories", COUNTERS: "GitHub counters", HUB: "Hugging Face models"}


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
    theme_script = f"ecotone = {{ config: {text.to_json(theme.config())}, dashes: {text.to_json(theme.DASHES)} }};\n"
    written.append(write_text(out / "assets" / "theme.js", f'"use strict";\nvar {theme_script}'))
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
    drawn = _write_series(publication, out, page, [grain["kind"] for grain in grains])
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
            problems=publication.problems,
            problems_listed=PROBLEMS_LISTED,
            stream_names={(c.source, c.stream): _STREAM_NAMES.get((c.source, c.stream)) for c in publication.coverage},
            grains=grains,
            shown=figures.shown_first(publication.entities, grains[0]["kind"]) if grains else [],
            figures=drawn,
            drawn=bool(page.drawn),
            scripts=SCRIPTS,
            page_data=_page_data(publication, page),
            **page.context(publication),
        )
    )
    return write_text(out / f"{page.slug}.html", html)


def _write_series(publication: Publication, out: Path, page: Page, kinds: list[str]) -> list[figures.Figure]:
    """Writes each chart's data by grain; returns the charts with their words, for the grain that is shown first."""
    drawn = []
    for chart in page.charts:
        for kind in reversed(kinds):
            found = series.lines(publication, chart, kind)
            name = f"{chart.id}.{kind}"
            write_text(out / "data" / f"{name}.js", series.script(name, series.packed(found)))
        shown = figures.shown_first(publication.entities, kinds[0]) if kinds else []
        drawn.append(figures.figure(publication, chart, found if kinds else [], shown))
    return drawn


def _write_csv(publication: Publication, out: Path, page: Page) -> None:
    folder = out / "data"
    folder.mkdir(parents=True, exist_ok=True)
    for metric in publication.definitions if page.all_metrics else page.metrics:
        if publication.has(metric):
            query = f"SELECT * FROM metrics.{identifier(metric)} ORDER BY entity_id, series, period"
            publication.write_csv(query, folder / f"{metric}.csv")
    if "ops.coverage" in publication.tables:
        publication.write_csv("SELECT * FROM ops.coverage ORDER BY ALL", folder / "coverage.csv")


def _page_data(publication: Publication, page: Page) -> dict[str, Any]:
    """What the page's scripts know: the entities to choose from, and what is drawn."""
    streams = list(dict.fromkeys(drawn.stream for drawn in page.drawn))
    return {
        "asOf": publication.facts.as_of,
        "entities": [
            {
                "id": entity.entity_id,
                "kind": entity.kind,
                "label": entity.label,
                "slot": entity.slot,
                "why": [figures.why_unknown(publication, entity.entity_id, stream) for stream in streams],
            }
            for entity in publication.entities
        ],
        "charts": {drawn.id: _drawn_data(drawn, streams) for drawn in page.drawn},
        "page": page.slug,
    }


def _drawn_data(drawn: Chart | Measure, streams: list[Stream]) -> dict[str, Any]:
    return {
        "format": drawn.format,
        "split": drawn.split if isinstance(drawn, Chart) else "",
        "counts": drawn.counts,
        "title": drawn.title,
        "stream": streams.index(drawn.stream),
    }
