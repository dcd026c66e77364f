"""What is drawn: charts, curves and measures, the grains they come in, and how values are written. No data here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dashboards.streams import Stream

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
