"""The loopback Hub's answers about discussions, in the form of the Hub's OpenAPI document. Nothing here is HTTP."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.sandbox.faults import HOSTILE_TAG
from pipelines.sandbox.huggingface.models import BadQueryError, Row

PATH = re.compile(r"/api/models/(?P<model>[^/]+/[^/]+)/discussions(?:/(?P<number>[0-9]+))?")
PAGE = 50  # discussions
SORTS = frozenset({"recently-created", "trending", "reactions"})
LISTED = ("num", "author", "repo", "title", "createdAt", "status", "isPullRequest", "pinned")


def page(discussions: Sequence[Row], params: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """One page of a model's listing, newest first, whatever the order asked for: nothing trends here.

    Raises:
        BadQueryError: a parameter that the Hub refuses.
    """
    number, sort = params.get("p", ["0"])[-1], params.get("sort", ["recently-created"])[-1]
    kind, status = params.get("type", ["all"])[-1], params.get("status", ["all"])[-1]
    if not number.isdecimal() or sort not in SORTS:
        raise BadQueryError(f"p must be a number and sort one of {', '.join(sorted(SORTS))}")
    chosen = [
        one
        for one in discussions
        if kind in {"all", "pull_request" if one["isPullRequest"] else "discussion"}
        and status in {"all", "open" if one["status"] in {"open", "draft"} else "closed"}
    ]
    start = int(number) * PAGE
    return {
        "discussions": [_listed(one) for one in chosen[start : start + PAGE]],
        "count": len(chosen),
        "start": start,
        "numClosedDiscussions": sum(one["status"] in {"closed", "merged"} for one in chosen),
    }


def _listed(one: Row) -> Row:
    comments = [event for event in one["events"] if event["type"] == "comment"]
    people = {event["author"]["name"] for event in one["events"] if "author" in event}
    owner = one["repo"]["name"].partition("/")[0]
    return {
        **{name: one[name] for name in LISTED if name in one},
        "topReactions": [],
        "numComments": len(comments),
        "numReactionUsers": 0,
        "repoOwner": {
            "name": owner,
            "type": "org",
            "isParticipating": owner in people,
            "isDiscussionAuthor": one.get("author", {}).get("name") == owner,
        },
    }


def spoilt(kind: str, answer: dict[str, Any]) -> bytes:
    """The body of an answer whose content is at fault; of any other, the answer as it is."""
    parts = answer.get("discussions") or answer.get("events") or []
    if kind == "html":
        return b"<!doctype html><title>One moment</title><p>We are checking your browser.</p>"
    if kind == "no-list":
        return b"[]"
    if kind in {"null-id", "hostile"} and parts:
        name = "num" if "discussions" in answer else "id"
        first = {**parts[0], name: None} if kind == "null-id" else {**parts[0], "title": HOSTILE_TAG, "createdAt": 7}
        author = {**parts[-1].get("author", {}), "name": HOSTILE_TAG, "type": ["user"]}
        last = {**parts[-1], "author": author} if kind == "hostile" else parts[-1]
        changed = [first] if len(parts) == 1 else [first, *parts[1:-1], last]
        answer = {**answer, "discussions" if "discussions" in answer else "events": changed}
    body = json.dumps(answer).encode()
    return body[: len(body) // 2] if kind == "half" else body
