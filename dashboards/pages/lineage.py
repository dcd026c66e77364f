"""Lineage: which models are built on which, found along the Hub's `base_model`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboards.chart import Chart
from dashboards.page import Page
from dashboards.read.publication import Publication
from dashboards.streams import HUB

FAMILIES = 24  # largest ones that are listed
RELATIONS = 7  # one colour less than there are: the rest is told as `other`


def _context(publication: Publication) -> Mapping[str, Any]:
    families = _families(publication)
    relations = sorted({name for family in families for name in family["relations"]})
    totals = {name: sum(family["relations"].get(name, 0) for family in families) for name in relations}
    relations = sorted(relations, key=lambda name: (-totals[name], name))[:RELATIONS]
    return {
        "families": families,
        "relations": relations,
        "slots": _slots(publication, relations),
        "largest": max((family["models"] for family in families), default=1),
        "crossings": _crossings(publication),
    }


def _slots(publication: Publication, relations: list[str]) -> dict[str, int]:
    """The colour of each relation: as the chart of the page has it, which gives them out by name."""
    drawn = (
        publication.rows(
            "SELECT DISTINCT substr(series, 10) FROM metrics.derivatives WHERE starts_with(series, 'relation:') "
            "ORDER BY 1"
        )
        if publication.has("derivatives")
        else []
    )
    names = [name for (name,) in drawn]
    return {name: slot for slot, name in enumerate(dict.fromkeys([*names, *sorted(relations)]))}


def _families(publication: Publication) -> list[dict[str, Any]]:
    """The base models with the most derivatives: how many by relation, how deep, and whose they are."""
    if not {"staging.model_lineage", "staging.model"} <= publication.tables:
        return []
    roots = publication.rows(
        "WITH line AS (SELECT DISTINCT root_id, model_id FROM staging.model_lineage WHERE root_id <> model_id), "
        "large AS (SELECT root_id, count(*) AS models FROM line GROUP BY root_id "
        f"ORDER BY models DESC, root_id LIMIT {FAMILIES}), "
        "owner AS (SELECT m.subject_id, min(e.label) AS label FROM catalogue.membership m "
        "JOIN catalogue.entity e ON e.entity_id = m.entity_id WHERE e.kind = 'ecosystem' GROUP BY m.subject_id) "
        "SELECT l.root_id, coalesce(m.name, regexp_replace(l.root_id, '^hf:', '')), l.models, "
        "coalesce(own.label, org.label) FROM large l LEFT JOIN staging.model m ON m.model_id = l.root_id "
        "LEFT JOIN owner own ON own.subject_id = l.root_id "
        "LEFT JOIN owner org ON org.subject_id = 'hf-org:' || m.organization ORDER BY l.models DESC, 2"
    )
    by_relation: dict[str, dict[str, int]] = {}
    for root, relation, count in publication.rows(
        "SELECT root_id, coalesce(relation, 'unknown'), count(DISTINCT model_id) FROM staging.model_lineage "
        "WHERE root_id <> model_id GROUP BY ALL ORDER BY ALL"
    ):
        by_relation.setdefault(root, {})[relation] = count
    return [
        {"name": name, "models": models, "ecosystem": ecosystem, "relations": by_relation.get(root, {})}
        for root, name, models, ecosystem in roots
    ]


def _crossings(publication: Publication) -> list[tuple[str, str, int]]:
    """Models of one ecosystem that are built on one of another's: from, to, how many."""
    if not {"staging.model_lineage", "staging.model"} <= publication.tables:
        return []
    return publication.rows(
        "WITH owner AS (SELECT m.subject_id, e.entity_id, e.label FROM catalogue.membership m "
        "JOIN catalogue.entity e ON e.entity_id = m.entity_id WHERE e.kind = 'ecosystem'), "
        "owned AS (SELECT m.model_id, o.entity_id, o.label FROM staging.model m "
        "JOIN owner o ON o.subject_id IN (m.model_id, 'hf-org:' || m.organization)) "
        "SELECT a.label, b.label, count(DISTINCT l.model_id) FROM staging.model_lineage l "
        "JOIN owned a ON a.model_id = l.root_id JOIN owned b ON b.model_id = l.model_id "
        "WHERE a.entity_id <> b.entity_id GROUP BY ALL ORDER BY 3 DESC, 1, 2"
    )


PAGE = Page(
    slug="lineage",
    title="Lineage",
    nav="Lineage",
    lead="Which models are built on which, as their makers declare it on the Hugging Face Hub: finetuned, quantized, "
    "merged, adapted. A declaration can be missing or wrong; a cycle is broken, a merge is counted in fractions.",
    order=5,
    charts=(
        Chart(
            id="lineage-relations",
            metric="derivatives",
            title="New derivatives, by what was done",
            subtitle="Models created on the Hub in the month that build on one of its models, by relation, in models.",
            stream=HUB,
            format="count",
            counts="models",
            split="relation:",
        ),
    ),
    template="lineage.html",
    context=_context,
)
