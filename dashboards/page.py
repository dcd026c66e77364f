"""What a page module declares: `PAGE`. Pages import this; `dashboards.write.site` reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dashboards.chart import Chart, Curve, Measure
from dashboards.read.publication import Publication


def _nothing(_publication: Publication) -> Mapping[str, Any]:
    return {}


def _no_more(_publication: Publication) -> Iterator[Subpage]:
    return iter(())


@dataclass(frozen=True)
class Subpage:
    """A page that a publication calls for, such as that of one ecosystem: one of many, made by one `Page`.

    Attributes:
        slug: file name without `.html`; the part before the first hyphen says which page makes it.
        title: heading; it may be a name, which is not translated.
        lead: what the page is for, a text that dashboards/texts translates.
        template: in dashboards/templates.
        context: values for the template, asked for in each language.
        entity: whose page it is; of none if empty.
    """

    slug: str
    title: str
    lead: str
    template: str
    context: Callable[[], Mapping[str, Any]]
    entity: str = ""


@dataclass(frozen=True)
class Page:
    """A page of the site; the module attribute `PAGE` of a file in dashboards/pages.

    Attributes:
        slug: file name without `.html`.
        title: heading; `nav` is the shorter one for the navigation.
        lead: what the page is for, in a sentence or two.
        order: place in the navigation.
        curves, charts, measures: what is drawn.
        template: in dashboards/templates.
        all_metrics: the page links to the data of every metric, not only to those it draws.
        rooms: metrics of these rooms that no page declares are drawn here too, by what their definition says.
        also: metrics that the page shows without a chart.
        context: further values for the template, from the published file.
        subpages: the pages that this one leads to.
        files: what writes further files into the site's folder, such as a feed.
    """

    slug: str
    title: str
    nav: str
    lead: str
    order: int
    curves: tuple[Curve, ...] = ()
    charts: tuple[Chart, ...] = ()
    measures: tuple[Measure, ...] = ()
    template: str = "page.html"
    all_metrics: bool = False
    rooms: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    context: Callable[[Publication], Mapping[str, Any]] = field(default=_nothing)
    subpages: Callable[[Publication], Iterator[Subpage]] = field(default=_no_more)
    files: tuple[Callable[[Publication, Path], object], ...] = ()

    @property
    def metrics(self) -> list[str]:
        """The metrics that the page draws, each once, in order."""
        return list(dict.fromkeys([*(drawn.metric for drawn in self.drawn), *self.also]))

    @property
    def drawn(self) -> tuple[Chart | Curve | Measure, ...]:
        """All charts of the page, in order."""
        return (*self.curves, *self.charts, *self.measures)
