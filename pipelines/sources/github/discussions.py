"""GitHub → discussions with their comments and replies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

import pyarrow as pa

from pipelines.errors import Overloaded
from pipelines.sources import Source
from pipelines.sources.columns import COMMENTS, TIME, column
from pipelines.sources.github.client.errors import is_final
from pipelines.sources.github.columns import (
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
from pipelines.sources.github.listings.goals import has_older
from pipelines.sources.github.listings.listing import BY_UPDATE, Extracted, FollowUp, Listing, NewsOrder, Queries
from pipelines.sources.github.listings.walk import fetch
from pipelines.sources.github.subjects import CONCURRENCY, NEEDS, subjects

MOST_IDS = 100  # docs: nodes(ids:) of GitHub's GraphQL API

SCHEMA = pa.schema(
    [
        repository_column(),
        column("discussion_id", pa.string(), "github:discussion:<database id>", nullable=False),
        column("number", pa.int32(), "number in the repository", nullable=False),
        column("created_at", TIME, "opened", nullable=False),
        column("updated_at", TIME, "last change that GitHub noticed", nullable=False),
        column("closed_at", TIME, "closed"),
        column("answered_at", TIME, "an answer was chosen"),
        *person_columns("author", "who opened it"),
        column("comments_total", pa.int64(), "comments that GitHub counts, replies not among them"),
        column("comments", COMMENTS, "comments and replies of this page"),
        *presence_columns(),
        pass_column(),
    ],
)


def _extract(node: Node) -> Extracted:
    """Make a row of a discussion of a page, with its first comments."""
    comments = node["comments"]
    events = [event for event in comments["nodes"] if event is not None]
    info = comments["pageInfo"]
    further: list[FollowUp] = []
    if info["hasNextPage"]:
        further.append({"kind": "comments", "id": node["id"], "after": info["endCursor"]})
    if ids := [event["id"] for event in events if event["replies"]["totalCount"]]:
        further.append({"kind": "replies", "ids": ids, "after": None})
    return Extracted([_row(node, events)], further)


def _row(node: Node, comments: Iterable[Node]) -> dict[str, Any]:
    return {
        "discussion_id": key("discussion", node),
        "node_id": node["id"],
        "number": node["number"],
        "created_at": moment(node["createdAt"]),
        "updated_at": moment(node["updatedAt"]),
        "closed_at": moment(node["closedAt"]),
        "answered_at": moment(node["answerChosenAt"]),
        **person("author", node["author"]),
        "comments_total": node["comments"]["totalCount"],
        "comments": [comment(each, "discussion_comment") for each in comments],
    }


def _gather(items: Sequence[FollowUp]) -> list[FollowUp]:
    """Ask for the first replies to a hundred comments at once, whatever discussions they are in."""
    first = [item for item in items if item["kind"] == "replies" and item["after"] is None]
    ids = [each for item in first for each in item["ids"]]
    together = [
        {"kind": "replies", "ids": ids[start : start + MOST_IDS], "after": None}
        for start in range(0, len(ids), MOST_IDS)
    ]
    return [*(item for item in items if item not in first), *together]


def _follow_up(queries: Queries, item: FollowUp) -> Extracted:
    """Ask for further comments of a discussion, or for replies to comments."""
    if item["kind"] == "replies":
        return _replies(queries, item)
    page = queries.page("discussion_comments", {"id": item["id"]}, ("node", "comments"), item["after"])
    extracted = _extract(page.data["node"])
    return Extracted(extracted.rows, extracted.follow_ups, page.missing)


def _replies(queries: Queries, item: FollowUp) -> Extracted:
    ids = item["ids"]
    try:
        answer = queries.ask("discussion_replies", {"ids": ids, "first": 100, "after": item["after"]})
    except Overloaded:
        if len(ids) == 1:
            raise
        return Extracted([], [{**item, "ids": half} for half in (ids[: len(ids) // 2], ids[len(ids) // 2 :])])
    rows: list[dict[str, Any]] = []
    further: list[FollowUp] = []
    for node in answer.data["nodes"]:
        if node is None or node["discussion"] is None:
            continue
        rows.append(_row(node["discussion"], [each for each in node["replies"]["nodes"] if each is not None]))
        info = node["replies"]["pageInfo"]
        if info["hasNextPage"]:
            further.append({"kind": "replies", "ids": [node["id"]], "after": info["endCursor"]})
    return Extracted(rows, further, tuple(each.message for each in answer.errors if not is_final(each)))


LISTING = Listing(
    stream="discussions",
    document="discussions",
    path=("repository", "discussions"),
    schema=SCHEMA,
    key="discussion_id",
    created="createdAt",
    newest_first=BY_UPDATE,
    news=(NewsOrder(BY_UPDATE, "updatedAt"),),
    extract=_extract,
    follow_up=_follow_up,
    gather=_gather,
    off=lambda probe: not probe.has_discussions,
    size=50,
)


SOURCE = Source(
    name="discussions",
    source="github",
    stream="discussions",
    description="Discussions with every comment and reply: ids, authors, times. A hundred a point, replies apart.",
    schema=SCHEMA,
    subjects=subjects,
    fetch=partial(fetch, LISTING),
    atomic=False,
    resumable=True,
    concurrency=CONCURRENCY,
    pool="github_api",
    priority=3,  # there are few, and contributors are known no earlier
    has_older=partial(has_older, LISTING),
    needs=NEEDS,
)
