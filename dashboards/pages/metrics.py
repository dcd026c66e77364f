"""Metrics: what each number means, and the SQL that computes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboards.model import Page
from dashboards.publication import Publication


def _context(publication: Publication) -> Mapping[str, Any]:
    return {
        "definitions": list(publication.definitions.values()),
        "available": {metric: publication.has(metric) for metric in publication.definitions},
    }


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
)
