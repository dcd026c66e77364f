"""GitHub → forks of a repository: when, whose, and when last pushed to."""

from __future__ import annotations

from functools import partial
from typing import Any

import pyarrow as pa

from pipelines.sources import Source
from pipelines.sources.columns import TIME, column
from pipelines.sources.github.columns import (
    Node,
    moment,
    pass_column,
    person,
    person_columns,
    presence_columns,
    repository_column,
)
from pipelines.sources.github.listings.goals import has_older
from pipelines.sources.github.listings.listing import BY_CREATION, Extracted, Listing, NewsOrder
from pipelines.sources.github.listings.walk import fetch
from pipelines.sources.github.subjects import CONCURRENCY, NEEDS, subjects

SCHEMA = pa.schema(
    [
        repository_column(),
        column("fork_id", pa.string(), "github:<database id> of the fork", nullable=False),
        column("full_name", pa.string(), "owner/name of the fork", nullable=False),
        *person_columns("owner", "the owner"),
        column("created_at", TIME, "forked", nullable=False),
        column("pushed_at", TIME, "last push"),
        column("archived", pa.bool_(), "read-only"),
        *presence_columns(),
        pass_column(),
    ],
)


def _extract(node: Node) -> Extracted:
    """Make a row of one of a page."""
    row: dict[str, Any] = {
        "fork_id": f"github:{node['databaseId']}",
        "node_id": node["id"],
        "full_name": node["nameWithOwner"],
        **person("owner", node["owner"]),
        "created_at": moment(node["createdAt"]),
        "pushed_at": moment(node["pushedAt"]),
        "archived": node["isArchived"],
    }
    return Extracted([row])


LISTING = Listing(
    stream="forks",
    document="forks",
    path=("repository", "forks"),
    schema=SCHEMA,
    key="fork_id",
    created="createdAt",
    newest_first=BY_CREATION,
    news=(
        NewsOrder(BY_CREATION, "createdAt"),
        NewsOrder({"field": "PUSHED_AT", "direction": "DESC"}, "pushedAt", mark="pushed"),
    ),
    extract=_extract,
    months=17,  # growth of the last 12 months looks back half a year from each
    gone_by="parent",
)
SOURCE = Source(
    name="forks",
    source="github",
    stream="forks",
    description="Direct forks, dated, with their owners; those pushed to since are asked again. A hundred a point.",
    schema=SCHEMA,
    subjects=subjects,
    fetch=partial(fetch, LISTING),
    atomic=False,
    resumable=True,
    concurrency=CONCURRENCY,
    pool="github_api",
    priority=2,
    has_older=partial(has_older, LISTING),
    needs=NEEDS,
)
