"""GitHub → issues with all their comments and the first closing: who, when.

One row an issue; comments that one page does not hold come in further rows of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import pyarrow as pa

from pipelines.sources import Source
from pipelines.sources.columns import COMMENTS, TIME, column
from pipelines.sources.github.columns import (
    EVENTS,
    Node,
    comment,
    key,
    moment,
    pass_column,
    person,
    person_columns,
    presence_columns,
    repository_column,
)
from pipelines.sources.github.events import events
from pipelines.sources.github.listings.goals import has_older
from pipelines.sources.github.listings.listing import BY_UPDATE, Extracted, FollowUp, Listing, NewsOrder, Queries
from pipelines.sources.github.listings.walk import fetch
from pipelines.sources.github.subjects import CONCURRENCY, NEEDS, subjects

SCHEMA = pa.schema(
    [
        repository_column(),
        column("issue_id", pa.string(), "github:issue:<database id>", nullable=False),
        column("number", pa.int32(), "number in the repository", nullable=False),
        column("created_at", TIME, "opened", nullable=False),
        column("updated_at", TIME, "last change that GitHub noticed", nullable=False),
        column("closed_at", TIME, "closed, as it stands now; NULL while open"),
        column("first_closed_at", TIME, "closed for the first time; NULL if never"),
        *person_columns("closed_by", "who closed it first"),
        column("state_reason", pa.string(), "COMPLETED, NOT_PLANNED, REOPENED, DUPLICATE"),
        *person_columns("author", "who opened it"),
        column(
            "author_association",
            pa.string(),
            "of the author with the repository, as it was when fetched",
        ),
        column("events", EVENTS, "closings, reopenings and listed labels of this page, in order"),
        column("comments_total", pa.int64(), "comments that GitHub counts"),
        column("comments", COMMENTS, "comments of this page: the rows of an issue together have all of them"),
        *presence_columns(),
        pass_column(),
    ],
)


def _extract(node: Node) -> Extracted:
    """Make a row of an issue of a page."""
    return _row_of(node, {})


def _follow_up(queries: Queries, item: FollowUp) -> Extracted:
    """Ask for its further comments."""
    page = queries.page("issue_timeline", {"id": item["id"]}, ("node", "timelineItems"), item["after"])
    extracted = _row_of(page.data["node"], item["carry"])
    return Extracted(extracted.rows, extracted.follow_ups, page.missing)


def _row_of(node: Node, carry: Mapping[str, Any]) -> Extracted:
    """The row of an issue with the comments of one page; `carry`: the first closing, if an earlier page had it."""
    happened = node["timelineItems"]
    told = [event for event in happened["nodes"] if event is not None]
    closed = dict(carry) or next((_closing(event) for event in told if event["__typename"] == "ClosedEvent"), {})
    row = {
        "issue_id": key("issue", node),
        "node_id": node["id"],
        "number": node["number"],
        "created_at": moment(node["createdAt"]),
        "updated_at": moment(node["updatedAt"]),
        "closed_at": moment(node["closedAt"]),
        **closed,
        "first_closed_at": moment(closed.get("first_closed_at")),
        "state_reason": node["stateReason"],
        **person("author", node["author"]),
        "author_association": node["authorAssociation"],
        "comments_total": node["comments"]["totalCount"],
        "events": events(told),
        "comments": [comment(event) for event in told if event["__typename"] == "IssueComment"],
    }
    info = happened["pageInfo"]
    further = [{"id": node["id"], "after": info["endCursor"], "carry": closed}] if info["hasNextPage"] else []
    return Extracted([row], further)


def _closing(event: Node) -> dict[str, Any]:
    return {"first_closed_at": event["createdAt"], **person("closed_by", event["actor"])}


LISTING = Listing(
    stream="issues",
    document="issues",
    path=("repository", "issues"),
    schema=SCHEMA,
    key="issue_id",
    created="createdAt",
    newest_first=BY_UPDATE,
    news=(NewsOrder({"field": "UPDATED_AT", "direction": "ASC"}, "updatedAt", since=True),),
    extract=_extract,
    follow_up=_follow_up,
    off=lambda probe: not probe.has_issues,
)
SOURCE = Source(
    name="issues",
    source="github",
    stream="issues",
    description="Issues with every comment: ids, authors, times. A hundred with their comments cost one point.",
    schema=SCHEMA,
    subjects=subjects,
    fetch=partial(fetch, LISTING),
    atomic=False,
    resumable=True,
    concurrency=CONCURRENCY,
    pool="github_api",
    priority=4,
    has_older=partial(has_older, LISTING),
    needs=NEEDS,
)
