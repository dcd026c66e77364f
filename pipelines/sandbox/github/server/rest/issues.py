"""Issues and comments by REST, as peers ask for them: Perceval's GitHub backend among them, which `make bench` runs."""

from __future__ import annotations

from typing import Any

from pipelines.sandbox.github.server.rest.base import Ask, Listed, RestError, find, user
from pipelines.sandbox.github.server.rows import Row, stamp
from pipelines.sandbox.github.server.shown import RepositoryShown
from pipelines.sandbox.github.world.facts import Comment


def issues(ask: Ask, owner: str, name: str) -> Listed:
    """Issues and change requests, which REST has in one list."""
    shown = find(ask, owner, name)
    if not shown.facts.has_issues:
        raise RestError(410, "Issues are disabled for this repo")
    field = {"created": "CREATED_AT", "updated": "UPDATED_AT"}[ask.parameters.get("sort", "created")]
    since, state = ask.parameters.get("since", ""), ask.parameters.get("state", "open")
    since = since.replace("+00:00", "Z")
    both = [(key, name, fact) for name in ("issues", "change_requests") for key, fact in _keyed(shown, name, field)]
    both.sort(key=lambda item: item[0], reverse=ask.parameters.get("direction", "desc") == "desc")
    if since:
        both = [item for item in both if stamp(shown.rows.changed_at(item[2])) >= since]
    if state != "all":
        wanted = {"OPEN"} if state == "open" else {"CLOSED", "MERGED"}
        both = [item for item in both if shown.rows.state(item[2]) in wanted]
    return Listed(both, lambda item: _issue_row(ask, shown, item[1], item[2]))


def _keyed(shown: RepositoryShown, stream: str, field: str) -> list[tuple[Any, Any]]:
    listing = shown.listing(stream, field)
    return list(zip(listing.keys, listing.facts, strict=True))


def issue(ask: Ask, owner: str, name: str, number: str) -> Row:
    """One of them by its number."""
    shown = find(ask, owner, name)
    found = shown.by_number.get(int(number))
    if found is None or found[0] == "discussions":
        raise RestError(404, "Not Found")
    return _issue_row(ask, shown, *found)


def _issue_row(ask: Ask, shown: RepositoryShown, stream: str, fact: Any) -> Row:
    row = shown.thread(stream, fact)
    url = f"{ask.endpoint}/repos/{shown.name}/issues/{fact.number}"
    more = {"pull_request": {"url": url, "merged_at": row["mergedAt"]}} if stream == "change_requests" else {}
    return {
        "id": fact.id,
        "node_id": row["id"],
        "number": fact.number,
        "title": fact.title,
        "body": "",
        "url": url,
        "html_url": row["url"],
        "comments_url": f"{url}/comments",
        "user": user(None if row["author"] is None else fact.author),
        "author_association": row["authorAssociation"],
        "state": "open" if row["state"] == "OPEN" else "closed",
        "state_reason": (row.get("stateReason") or "").lower() or None,
        "locked": False,
        "assignee": None,
        "assignees": [],
        "labels": [],
        "milestone": None,
        "comments": len(row["_comments"]),
        "created_at": row["createdAt"],
        "updated_at": row["updatedAt"],
        "closed_at": row["closedAt"],
        "reactions": {"url": f"{url}/reactions", "total_count": 0},
        **more,
    }


def comments(ask: Ask, owner: str, name: str, number: str) -> Listed:
    """All comments of one of them."""
    shown = find(ask, owner, name)
    found = shown.by_number.get(int(number))
    if found is None or found[0] == "discussions":
        raise RestError(404, "Not Found")

    def row(comment: Comment) -> Row:
        at = stamp(comment.at)
        url = f"{ask.endpoint}/repos/{shown.name}/issues/comments/{comment.id}"
        who = None if shown.rows.actor(comment.author) is None else comment.author
        return {
            "id": comment.id,
            "url": url,
            "user": user(who),
            "body": "",
            "created_at": at,
            "updated_at": at,
            "author_association": "NONE",
            "reactions": {"url": f"{url}/reactions", "total_count": 0},
        }

    return Listed(shown.rows.there(found[1].comments), row)


def nothing(ask: Ask, owner: str, name: str, number: str) -> list[Row]:
    """What there is none of: reactions."""
    del number
    find(ask, owner, name)
    return []
