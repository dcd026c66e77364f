"""Discussions and pull requests of one model on the Hub: its answers become plain rows. Data flows from JSON.

The listing turns pages by number, newest first; what somebody said is in the answer for each discussion. Everything
here comes from strangers, and is read as `huggingface_model` reads: what is of the wrong type was not told.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from pipelines.sources import untrusted
from pipelines.sources.huggingface.client import model as reading
from pipelines.sources.huggingface.client.client import HubClient

LARGEST_NUMBER = 2**31 - 1
MOST_PAGES = 200  # of one model's listing; the Hub's largest have some dozens
OPENING = timedelta(minutes=1)  # the text that opens a discussion is its first event, of the same moment
CLOSED = frozenset({"closed", "merged"})
TYPES = {"user": "User", "org": "Organization"}


@dataclass(frozen=True)
class Author:
    """Who did something: the account's id on the Hub, else its name; both None where it was deleted."""

    key: str | None = None
    login: str | None = None
    type: str | None = None


NOBODY = Author()


@dataclass(frozen=True)
class Listed:
    """One discussion as the listing shows it. `changes` is what differs when there is news in it."""

    number: int
    created_at: datetime
    status: str | None
    is_pull_request: bool
    comments: int | None
    author: Author

    @property
    def changes(self) -> tuple[int | None, str | None]:
        """The listing tells no time of the last change."""
        return self.comments, self.status


@dataclass
class Listing:
    """A model's listing as far as it could be read; `why` says why it is not whole, None if it is."""

    discussions: list[Listed] = field(default_factory=list)
    why: str | None = None


@dataclass(frozen=True)
class Comment:
    """One comment that is not the opening text."""

    id: str
    author: Author
    created_at: datetime


@dataclass(frozen=True)
class Talk:
    """What was said in a discussion, and its first closing. `left_out`: events without an id or a time."""

    author: Author
    comments: tuple[Comment, ...]
    closed_at: datetime | None
    closed_by: Author
    left_out: int


def listing(client: HubClient, model: str) -> Listing:
    """Every discussion and pull request of a model, newest first.

    Raises:
        SourceError: as HubClient.document; nothing of the listing is then known.
    """
    found = Listing()
    shown: set[int] = set()
    left_out, start, count = 0, 0, 0
    most = MOST_PAGES
    for page in range(MOST_PAGES):
        if page == most:
            break
        answer = client.document(_path(model), [("p", page)], what=f"the discussions of {model}")
        rows = answer.get("discussions")
        rows = rows if isinstance(rows, list) else []
        items = [_listed(row) for row in rows]
        left_out += sum(item is None for item in items)
        found.discussions += [item for item in items if item and item.number not in shown]
        shown |= {item.number for item in items if item}
        start += len(rows)
        count = untrusted.count(answer.get("count")) or 0
        if not page and rows:  # what the first page announces, and one more of what is opened meanwhile
            most = min(MOST_PAGES, math.ceil(max(0, count) / len(rows)) + 1)
        if not rows or start >= count:
            break
    if left_out:
        found.why = f"{left_out:,} discussions of {model} have no number or date"
    elif len(shown) < count:
        found.why = f"the listing of {model} showed {len(shown):,} of {count:,} discussions"
    return found


def talk(client: HubClient, model: str, listed: Listed) -> Talk:
    """What was said in one discussion.

    Raises:
        Gone: it is hidden, or was deleted since.
        SourceError: as HubClient.document.
    """
    what = f"discussion {listed.number} of {model}"
    answer = client.document(f"{_path(model)}/{listed.number}", what=what)
    told = answer.get("events")
    events = [_event(event) for event in (told if isinstance(told, list) else [])]
    good = sorted((event for event in events if event is not None), key=lambda event: (event[0], event[1]))
    comments = [Comment(id_, author, at) for at, id_, kind, author, _status in good if kind == "comment"]
    author = _author(answer)
    if comments and comments[0].author.key == author.key and comments[0].created_at <= listed.created_at + OPENING:
        comments = comments[1:]
    closed = next((event for event in good if event[2] == "status-change" and event[4] in CLOSED), None)
    return Talk(
        author,
        tuple(comments),
        closed[0] if closed else None,
        closed[3] if closed else NOBODY,
        len(events) - len(good) + (not isinstance(told, list)),
    )


def _path(model: str) -> str:
    return f"/api/models/{quote(model)}/discussions"


def _listed(row: Any) -> Listed | None:  # noqa: ANN401 - whatever JSON it is
    if not isinstance(row, dict):
        return None
    number, created_at = untrusted.count(row.get("num")), untrusted.moment(row.get("createdAt"))
    if number is None or not 0 < number <= LARGEST_NUMBER or created_at is None:
        return None
    return Listed(
        number,
        created_at,
        untrusted.text(row.get("status")),
        row.get("isPullRequest") is True,
        untrusted.count(row.get("numComments")),
        _author(row),
    )


def _author(row: Mapping[str, Any]) -> Author:
    told = reading.section(row, "author")
    name, id_ = untrusted.text(told.get("name")), untrusted.text(told.get("_id"))
    if not name and not id_:
        return NOBODY
    return Author(f"hf-user:{id_ or (name or '').lower()}", name, TYPES.get(str(told.get("type"))))


def _event(event: Any) -> tuple[datetime, str, str, Author, str | None] | None:  # noqa: ANN401 - whatever JSON it is
    if not isinstance(event, dict):
        return None
    at, id_ = untrusted.moment(event.get("createdAt")), untrusted.text(event.get("id"))
    if at is None or not id_:
        return None
    status = untrusted.text(reading.section(event, "data").get("status"))
    return at, id_, str(event.get("type")), _author(event), status
