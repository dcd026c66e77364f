"""Changes: what is notable of late, each kind a query; also as an Atom feed. With it come the projects' badges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboards.page import Page
from dashboards.parts import badges, notices
from dashboards.parts.entities import slug_of
from dashboards.read.publication import Publication

LISTED = 60


def _context(publication: Publication) -> Mapping[str, Any]:
    found = notices.notices(publication)
    projects = sorted(
        (entity for entity in publication.entities if entity.kind == "project"),
        key=lambda entity: (entity.label.casefold(), entity.entity_id),
    )
    return {
        "notices": [(notice, notices.sentence(publication, notice)) for notice in found[:LISTED]],
        "further": max(0, len(found) - LISTED),
        "changes": notices.changes(),
        "projects": projects,
        "badges": badges.BADGES,
        "slug_of": slug_of,
    }


PAGE = Page(
    slug="changes",
    title="Notable changes",
    nav="Changes",
    lead="What changed enough to be worth a look, found by queries that stand below. Each leads to the chart that "
    "shows it. They are a feed, too.",
    order=11,
    template="changes.html",
    context=_context,
    files=(notices.write_feed, badges.write),
)
