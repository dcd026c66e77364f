"""Who is in two ecosystems at once, and where newcomers were before: a matrix and flows.

`Publication` → contributors.html: metrics whose series name another ecosystem (`with:…`, `from:…`), at the latest month
that any of them is known of.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboards.read.publication import Entity, Publication, identifier

PAIRS, FLOWS, OVERLAP = "shared_contributors", "contributor_flows", "contributor_overlap"
FLOW_MONTHS = 12
FLOWS_LISTED = 30


def matrix(publication: Publication) -> Mapping[str, Any]:
    """The ecosystems that share anybody, and for each pair how many people, and which part of the people of both."""
    if not publication.has(PAIRS):
        return {"ecosystems": [], "cells": {}, "period": None, "largest": 1}
    latest = (
        f"SELECT max(v.period) FROM metrics.{PAIRS} v JOIN catalogue.entity e ON e.entity_id = v.entity_id "
        "WHERE e.kind = 'ecosystem' AND v.value IS NOT NULL AND v.complete AND starts_with(v.series, 'with:')"
    )
    [(period,)] = publication.rows(latest)
    shared = _pairs(publication, PAIRS, period)
    overlap = _pairs(publication, OVERLAP, period)
    named = {entity_id for pair in shared for entity_id in pair}
    ecosystems = sorted(
        (entity for entity in publication.entities if entity.entity_id in named),
        key=lambda entity: (entity.label.casefold(), entity.entity_id),
    )
    cells = {pair: (value, overlap.get(pair)) for pair, value in shared.items()}
    largest = max(shared.values(), default=1) or 1
    return {"ecosystems": ecosystems, "cells": cells, "period": period, "largest": largest}


def _pairs(publication: Publication, metric: str, period: object) -> dict[tuple[str, str], float]:
    if period is None or not publication.has(metric):
        return {}
    rows = publication.rows(
        f"SELECT v.entity_id, v.series[6:], v.value FROM metrics.{identifier(metric)} v "
        "JOIN catalogue.entity e ON e.entity_id = v.entity_id WHERE e.kind = 'ecosystem' AND v.period = ? "
        "AND starts_with(v.series, 'with:') AND v.value IS NOT NULL ORDER BY ALL",
        [period],
    )
    return {(one, other): value for one, other, value in rows}


def flows(publication: Publication) -> list[tuple[Entity, Entity, int]]:
    """From which ecosystem to which the new contributors of the last twelve whole months came, the largest first."""
    if not publication.has(FLOWS):
        return []
    by_id = {entity.entity_id: entity for entity in publication.entities}
    rows = publication.rows(
        f"WITH known AS (SELECT v.* FROM metrics.{FLOWS} v JOIN catalogue.entity e ON e.entity_id = v.entity_id "
        "WHERE e.kind = 'ecosystem' AND v.complete AND v.value IS NOT NULL) "
        "SELECT series[6:] AS source, entity_id, CAST(sum(CAST(value AS BIGINT)) AS BIGINT) AS people FROM known "
        "WHERE starts_with(series, 'from:') "
        f"AND period > (SELECT max(period) FROM known) - INTERVAL {FLOW_MONTHS} MONTH "
        "GROUP BY ALL HAVING people > 0 ORDER BY people DESC, source, entity_id",
    )
    found = [(by_id[source], by_id[target], n) for source, target, n in rows if source in by_id and target in by_id]
    return found[:FLOWS_LISTED]
