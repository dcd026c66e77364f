"""The page of one ecosystem or project: its measures as small charts, with intervals and a place among peers.

`Publication` and the charts of all pages → `Multiple`s. Nothing is ranked: a place is told as a percentile of the peers
that are known, and where intervals overlap, no order is claimed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from dashboards.chart import Chart
from dashboards.draw.figures import SMALL_N, UNFINISHED
from dashboards.draw.sparks import NOTHING, Spark, spark
from dashboards.page import Page
from dashboards.read import series
from dashboards.read.publication import Entity, Publication
from dashboards.read.series import Line

HAVE_PAGES = ("ecosystem", "project")  # kinds whose entities have a page each
RECENT_MONTHS = 12  # an older value says nothing about now
EXACT = 15  # significant digits: only what is not 0 but for rounding becomes 0
PEERS = 5  # fewer known ones have no percentiles


def slug_of(entity_id: str) -> str:
    """The name of an entity's page; a slug holds what stays as it is in an address."""
    kind, _, name = entity_id.partition(":")
    return f"{kind}-" + "".join(c if c.isalnum() or c in "-._" else f"_{ord(c):x}" for c in name)


@dataclass(frozen=True)
class Latest:
    """The value that stands for now: of the latest whole month within a year, else of the latest known."""

    period: date
    value: float
    low: float | None
    high: float | None
    n: int | None
    hollow: bool
    flag: str


@dataclass(frozen=True)
class Place:
    """Where a value lies among its peers.

    Attributes:
        peers: how many others are known.
        percentile: of the value among them, ties counted half; 0..100.
        apart_above, apart_below: peers whose interval lies wholly under it, or over it; None where a value has none.
    """

    peers: int
    percentile: int
    lower: int | None
    higher: int | None


@dataclass(frozen=True)
class Multiple:
    """One small chart: what it shows, the value that stands for now, why there is none, its place, its drawing."""

    chart: Chart
    page: str
    latest: Latest | None
    reason: str
    place: Place | None
    spark: Spark


@dataclass(frozen=True)
class Group:
    """The small charts of a page."""

    title: str
    slug: str
    multiples: list[Multiple]


@dataclass(frozen=True)
class Measured:
    """All lines of a chart at a grain, and what stands for now of each."""

    chart: Chart
    page: Page
    lines: dict[str, Line]
    latest: dict[str, Latest]


def measured(publication: Publication, pages: list[Page], kind: str) -> list[Measured]:
    """What can be shown of the entities of a kind: all charts over time that have a line an entity."""
    found = []
    for page in pages:
        for chart in page.charts:
            if chart.of_one:
                continue
            lines = {line.entity_id: line for line in series.lines(publication, chart, kind)}
            known = {entity_id: _latest(line, publication.facts.as_of) for entity_id, line in lines.items()}
            latest = {entity_id: value for entity_id, value in known.items() if value}
            if latest:
                found.append(Measured(chart, page, lines, latest))
    return found


def groups(entity: Entity, everything: list[Measured], peers: frozenset[str]) -> list[Group]:
    """The small charts of an entity, in the order of the pages; `peers` are those it is placed among."""
    made: dict[str, Group] = {}
    for each in everything:
        group = made.setdefault(each.page.slug, Group(each.page.nav, each.page.slug, []))
        group.multiples.append(_multiple(entity, each, peers))
    return list(made.values())


def peers_of(publication: Publication) -> Mapping[str, frozenset[str]]:
    """By entity: those of its kind that share a layer with it; all of its kind where they are too few."""
    of_kind: dict[str, set[str]] = {}
    for entity in publication.entities:
        of_kind.setdefault(entity.kind, set()).add(entity.entity_id)
    shared: dict[str, set[str]] = {}
    if "catalogue.membership" in publication.tables:
        for one, other in publication.rows(
            "WITH layer AS (SELECT DISTINCT m.entity_id, l.entity_id AS layer FROM catalogue.membership m "
            "JOIN catalogue.entity e ON e.entity_id = m.entity_id AND e.kind = 'project' "
            "JOIN catalogue.membership l ON l.subject_id = m.subject_id "
            "JOIN catalogue.entity k ON k.entity_id = l.entity_id AND k.kind = 'layer') "
            "SELECT DISTINCT a.entity_id, b.entity_id FROM layer a JOIN layer b USING (layer) "
            "WHERE a.entity_id <> b.entity_id"
        ):
            shared.setdefault(one, set()).add(other)
    found = {}
    for entity in publication.entities:
        close = shared.get(entity.entity_id, set())
        among = close if len(close) >= PEERS else of_kind[entity.kind] - {entity.entity_id}
        found[entity.entity_id] = frozenset(among)
    return found


def _latest(line: Line, as_of: str) -> Latest | None:
    columns = line.columns
    oldest = date.fromisoformat(as_of).toordinal() - round(RECENT_MONTHS * 30.5)
    known = [
        (bool(columns["complete"][k]) and UNFINISHED not in (columns["flag"][k] or ""), period, k)
        for k, period in enumerate(line.periods)
        if columns["value"][k] is not None and period.toordinal() > oldest
    ]
    if not known:
        return None
    whole, period, k = max(known)
    n = columns["n"][k]

    def number(value: float | None) -> float | None:
        return series.number(value, EXACT)

    return Latest(
        period=period,
        value=number(columns["value"][k]) or 0.0,
        low=number(columns["low"][k]),
        high=number(columns["high"][k]),
        n=n,
        hollow=not whole or (n is not None and n < SMALL_N),
        flag=columns["flag"][k] or "",
    )


def place(mine: Latest, others: list[Latest]) -> Place | None:
    """Where a value lies among others; None where they are too few."""
    if len(others) < PEERS:
        return None
    below = sum(other.value < mine.value for other in others)
    ties = sum(other.value == mine.value for other in others)
    lower = higher = None
    if mine.low is not None or mine.high is not None:
        lower = sum(mine.low is not None and other.high is not None and other.high < mine.low for other in others)
        higher = sum(mine.high is not None and other.low is not None and other.low > mine.high for other in others)
    return Place(len(others), round(100 * (below + ties / 2) / len(others)), lower, higher)


def _multiple(entity: Entity, each: Measured, peers: frozenset[str]) -> Multiple:
    line = each.lines.get(entity.entity_id)
    latest = each.latest.get(entity.entity_id)
    others = [value for other, value in each.latest.items() if other in peers]
    reasons = [reason for reason in line.columns["reason"] if reason] if line else []
    return Multiple(
        each.chart,
        each.page.slug,
        latest,
        reasons[-1] if reasons else "",
        place(latest, others) if latest else None,
        spark(line, each.chart.months) if line else NOTHING,
    )
