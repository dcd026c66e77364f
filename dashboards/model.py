"""What a page module declares: `PAGE`, its charts and measures.

Pages import this; `site` reads it. Nothing here touches data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from dashboards.publication import Publication

Format = Literal["count", "number", "share", "percent"]
"""count: whole things; number: one decimal; share: 0..1, shown in %; percent: already in %, shown with its sign."""

Stream = tuple[str, str]
GIT: Stream = ("git", "commits")
COUNTERS: Stream = ("github", "counters")
HUB: Stream = ("huggingface", "models")

SOURCES: dict[Stream, str] = {
    GIT: "commit histories of the catalogued git repositories",
    COUNTERS: "daily counters of the catalogued GitHub repositories",
    HUB: "daily listings of the catalogued organisations' models on the Hugging Face Hub",
}

GRAINS: dict[str, str] = {
    "ecosystem": "Ecosystems",
    "region": "Regions",
    "layer": "Layers",
    "project": "Projects",
}


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
        log: offer a logarithmic scale.
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
    log: bool = False


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


def _nothing(_publication: Publication) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True)
class Page:
    """A page of the site; the module attribute `PAGE` of a file in dashboards/pages.

    Attributes:
        slug: file name without `.html`.
        title: heading; `nav` is the shorter one for the navigation.
        lead: what the page is for, in a sentence or two.
        order: place in the navigation.
        charts, measures: what is drawn.
        template: in dashboards/templates.
        all_metrics: the page links to the data of every metric, not only to those it draws.
        context: further values for the template, from the published file.
    """

    slug: str
    title: str
    nav: str
    lead: str
    order: int
    charts: tuple[Chart, ...] = ()
    measures: tuple[Measure, ...] = ()
    template: str = "page.html"
    all_metrics: bool = False
    context: Callable[[Publication], Mapping[str, Any]] = field(default=_nothing)

    @property
    def metrics(self) -> list[str]:
        """The metrics that the page draws, each once, in order."""
        return list(dict.fromkeys(drawn.metric for drawn in self.drawn))

    @property
    def drawn(self) -> tuple[Chart | Measure, ...]:
        """All charts of the page, those over time and those of one month."""
        return (*self.charts, *self.measures)
