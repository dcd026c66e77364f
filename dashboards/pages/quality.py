"""Data quality: what the pages rest on, how fresh it is, what was set aside, what is gone, which checks were run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboards.draw.figures import label
from dashboards.page import Page
from dashboards.parts.entities import slug_of
from dashboards.read import coverage
from dashboards.read.publication import Publication
from dashboards.streams import about
from dashboards.texts import t

GONE_LISTED = 30


def _context(publication: Publication) -> Mapping[str, Any]:
    return {
        "coverage": publication.coverage,
        "problems": coverage.problems(publication),
        "problems_listed": coverage.PROBLEMS_LISTED,
        "matrix": _matrix(publication),
        "gone": _gone(publication),
        "checks": _checks(publication),
        "unlisted": _unlisted(publication),
        "slug_of": slug_of,
        "label": label,
    }


def _matrix(publication: Publication) -> Mapping[str, Any]:
    """Of each ecosystem and stream, how many of its subjects were ever observed."""
    streams = [(covered.source, covered.stream) for covered in publication.coverage]
    entities = [entity for entity in publication.entities if entity.kind == "ecosystem"]
    entities.sort(key=lambda entity: (entity.label.casefold(), entity.entity_id))
    subjects = publication.subjects
    return {
        "streams": [t(about(stream).name) for stream in streams],
        "rows": [
            (entity, [subjects.get(entity.entity_id, {}).get(stream) for stream in streams]) for entity in entities
        ],
    }


def _gone(publication: Publication) -> Mapping[str, Any] | None:
    """Models that a whole listing no longer showed: how many, and the latest of them; None where it is not told."""
    if "gone" not in publication.columns("staging", "model_snapshot"):
        return None
    # A model is gone if its latest row says so; the day is the first on which it did.
    latest = (
        "WITH last AS (SELECT model_id, arg_max(gone, day) AS is_gone, min(day) FILTER (gone) AS since "
        "FROM staging.model_snapshot GROUP BY model_id) "
    )
    [(models, gone)] = publication.rows(f"{latest} SELECT count(*), count(*) FILTER (is_gone) FROM last")
    listed = publication.rows(
        f"{latest} SELECT coalesce(m.name, l.model_id), strftime(l.since, '%Y-%m-%d') FROM last l "
        "LEFT JOIN staging.model m ON m.model_id = l.model_id WHERE l.is_gone "
        f"ORDER BY l.since DESC, 1 LIMIT {GONE_LISTED}"
    )
    return {"models": models, "gone": gone, "listed": listed}


def _unlisted(publication: Publication) -> list[tuple[str, str]]:
    """Repositories that were never found or are reached by another name: named by the catalogue only."""
    if "identity_origin" not in publication.columns("staging", "repository"):
        return []
    return publication.rows(
        "SELECT full_name, identity_origin FROM staging.repository WHERE identity_origin = 'name' ORDER BY 1"
    )


def _checks(publication: Publication) -> Mapping[str, Any] | None:
    if "ops.check_result" not in publication.tables:
        return None
    [(run, failed)] = publication.rows("SELECT count(*), count(*) FILTER (offending > 0) FROM ops.check_result")
    offending = publication.rows(
        'SELECT "table", "check", offending FROM ops.check_result WHERE offending > 0 ORDER BY ALL'
    )
    return {"run": run, "failed": failed, "offending": offending}


PAGE = Page(
    slug="quality",
    title="What the numbers rest on",
    nav="Data quality",
    lead="What was read and up to when, what failed, what was set aside, what has gone, and which checks the tables "
    "passed. What is missing is missing in the charts too, never filled in.",
    order=10,
    template="quality.html",
    context=_context,
)
