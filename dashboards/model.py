"""What a page module declares: `PAGE`, its charts and measures.

Pages import this; `site` reads it. Nothing here touches data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from dashboards.streams import Stream

if TYPE_CHECKING:
    from dashboards.publication import Publication

Format = Literal["count", "number", "share", "percent", "ratio", "hours", "days"]
"""count: whole things; number: one decimal; share: 0..1, shown in %; percent: already in %, shown with its sign;
ratio: two decimals; hours: as minutes, hours or days, by their size; days: one decimal."""

Scale = Literal["linear", "log"]

GRAINS: dict[str, str] = {
    "ecosystem": "Ecosystems",
    "region": "Regions",
    "layer": "Layers",
    "project": "Projects",
}


@dataclass(frozen=True)
class Part:
    """One line of a chart of several: a series of a metric, by a name that says what it is.

    Attributes:
        name: what the line shows.
        series: of the metric.
        muted: drawn in grey, as what the chart warns of.
    """

    name: str
    series: str = ""
    muted: bool = False


@dataclass(frozen=True)
class Chart:
    """One metric over time.

    Attributes:
        id: anchor on the page and name of the data files; unique in the site.
        metric: the table `metrics.<metric>`.
        title: what is shown.
        subtitle: its definition in a sentence, with the unit.
        stream: where the facts come from; tells the source line, and why an entity has no data.
        format: how values are written.
        counts: what `n` counts: "commits".
        series: the series that is drawn, a line an entity.
        split: a prefix such as `agent:`; then one entity is drawn, a line a series of that prefix.
        parts: then one entity is drawn, a line a part.
        also: further streams that the facts come from, where they were read.
        months: between two periods: 3, where a period is a quarter.
        log: offer a logarithmic scale.
        opens: the scale at first.
        unit: told after the subtitle, where that does not tell it.
        by: told after the title: by what a metric is broken down, where the title does not tell it.
    """

    id: str
    metric: str
    title: str
    subtitle: str
    stream: Stream
    format: Format
    counts: str
    series: str = ""
    split: str = ""
    parts: tuple[Part, ...] = ()
    also: tuple[Stream, ...] = ()
    months: Literal[1, 3] = 1
    log: bool = False
    opens: Scale = "linear"
    unit: str = ""
    by: str = ""

    @property
    def of_one(self) -> bool:
        """Whether one entity is drawn, in several lines."""
        return bool(self.split or self.parts)


@dataclass(frozen=True)
class Curve:
    """The share of events that happened within a time, by that time: one curve an entity, of the latest whole period.

    Attributes:
        event: which curves of the metric: its column `event`.
        (the others as in Chart)
    """

    id: str
    metric: str
    title: str
    subtitle: str
    stream: Stream
    counts: str
    event: str
    also: tuple[Stream, ...] = ()
    format: Format = "share"


@dataclass(frozen=True)
class Measure:
    """One line of a profile: a metric's latest complete month.

    Attributes:
        id: unique among the measures.
        chart: page and anchor of the chart over time, "growth.html#stars".
        scale: of the strip: from zero; logarithmic from zero; or around zero.
        flow: counts what happens within a month, so that a month which is not whole would mislead; else a level.
        (the others as in Chart)
    """

    id: str
    metric: str
    title: str
    subtitle: str
    stream: Stream
    format: Format
    counts: str
    chart: str
    series: str = ""
    scale: Literal["linear", "log", "around zero"] = "linear"
    flow: bool = True
    also: tuple[Stream, ...] = ()


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
        lead: what the page is for, a text of the catalogue.
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
