"""Claims: published sentences as queries, each with what this publication's data says of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboards.page import Page
from dashboards.read.publication import Publication

TABLE = "claim_verdict"
COLUMNS = (
    "claim",
    "title",
    "verdict",
    "reason",
    "rests_on",
    "verdict_today",
    "reason_today",
    "evidence_today",
    "rests_on_today",
    "speaks_from",
    "speaks_until",
    "held_from",
    "held_until",
    "days_held",
    "days_decided",
    "evidence",
    "said_by",
    "said_on",
    "source",
    "refuted_by",
    "sql",
)
VERDICTS = ("supported", "contradicted", "not enough data", "not testable")


def _context(publication: Publication) -> Mapping[str, Any]:
    claims = _claims(publication)
    counts = {verdict: sum(claim["verdict"] == verdict for claim in claims) for verdict in VERDICTS}
    observed = [table for table in PAGE.also if publication.has(table)]
    return {"observed": observed, "claims": claims, "counts": {verdict: n for verdict, n in counts.items() if n}}


def _claims(publication: Publication) -> list[dict[str, Any]]:
    """The claims with their verdicts, in the order of their names; what a publication does not tell is empty."""
    there = set(publication.columns("metrics", TABLE))
    if "claim" not in there:
        return []
    told = ", ".join(
        f"CAST({column} AS VARCHAR) AS {column}" if column in there else f"NULL AS {column}" for column in COLUMNS
    )
    caveats = "coalesce(caveats, [])" if "caveats" in there else "[]"
    found = publication.rows(f"SELECT {told}, {caveats} FROM metrics.{TABLE} ORDER BY claim")
    return [
        {key: value or "" for key, value in zip(COLUMNS, row, strict=True)} | {"caveats": caveats}
        for *row, caveats in found
    ]


PAGE = Page(
    slug="claims",
    title="Claims, checked",
    nav="Claims",
    lead="Sentences that others have published about open-source AI, as queries anyone can run: what the data of this "
    "publication says, since when it held, and what would refute it. What cannot be decided from it says so.",
    order=7,
    template="claims.html",
    also=("claim_verdict", "claim_observation"),
    rooms=("claims",),
    context=_context,
)
