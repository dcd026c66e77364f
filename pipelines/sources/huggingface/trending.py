"""Hugging Face trending: the hundred models that trend most on the whole Hub, as of today.

One call a day for all projects. The Hub keeps no history: rows are a snapshot of the day.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from pipelines.catalogue import Project
from pipelines.sources import Batch, Request, Source, untrusted
from pipelines.sources.huggingface.client import model as reading
from pipelines.sources.huggingface.client.client import HubClient

SUBJECT = "hf-trending:models"
TOP = 100
FIELDS = ("author", "baseModels", "createdAt", "downloads", "likes", "pipeline_tag", "tags", "trendingScore")

SCHEMA = pa.schema(
    [
        pa.field("day", pa.date32(), nullable=False),
        pa.field("rank", pa.int32(), nullable=False, metadata={"comment": "1 is the model that trends most"}),
        pa.field("hub_id", pa.string(), metadata={"comment": "the Hub's _id; NULL where the answer lacks it"}),
        pa.field("name", pa.string(), nullable=False),
        pa.field("created_at", pa.timestamp("us", tz="UTC")),
        pa.field("trending_score", pa.float64()),
        pa.field("downloads", pa.int64(), metadata={"comment": "of the last 30 days"}),
        pa.field("likes", pa.int64()),
        pa.field("pipeline_tag", pa.string()),
        pa.field(
            "base_models",
            pa.list_(pa.struct([("id", pa.string()), ("hub_id", pa.string()), ("relation", pa.string())])),
            metadata={"comment": "from baseModels and tags; relation unspecified where untold"},
        ),
    ],
)


def subjects(project: Project) -> list[str]:
    """The Hub's trending models, which are the same for all, if the project has models there."""
    return [SUBJECT] if project.hub else []


def fetch(request: Request) -> Iterator[Batch]:
    """The first hundred by trending score, as of `request.now`'s day (UTC).

    Raises:
        SourceError: the listing could not be had. A row without an id leaves the fetch incomplete, with the reason.
    """
    settings = request.settings
    client = HubClient(settings.hf_endpoint, settings.hf_token, progress=request.progress)
    params: list[tuple[str, str | int]] = [("limit", TOP), ("sort", "trendingScore"), ("direction", -1)]
    params += [("expand", field) for field in FIELDS]
    page = next(client.listing("/api/models", params, what="the trending models"))
    rows = [_row(rank, row, request) for rank, row in enumerate(page.rows[:TOP], start=1)]
    table = pa.Table.from_pylist(rows, schema=SCHEMA)
    reason = f"rows left out because they had no id: {page.left_out:,}" if page.left_out else None
    if not rows:
        reason = reason or "the Hub listed no model as trending"
    yield Batch(table, complete=reason is None, state={} if reason is None else None, reason=reason or page.sample)


def _row(rank: int, row: dict[str, Any], request: Request) -> dict[str, Any]:
    return {
        "day": request.now.date(),
        "rank": rank,
        "hub_id": untrusted.text(row.get("_id")),
        "name": untrusted.text(row["id"]) or "",
        "created_at": untrusted.moment(row.get("createdAt")),
        "trending_score": untrusted.number(row.get("trendingScore")),
        "downloads": untrusted.count(row.get("downloads")),
        "likes": untrusted.count(row.get("likes")),
        "pipeline_tag": untrusted.text(row.get("pipeline_tag")),
        "base_models": [vars(base) for base in reading.base_models(row)],
    }


SOURCE = Source(
    name="huggingface_trending",
    source="huggingface",
    stream="trending",
    description=(
        "The hundred models that trend most on the Hugging Face Hub, once a day, in one call. Anonymous by default. "
        "The Hub keeps no history: a missed day is lost."
    ),
    schema=SCHEMA,
    subjects=subjects,
    fetch=fetch,
    atomic=False,
    daily=True,
    pool="huggingface_api",
    kinds=frozenset({"huggingface"}),
)
