"""GitHub → who starred a repository when."""

from __future__ import annotations

from functools import partial
from typing import Any

import pyarrow as pa

from pipelines.sources import Source
from pipelines.sources.columns import TIME, column
from pipelines.sources.github.columns import Node, account_key, moment, pass_column, repository_column
from pipelines.sources.github.listings.goals import has_older
from pipelines.sources.github.listings.listing import Extracted, Listing, NewsOrder
from pipelines.sources.github.listings.walk import fetch
from pipelines.sources.github.subjects import CONCURRENCY, NEEDS, subjects

SCHEMA = pa.schema(
    [
        repository_column(),
        column("account_key", pa.string(), "account:<database id>", nullable=False),
        column("account_login", pa.string(), "login when it was fetched", nullable=False),
        column("starred_at", TIME, "starred", nullable=False),
        pass_column(),
    ],
)


def _extract(node: Node) -> Extracted:
    """Make a row of one of a page."""
    row: dict[str, Any] = {
        "account_key": account_key(node["node"]),
        "account_login": node["node"]["login"],
        "starred_at": moment(node["starredAt"]),
    }
    return Extracted([row])


LISTING = Listing(
    stream="stargazers",
    document="stargazers",
    path=("repository", "stargazers"),
    schema=SCHEMA,
    key="account_key",
    created="starredAt",
    news=(NewsOrder({"field": "STARRED_AT", "direction": "DESC"}, "starredAt"),),
    extract=_extract,
    months=0,
    gone_by=None,
    beyond_horizon=lambda settings: settings.old_stars,
    newest_first={"field": "STARRED_AT", "direction": "DESC"},
)
SOURCE = Source(
    name="stargazers",
    source="github",
    stream="stargazers",
    description="Stars that stand, dated, with the account that gave them. A hundred to a point.",
    schema=SCHEMA,
    subjects=subjects,
    fetch=partial(fetch, LISTING),
    atomic=False,
    resumable=True,
    concurrency=CONCURRENCY,
    pool="github_api",
    has_older=partial(has_older, LISTING),
    needs=NEEDS,
)
