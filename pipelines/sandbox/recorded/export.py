"""A simulated GitHub as of its now → files in the layout of docs/recorded.md. From facts to JSON lines.

What is not there any more is left out, and people who are gone are null, as an export from the API would have it.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines.sandbox.github.server.rows import stamp
from pipelines.sandbox.github.server.shown import RepositoryShown, Shown
from pipelines.sandbox.github.world import facts
from pipelines.sandbox.recorded.reading import NOTE

EVENT_TYPES: Mapping[facts.EventKind, str] = {
    "closed": "closed",
    "reopened": "reopened",
    "merged": "merged",
    "ready": "ready_for_review",
    "draft": "convert_to_draft",
}
Row = dict[str, Any]


def export_github(world: facts.GitHubWorld, folder: Path) -> list[Path]:
    """Write each repository that is there to `folder/github/OWNER+NAME/`; returns those folders."""
    shown = Shown(world)
    written = []
    for fact in world.repositories:
        found = shown.of(fact)
        if found is not None:
            path = folder / "github" / found.name.replace("/", "+")
            path.mkdir(parents=True, exist_ok=True)
            _Exporter(found, world).write(path)
            written.append(path)
    return written


class _Exporter:
    def __init__(self, shown: RepositoryShown, world: facts.GitHubWorld) -> None:
        self._shown, self._world, self._rows = shown, world, shown.rows

    def write(self, path: Path) -> None:
        makes: Mapping[str, tuple[str, Callable[[Any], Row]]] = {
            "issues": ("issues", self._issue),
            "pull_requests": ("change_requests", self._change),
            "forks": ("forks", self._fork),
            "stargazers": ("stars", self._star),
            "releases": ("releases", self._release),
            "discussions": ("discussions", self._discussion),
        }
        for name, (stream, make) in makes.items():
            _write(path / f"{name}.jsonl.gz", (make(one) for one in self._shown.listing(stream).facts))
        (path / NOTE).write_text(json.dumps(self._note(), indent=1) + "\n")

    def _note(self) -> Row:
        one, row = self._shown.facts, self._shown.row
        return {
            "id": one.id,
            "as_of": stamp(self._world.now),
            "created_at": stamp(one.created_at),
            "pushed_at": row["pushedAt"],
            "owner": self._person(one.owner),
            "archived": row["isArchived"],
            "parent": one.parent,
            "has_issues": one.has_issues,
            "has_discussions": one.has_discussions,
            "license": one.license,
            "language": one.language,
            "topics": list(one.topics),
            "watchers": one.watchers,
        }

    def _person(self, account: facts.Account) -> Row | None:
        row = self._rows.actor(account)
        return None if row is None else {"login": row["login"], "id": row["databaseId"], "type": row["__typename"]}

    def _comments(self, comments: Iterable[facts.Comment], *, replies: bool = False) -> Iterator[Row]:
        for one in self._rows.there(comments):
            row = {"id": one.id, "author": self._person(one.author), "created_at": stamp(one.at)}
            yield {**row, "replies": list(self._comments(one.replies))} if replies else row

    def _thread(self, one: facts.Issue | facts.ChangeRequest) -> Row:
        events = [
            {
                "type": EVENT_TYPES[event.kind],
                "at": stamp(event.at),
                "actor": self._person(event.actor),
                "reason": event.reason,
            }
            for event in self._rows.happened(one.events)
        ]
        return {
            "number": one.number,
            "id": one.id,
            "author": self._person(one.author),
            "association": one.association,
            "created_at": stamp(one.created_at),
            "comments": list(self._comments(one.comments)),
            "events": events,
        }

    def _issue(self, one: facts.Issue) -> Row:
        row = self._rows.issue(one, self._shown.row)
        return {**self._thread(one), "closed_at": row["closedAt"], "state_reason": row["stateReason"]}

    def _change(self, one: facts.ChangeRequest) -> Row:
        row = self._rows.change_request(one, self._shown.row, self._shown.forks)
        head = row["headRepository"]
        elsewhere = head is not None and one.head is not None
        reviews = [
            {"id": review.id, "author": self._person(review.author), "submitted_at": stamp(review.at), "state": review.state}
            for review in self._rows.there(one.reviews)
        ]
        return {
            **self._thread(one),
            "closed_at": row["closedAt"],
            "merged_at": row["mergedAt"],
            "is_draft": row["isDraft"],
            "reviews": reviews,
            "additions": row["additions"],
            "deletions": row["deletions"],
            "changed_files": row["changedFiles"],
            "head_ref": row["headRefName"],
            "is_cross_repository": one.head is not None,
            "head_repository": {"id": head["databaseId"], "full_name": head["nameWithOwner"]} if elsewhere else None,
            "head_repository_owner": _account(head["owner"]) if elsewhere else None,
        }

    def _fork(self, one: facts.Fork) -> Row:
        return {
            "id": one.id,
            "full_name": one.full_name,
            "owner": self._person(one.owner),
            "created_at": stamp(one.created_at),
            "pushed_at": stamp(self._rows.fork_pushed(one)) if one.dated else None,
            "archived": one.archived,
        }

    def _star(self, one: facts.Star) -> Row:
        return {**(self._person(one.account) or {"login": "ghost"}), "starred_at": stamp(one.at)}

    def _release(self, one: facts.Release) -> Row:
        return {
            "id": one.id,
            "tag": one.tag,
            "author": self._person(one.author),
            "created_at": stamp(one.created_at),
            "published_at": stamp(one.published_at),
            "prerelease": one.prerelease,
        }

    def _discussion(self, one: facts.Discussion) -> Row:
        now = self._world.now
        return {
            "number": one.number,
            "id": one.id,
            "author": self._person(one.author),
            "created_at": stamp(one.created_at),
            "closed_at": _past(one.closed_at, now),
            "answered_at": _past(one.answered_at, now),
            "answer_id": one.answer if _past(one.answered_at, now) else None,
            "comments": list(self._comments(one.comments, replies=True)),
        }


def _account(row: Row | None) -> Row | None:
    return None if row is None else {"login": row["login"], "id": row.get("databaseId"), "type": row["__typename"]}


def _past(moment: datetime | None, now: datetime) -> str | None:
    return stamp(moment) if moment is not None and moment <= now else None


def _write(path: Path, rows: Iterable[Row]) -> None:
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=3) as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
