"""Profiles: all ecosystems with their projects, and a page for each of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from dashboards import pages
from dashboards.draw import sparks
from dashboards.draw.figures import label
from dashboards.page import Page, Subpage
from dashboards.parts.entities import HAVE_PAGES, Group, groups, measured, peers_of, slug_of
from dashboards.parts.unlisted import complete
from dashboards.read.publication import Entity, Publication
from dashboards.texts import t


def _context(publication: Publication) -> Mapping[str, Any]:
    return {"families": _families(publication), "slug_of": slug_of, "label": label}


def _families(publication: Publication) -> list[tuple[Entity, Entity | None, list[Entity]]]:
    """Each ecosystem with its region and its projects, in the order of names."""
    by_id = {entity.entity_id: entity for entity in publication.entities}
    named = sorted(publication.entities, key=lambda entity: (entity.label.casefold(), entity.entity_id))
    projects: dict[str, list[Entity]] = {}
    for entity in named:
        if entity.kind == "project":
            projects.setdefault(entity.parent or "", []).append(entity)
    return [
        (entity, by_id.get(entity.parent or ""), projects.get(entity.entity_id, []))
        for entity in named
        if entity.kind == "ecosystem"
    ]


def _subpages(publication: Publication) -> Iterator[Subpage]:
    known = pages.load().values()
    everything = [complete(publication, page, known) for page in known]
    peers = peers_of(publication)
    families = {entity.entity_id: (region, projects) for entity, region, projects in _families(publication)}
    by_id = {entity.entity_id: entity for entity in publication.entities}
    for kind in HAVE_PAGES:
        found = measured(publication, everything, kind)
        for entity in publication.entities:
            if entity.kind != kind:
                continue
            among = peers[entity.entity_id]
            region, projects = families.get(entity.entity_id, (None, []))
            parent = region or by_id.get(entity.parent or "")
            yield Subpage(
                slug=slug_of(entity.entity_id),
                title=entity.label,
                lead="What is known of it, measure by measure: the last five years, the latest whole month with its "
                "95 % interval, and where that lies among its peers.",
                template="entity.html",
                context=partial(_entity, entity, parent, projects, groups(entity, found, among), len(among)),
                entity=entity.entity_id,
            )


def _entity(
    entity: Entity, parent: Entity | None, projects: list[Entity], made: list[Group], peers: int
) -> Mapping[str, Any]:
    return {
        "entity": entity,
        "parent": parent,
        "projects": projects,
        "groups": made,
        "peers": peers,
        "unknown": [m for group in made for m in group.multiples if not m.latest],
        "size": (sparks.WIDTH, sparks.HEIGHT),
        "slug_of": slug_of,
        "label": label,
        "kind": t("Ecosystem") if entity.kind == "ecosystem" else t("Project"),
    }


PAGE = Page(
    slug="profiles",
    title="Every ecosystem and project",
    nav="Profiles",
    lead="A page for each: what is known of it, how sure that is, and where it lies among its peers. In the order of "
    "names; nothing is ranked.",
    order=8,
    template="profiles.html",
    context=_context,
    subpages=_subpages,
)
