"""Metrics: what each number means, and the SQL that computes it; a page for each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from dashboards.draw.figures import label
from dashboards.page import Page, Subpage
from dashboards.read.publication import CONTRACT, Definition, Publication, identifier

LATEST_ROWS = 40


def _context(publication: Publication) -> Mapping[str, Any]:
    rooms: dict[str, list[Definition]] = {}
    for definition in publication.definitions.values():
        rooms.setdefault(definition.room, []).append(definition)
    return {"rooms": rooms}


def _subpages(publication: Publication) -> Iterator[Subpage]:
    for definition in publication.definitions.values():
        yield Subpage(
            slug=f"metric-{definition.metric}",
            title=definition.title,
            lead=definition.question,
            template="metric.html",
            context=partial(_metric, publication, definition),
        )


def _metric(publication: Publication, definition: Definition) -> Mapping[str, Any]:
    columns = publication.columns("metrics", definition.metric)
    kinds = {entity.kind for entity in publication.entities}
    kind = "ecosystem" if "ecosystem" in kinds else "project"
    follows = set(CONTRACT) <= set(columns) and {"entity_id", "period", "series"} <= set(columns)
    counted = publication.rows(f"SELECT count(*) FROM metrics.{identifier(definition.metric)}") if columns else [(0,)]
    return {
        "metric": definition,
        "rows": counted[0][0],
        "columns": columns,
        "latest": _latest(publication, definition.metric, kind) if follows else [],
        "example": _example(definition.metric) if follows else f"SELECT * FROM metrics.{definition.metric} LIMIT 10",
        "macros": publication.macros_called(definition.sql),
    }


def _latest(publication: Publication, metric: str, kind: str) -> list[dict[str, Any]]:
    """The latest whole month that is known of any, of all entities of a kind, in the order of names."""
    table = f"metrics.{identifier(metric)}"
    found = publication.rows(
        f"SELECT v.entity_id, v.period, v.value, v.low, v.high, v.n, v.reason, v.flag FROM {table} v "
        "JOIN catalogue.entity e ON e.entity_id = v.entity_id WHERE e.kind = ? AND v.series = '' AND v.period = "
        f"(SELECT max(w.period) FROM {table} w JOIN catalogue.entity f ON f.entity_id = w.entity_id "
        "WHERE f.kind = ? AND w.series = '' AND w.value IS NOT NULL AND w.complete) "
        "QUALIFY row_number() OVER (PARTITION BY v.entity_id ORDER BY v.value IS NULL) = 1 "
        f"ORDER BY lower(e.label), v.entity_id LIMIT {LATEST_ROWS}",
        [kind, kind],
    )
    names = {entity.entity_id: label(entity) for entity in publication.entities}
    keys = ("entity", "period", "value", "low", "high", "n", "reason", "flag")
    return [dict(zip(keys, row, strict=True)) | {"name": names.get(row[0], row[0])} for row in found]


def _example(metric: str) -> str:
    return (
        f"SELECT entity_id, period, series, value, low, high, n, reason, flag FROM metrics.{metric} "
        "WHERE entity_id LIKE 'ecosystem:%' ORDER BY period DESC, entity_id LIMIT 20"
    )


PAGE = Page(
    slug="metrics",
    title="What the numbers mean",
    nav="Metrics",
    lead="Each metric with its definition, its source, what to bear in mind, its data, and the SQL that computes it "
    "from the tables of the published file. Unknown is never zero: a value that is not known is empty and says why.",
    order=9,
    template="metrics.html",
    all_metrics=True,
    context=_context,
    subpages=_subpages,
)
