"""GitHub → change requests with reviews, comments, readiness, merge and head.

One row each; reviews and comments that one page does not hold come in further rows of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import pyarrow as pa

from pipelines.sources import Source
from pipelines.sources.columns import COMMENTS, NAME, TIME, column
from pipelines.sources.github.agents import agent_of_branch
from pipelines.sources.github.columns import (
    EVENTS,
    REVIEWS,
    Node,
    account_key,
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
        column("pull_request_id", pa.string(), "github:pull:<database id>", nullable=False),
        column("number", pa.int32(), "number in the repository", nullable=False),
        column("created_at", TIME, "opened", nullable=False),
        column("updated_at", TIME, "last change that GitHub noticed", nullable=False),
        column("is_draft", pa.bool_(), "a draft now", nullable=False),
        column("ready_at", TIME, "first marked as ready for review; NULL if it never was a draft or still is one"),
        column("merged_at", TIME, "merged"),
        column("closed_at", TIME, "closed or merged, as it stands now"),
        *person_columns("closed_by", "who closed it as it stands now"),
        *person_columns("merged_by", "who merged it"),
        *person_columns("author", "who opened it"),
        column("author_association", pa.string(), "of the author with the repository, as it was when fetched"),
        column(
            "head_repository_id",
            pa.string(),
            "github:<database id> of where it comes from; NULL where that is gone",
        ),
        column("head_owner_key", pa.string(), "key of its owner"),
        column("additions", pa.int32(), "lines added"),
        column("deletions", pa.int32(), "lines deleted"),
        column("changed_files", pa.int32(), "files changed"),
        column("head_agent", NAME, "the listed AI agent whose prefix its branch has (copilot/, codex/, …); NULL: none"),
        column("events", EVENTS, "draft and ready, closings, reopenings and listed labels of this page, in order"),
        column("comments_total", pa.int64(), "comments that GitHub counts, those on lines not among them"),
        column("comments", COMMENTS, "comments of this page"),
        column("reviews_total", pa.int64(), "reviews that GitHub counts"),
        column("reviews", REVIEWS, "reviews of this page"),
        *presence_columns(),
        pass_column(),
    ],
)


def _extract(node: Node) -> Extracted:
    """Make a row of a change request of a page."""
    return _row_of(node, {})


def _follow_up(queries: Queries, item: FollowUp) -> Extracted:
    """Ask for its further reviews and comments."""
    page = queries.page("pull_request_timeline", {"id": item["id"]}, ("node", "timelineItems"), item["after"])
    extracted = _row_of(page.data["node"], item["carry"])
    return Extracted(extracted.rows, extracted.follow_ups, page.missing)


def _row_of(node: Node, carry: Mapping[str, Any]) -> Extracted:
    """The row of a change request with the events of one page; `carry`: what earlier pages had of its states."""
    happened = node["timelineItems"]
    told = [event for event in happened["nodes"] if event is not None]
    states = {**carry, **_states(told, carry)}
    head = node["headRepository"]
    row = {
        "pull_request_id": key("pull", node),
        "node_id": node["id"],
        "number": node["number"],
        "created_at": moment(node["createdAt"]),
        "updated_at": moment(node["updatedAt"]),
        "is_draft": node["isDraft"],
        "ready_at": moment(states.get("ready_at")),
        "merged_at": moment(node["mergedAt"]),
        "closed_at": moment(node["closedAt"]),
        **(states.get("closed_by") or {} if node["closedAt"] else {}),
        **person("merged_by", node["mergedBy"]),
        **person("author", node["author"]),
        "author_association": node["authorAssociation"],
        "head_repository_id": f"github:{head['databaseId']}" if head and head["databaseId"] else None,
        "head_owner_key": account_key(head["owner"]) if head else None,
        "additions": node["additions"],
        "deletions": node["deletions"],
        "changed_files": node["changedFiles"],
        "head_agent": agent_of_branch(node["headRefName"]),
        "events": events(told),
        "comments_total": node["comments"]["totalCount"],
        "comments": [comment(event) for event in told if event["__typename"] == "IssueComment"],
        "reviews_total": (node["reviews"] or {}).get("totalCount"),  # they may be null
        "reviews": [_review(event) for event in told if event["__typename"] == "PullRequestReview"],
    }
    info = happened["pageInfo"]
    further = [{"id": node["id"], "after": info["endCursor"], "carry": states}] if info["hasNextPage"] else []
    return Extracted([row], further)


def _states(events: Sequence[Node], carry: Mapping[str, Any]) -> dict[str, Any]:
    """When it was first ready for review, and who closed it last."""
    told: dict[str, Any] = {}
    for event in events:
        if event["__typename"] == "ReadyForReviewEvent" and "ready_at" not in {**carry, **told}:
            told["ready_at"] = event["createdAt"]
        elif event["__typename"] == "ClosedEvent":
            told["closed_by"] = person("closed_by", event["actor"])
    return told


def _review(event: Node) -> dict[str, Any]:
    return {
        "review_id": key("review", event),
        **person("author", event["author"]),
        "submitted_at": moment(event["submittedAt"]),
        "state": event["state"],
    }


LISTING = Listing(
    stream="pull_requests",
    document="pull_requests",
    path=("repository", "pullRequests"),
    schema=SCHEMA,
    key="pull_request_id",
    created="createdAt",
    newest_first=BY_UPDATE,
    news=(NewsOrder(BY_UPDATE, "updatedAt"),),
    extract=_extract,
    follow_up=_follow_up,
)
SOURCE = Source(
    name="pull_requests",
    source="github",
    stream="pull_requests",
    description="Change requests with every review and comment: ids, authors, times. A hundred cost one point.",
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
