"""Charts of the metrics that no page declares, by what their definitions say: a new metric is drawn without a new page.

`Publication.definitions` → `Chart`s for the page that has the metric's room (`Page.rooms`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from dashboards import streams
from dashboards.chart import Chart, Format
from dashboards.page import Page
from dashboards.read.publication import CONTRACT, Definition, Publication, identifier
from dashboards.streams import Stream

NOT_DRAWN = {"stat"}  # other statistics of the same: they stand in the table and the CSV
SERIES_EACH = range(2, 101)  # a breakdown of fewer series is no breakdown, and one of more cannot be drawn

# What a metric's SQL reads, and the stream that fills it; the first that is found tells where its facts come from.
_READS: tuple[tuple[str, Stream], ...] = (
    ("staging.community_profile", streams.COMMUNITY),
    ("staging.security_advisory", streams.ADVISORIES),
    ("staging.space", streams.SPACES),
    ("staging.trending", streams.TRENDING),
    ("staging.token_usage", streams.TOKENS),
    ("staging.model", streams.HUB),
    ("staging.discussion", streams.DISCUSSIONS),
    ("staging.pull_request", streams.PULL_REQUESTS),
    ("staging.issue", streams.ISSUES),
    ("staging.release", streams.RELEASES),
    ("staging.fork", streams.FORKS),
    ("staging.star", streams.STARGAZERS),
    ("staging.commit", streams.GIT),
    ("staging.contribution", streams.GIT),
)
BY = {
    "age": "by days since release",
    "edition": "by edition of the report",
    "top": "by length of the list",
    "has": "by policy or template",
}
"""How a breakdown is called, by the prefix of its series."""

_FORMATS: tuple[tuple[str, Format], ...] = (
    ("share", "share"),
    ("%", "percent"),
    ("hour", "hours"),
    ("day", "days"),
    ("ratio", "ratio"),
    ("index", "ratio"),
    ("equal", "number"),
    ("effective", "number"),
)


def complete(publication: Publication, page: Page, pages: Iterable[Page]) -> Page:
    """The page with the charts of what is in its rooms and on no page."""
    if not page.rooms:
        return page
    declared = {drawn.metric for other in pages for drawn in other.drawn} | {m for other in pages for m in other.also}
    added = [
        chart
        for definition in publication.definitions.values()
        if definition.room in page.rooms and definition.metric not in declared
        for chart in _charts(publication, definition)
    ]
    return replace(page, charts=(*page.charts, *added))


def _charts(publication: Publication, definition: Definition) -> list[Chart]:
    """The metric's main rows, and a chart for each way in which it is broken down."""
    metric = definition.metric
    if not {"entity_id", "period", "series", *CONTRACT} <= set(publication.columns("metrics", metric)):
        return []
    table = f"metrics.{identifier(metric)}"
    found = [name for (name,) in publication.rows(f"SELECT DISTINCT series FROM {table} ORDER BY series")]
    base = Chart(
        id=metric.replace("_", "-"),
        metric=metric,
        title=definition.title,
        subtitle=definition.question,
        stream=_stream(publication, definition),
        format=_format(publication, definition),
        counts="observations",
        unit=definition.unit,
    )
    kinds = sorted({name.partition(":")[0] for name in found if ":" in name} - NOT_DRAWN)
    broken = [
        replace(base, id=f"{base.id}-by-{kind}".replace("_", "-"), split=f"{kind}:", by=BY.get(kind, kind))
        for kind in kinds
        if sum(name.startswith(f"{kind}:") for name in found) in SERIES_EACH
    ]
    return ([base] if "" in found else []) + broken


def _stream(publication: Publication, definition: Definition) -> Stream:
    """By the tables that the metric reads, itself or by a macro."""
    texts = (definition.sql, "".join(publication.macros_called(definition.sql)))
    return next((stream for text in texts for table, stream in _READS if table in text), streams.HUB)


def _format(publication: Publication, definition: Definition) -> Format:
    unit = definition.unit.casefold()
    told = next((form for word, form in _FORMATS if word in unit), None)
    if told:
        return told
    [(whole,)] = publication.rows(
        f"SELECT coalesce(bool_and(value = floor(value)), TRUE) FROM metrics.{identifier(definition.metric)}"
    )
    return "count" if whole else "ratio"
