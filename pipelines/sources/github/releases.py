"""GitHub → releases of a repository."""

from __future__ import annotations

from functools import partial
from typing import Any

import pyarrow as pa

from pipelines.sources import Source
from pipelines.sources.columns import TIME, column
from pipelines.sources.github.columns import (
    Node,
    key,
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
        column("release_id", pa.string(), "github:release:<database id>", nullable=False),
        column("tag", pa.string(), "name of the tag", nullable=False),
        column("created_at", TIME, "created", nullable=False),
        column("published_at", TIME, "published; NULL for a draft"),
        column("prerelease", pa.bool_(), "marked as not for production", nullable=False),
        column("draft", pa.bool_(), "not published", nullable=False),
        *person_columns("author", "who made it"),
        *presence_columns(),
        pass_column(),
    ],
)


def _extract(node: Node) -> Extracted:
    """Make a row of one of a page."""
    row: dict[str, Any] = {
        "release_id": key("release", node),
        "node_id": node["id"],
        "tag": node["tagName"],
        "created_at": moment(node["createdAt"]),
        "published_at": moment(node["publishedAt"]),
        "prerelease": node["isPrerelease"],
        "draft": node["isDraft"],
        **person("author", node["author"]),
    }
    return Extracted([row])


LISTING = Listing(
    stream="releases",
    document="releases",
    path=("repository", "releases"),
    schema=SCHEMA,
    key="release_id",
    created="createdAt",
    newest_first=BY_CREATION,
    news=(NewsOrder(BY_CREATION, "createdAt"),),
    extract=_extract,
)
SOURCE = Source(
    name="releases",
    source="github",
    stream="releases",
    description="Releases with their tag, times and author. A hundred to a point.",
    schema=SCHEMA,
    subjects=subjects,
    fetch=partial(fetch, LISTING),
    atomic=False,
    resumable=True,
    concurrency=CONCURRENCY,
    pool="github_api",
    priority=1,
    has_older=partial(has_older, LISTING),
    needs=NEEDS,
)
