"""Builds the static site: the last room. The published DuckDB file goes in, a folder that opens from disk comes out.

`build` makes the whole site; `build_shared` and `build_page` make its parts, each alone. The same file gives the same
bytes. Nothing on a page asks another host for anything, and no page runs a script that is not a file of the site.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import vl_convert

from dashboards import pages, texts
from dashboards.chart import GRAINS, Chart, Curve, Measure
from dashboards.draw import charts, figures, theme
from dashboards.files import write_text
from dashboards.page import Page, Subpage
from dashboards.parts import unlisted
from dashboards.read import coverage
from dashboards.read.curves import Curves
from dashboards.read.publication import Publication, Reader, open_publication
from dashboards.streams import Stream
from dashboards.texts import values as text
from dashboards.write import data, scripts
from dashboards.write import search as finding
from dashboards.write.render import Sheet, render

_HERE = Path(__file__).resolve().parent.parent


def build(database: Path, out: Path, *, pages: Sequence[str] | None = None) -> list[Path]:
    """Builds the site.

    Args:
        database: the published file; it is opened read-only.
        out: the site's folder; made if it is not there. Files of pages that no longer exist are left alone.
        pages: slugs of the pages to build; all if None.

    Returns:
        The pages that were written, in the order of the navigation; not those they lead to, such as each project's.

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


def build_page(database: Path, out: Path, slug: str, reader: Reader | None = None) -> Path:
    """Builds one page with the data it draws; `build_shared` makes what it has in common with the others.

    Pages that are built with one `reader` read what they share once.

    Raises:
        FileNotFoundError: there is no such database.
        LookupError: there is no such page, or the database is no publication.
    """
    page = _page(slug)
    if reader:
        return _write_page(reader.read(database), out, page)
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
    words = {f"words.{language}.js": scripts.words(language) for language in texts.LANGUAGES}
    written += [write_text(out / "assets" / name, content) for name, content in words.items()]
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


def _write_page(publication: Publication, out: Path, page: Page) -> Path:
    everything = [unlisted.complete(publication, each, _pages().values()) for each in _pages().values()]
    page = next(each for each in everything if each.slug == page.slug)
    owned = data.owned(publication, page, everything)
    with publication.writing(data.tables(publication, out, owned)):
        return _draw(publication, out, page, everything)


def _draw(publication: Publication, out: Path, page: Page, everything: list[Page]) -> Path:
    """The page itself with what its charts draw, its further files, and the pages it leads to."""
    grains = [kind for kind in GRAINS if any(entity.kind == kind for entity in publication.entities)]
    drawn = data.write(publication, out, page, grains)

    def context() -> Mapping[str, Any]:
        return {
            "page": page,
            "figures": _figures(publication, page, drawn, grains),
            **_choice(publication, page, grains),
            **page.context(publication),
        }

    for write in page.files:
        write(publication, out)
    if page.slug == finding.MADE_WITH:
        finding.write(publication, out, everything)
    written = render(publication, out, Sheet(page.slug, page.template, context), everything)
    for subpage in page.subpages(publication):
        _write_subpage(publication, out, subpage, everything)
    return written


def _write_subpage(publication: Publication, out: Path, subpage: Subpage, everything: list[Page]) -> None:
    def context() -> Mapping[str, Any]:
        return {"page": subpage, "drawn": False, "drawings": everything, **subpage.context()}

    render(publication, out, Sheet(subpage.slug, subpage.template, context), everything)


def _choice(publication: Publication, page: Page, grains: list[str]) -> dict[str, Any]:
    """What the bar on which the reader chooses needs, and the scripts behind it."""
    return {
        "grains": [{"kind": kind, "name": GRAINS[kind]} for kind in grains],
        "shown": figures.shown_first(publication.entities, grains[0]) if grains else [],
        "drawn": bool(page.drawn),
        "specifications": charts.SPECIFICATIONS,
        "page_data": _page_data(publication, page),
    }


def _figures(publication: Publication, page: Page, drawn: data.Drawn, kinds: list[str]) -> list[figures.Figure]:
    """The charts with their words, for the grain that is shown first."""
    shown = figures.shown_first(publication.entities, kinds[0]) if kinds else []
    made = []
    for curve in page.curves:
        of_kind = drawn.curves[curve.id]
        values = sum(found.values for found in of_kind.values())
        found = of_kind[kinds[0]] if kinds else Curves([], None, [])
        made.append(figures.curve_figure(publication, curve, found, shown, values))
    for chart in page.charts:
        lines = drawn.lines[chart.id]
        values = sum(v is not None for found in lines.values() for line in found for v in line.columns["value"])
        made.append(figures.figure(publication, chart, lines[kinds[0]] if kinds else [], shown, values))
    return made


def _page_data(publication: Publication, page: Page) -> dict[str, Any]:
    """What the page's scripts know: the entities to choose from, and what is drawn."""
    streams = list(dict.fromkeys(drawn.stream for drawn in page.drawn))
    whys: dict[str, int] = {}

    def why(entity_id: str) -> list[int]:
        told = (coverage.why_unknown(publication, entity_id, stream) for stream in streams)
        return [whys.setdefault(text, len(whys)) for text in told]

    entities = [
        {"id": e.entity_id, "kind": e.kind, "label": figures.label(e), "slot": e.slot, "why": why(e.entity_id)}
        for e in publication.entities
    ]
    return {
        "asOf": publication.facts.as_of,
        "publication": publication.facts.publication_id,
        "simulated": publication.facts.simulated,
        "entities": entities,
        "whys": list(whys),
        "charts": {drawn.id: _drawn_data(drawn, streams) for drawn in page.drawn},
        "page": page.slug,
    }


def _drawn_data(drawn: Chart | Curve | Measure, streams: list[Stream]) -> dict[str, Any]:
    more: dict[str, Any] = {}
    if isinstance(drawn, Chart):
        more = {
            "split": drawn.split,
            "series": drawn.series,
            "months": drawn.months,
            "parts": [
                {"name": part.name, "label": texts.t(part.name), "series": part.series, "muted": part.muted}
                for part in drawn.parts
            ],
        }
    if isinstance(drawn, Curve):
        more = {"event": drawn.event, "parts": []}
    return more | {
        "metric": drawn.metric,
        "format": drawn.format,
        "counts": texts.t(drawn.counts),
        "title": texts.t(drawn.title),
        "stream": streams.index(drawn.stream),
    }
