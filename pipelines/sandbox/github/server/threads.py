"""Issues, change requests, discussions, forks, stars and releases as rows in GraphQL's own form, as of a moment."""

from __future__ import annotations

from datetime import datetime, timedelta

from pipelines.sandbox.github.server.rows import (
    Parts,
    Row,
    bare_repository,
    database_id,
    full_database_id,
    maybe,
    node_id,
    stamp,
)
from pipelines.sandbox.github.world.facts import ChangeRequest, Comment, Discussion, Event, Fork, Issue, Release, Star

_CATEGORY: Row = {
    "id": "DIC_1", "name": "Q&A", "slug": "q-a", "isAnswerable": True,
    "createdAt": "2020-01-01T00:00:00Z", "updatedAt": "2020-01-01T00:00:00Z",
}  # fmt: skip


class Rows(Parts):
    """Makes all rows as of `now`."""

    def state(self, one: Issue | ChangeRequest | Discussion) -> str:
        """`OPEN`, `CLOSED` or `MERGED` by now."""
        if isinstance(one, Discussion):
            return "CLOSED" if one.closed_at is not None and one.closed_at <= self.now else "OPEN"
        return _state(self.happened(one.events))

    def issue(self, issue: Issue, repository: Row) -> Row:
        """An issue."""
        events = self.happened(issue.events)
        state = next((event for event in reversed(events) if event.kind in {"closed", "reopened"}), None)
        closed = state is not None and state.kind == "closed"
        return {
            **self._thread("Issue", issue, repository, "issues"),
            "closed": closed,
            "closedAt": stamp(state.at) if state is not None and closed else None,
            "state": "CLOSED" if closed else "OPEN",
            "stateReason": state.reason if state is not None and closed else "REOPENED" if state else None,
            "_events": events,
        }

    def change_request(self, change: ChangeRequest, repository: Row, forks: dict[int, Fork]) -> Row:
        """A change request, with where it comes from as long as that is there."""
        events = self.happened(change.events)
        last = {event.kind: event for event in events}
        ends = [event for event in events if event.kind in {"closed", "reopened", "merged"}]
        merged = last.get("merged")
        closed = merged is not None or bool(ends and ends[-1].kind == "closed")
        drafts = [event.kind for event in events if event.kind in {"ready", "draft"}]
        fork = forks.get(change.head) if change.head is not None else None
        head = repository if change.head is None else self.fork(fork, repository) if fork is not None else None
        return {
            **self._thread("PullRequest", change, repository, "pull"),
            "closed": closed,
            "closedAt": stamp(ends[-1].at) if closed else None,
            "state": "MERGED" if merged else "CLOSED" if closed else "OPEN",
            "isDraft": drafts[-1] == "draft" if drafts else change.drafted,
            "merged": merged is not None,
            "mergedAt": stamp(merged.at) if merged else None,
            "mergedBy": self.actor(merged.actor) if merged else None,
            "headRepository": head,
            "headRepositoryOwner": head["owner"] if head else None,
            "headRefName": change.branch or f"branch-{change.number}",
            "baseRefName": "main",
            "isCrossRepository": change.head is not None,
            "additions": change.additions,
            "deletions": change.deletions,
            "changedFiles": change.files,
            "_events": events,
            "_reviews": self.there(change.reviews),
        }

    def _thread(self, kind: str, one: Issue | ChangeRequest, repository: Row, path: str) -> Row:
        at, comments = stamp(one.created_at), self.there(one.comments)
        return {
            "__typename": kind,
            "id": node_id(kind, one.id),
            "databaseId": database_id(one.id),
            "fullDatabaseId": full_database_id(one.id),
            "number": one.number,
            "title": one.title,
            "body": "",
            "author": self.actor(one.author),
            "authorAssociation": one.association,
            "createdAt": at,
            "publishedAt": at,
            "updatedAt": stamp(self.changed_at(one)),
            "locked": False,
            "totalCommentsCount": len(comments),
            "url": f"{repository['url']}/{path}/{one.number}",
            "permalink": f"{repository['url']}/{path}/{one.number}",
            "resourcePath": f"{repository['resourcePath']}/{path}/{one.number}",
            "repository": repository,
            "_comments": comments,
        }

    def fork_pushed(self, fork: Fork) -> datetime:
        """When it was last pushed to; before anybody did, its parent's last push shows."""
        return max((at for at in fork.pushes if at <= self.now), default=fork.created_at - timedelta(hours=1))

    def fork(self, fork: Fork, parent: Row) -> Row:
        """A fork as a repository, without what happens in it."""
        return {
            **bare_repository(fork.id, fork.full_name, fork.created_at),
            "owner": self.actor(fork.owner),
            "pushedAt": stamp(self.fork_pushed(fork)) if fork.dated else None,
            "updatedAt": stamp(self.fork_pushed(fork)),
            "isFork": True,
            "isArchived": fork.archived,
            "parent": parent,
            "hasIssuesEnabled": False,
        }

    def star(self, star: Star) -> Row:
        """A star as the edge that it is."""
        return {"starredAt": stamp(star.at), "node": self.actor(star.account)}

    def release(self, release: Release, repository: Row) -> Row:
        """A release."""
        author = self.actor(release.author)
        return {
            "__typename": "Release",
            "id": node_id("Release", release.id),
            "databaseId": database_id(release.id),
            "name": release.tag,
            "tagName": release.tag,
            "author": author if author and author["__typename"] == "User" else None,
            "createdAt": stamp(release.created_at),
            "publishedAt": stamp(release.published_at),
            "updatedAt": stamp(release.published_at),
            "isDraft": False,
            "isLatest": False,
            "isPrerelease": release.prerelease,
            "url": f"{repository['url']}/releases/tag/{release.tag}",
            "resourcePath": f"{repository['resourcePath']}/releases/tag/{release.tag}",
            "repository": repository,
        }

    def discussion(self, one: Discussion, repository: Row) -> Row:
        """A discussion."""
        answered = one.answered_at is not None and one.answered_at <= self.now
        closed = one.closed_at is not None and one.closed_at <= self.now
        comments = self.there(one.comments)
        row = {
            **self._thread("Discussion", _as_issue(one), repository, "discussions"),
            "updatedAt": stamp(self.changed_at(one)),
            "closed": closed,
            "closedAt": maybe(one.closed_at) if closed else None,
            "stateReason": "RESOLVED" if closed else None,
            "isAnswered": answered,
            "answerChosenAt": maybe(one.answered_at) if answered else None,
            "answerChosenBy": self.actor(one.author) if answered else None,
            "upvoteCount": 0,
            "category": _CATEGORY,
            "_comments": comments,
            "_answer": one.answer if answered else None,
        }
        row["answer"] = next((self.said(c, row) for c in comments if answered and c.id == one.answer), None)
        return row

    def said(self, comment: Comment, discussion: Row, reply_to: Row | None = None) -> Row:
        """A comment on a discussion, or a reply to one."""
        at = stamp(comment.at)
        return {
            "__typename": "DiscussionComment",
            "id": node_id("DiscussionComment", comment.id),
            "databaseId": database_id(comment.id),
            "author": self.actor(comment.author),
            "authorAssociation": "NONE",
            "body": "",
            "createdAt": at,
            "updatedAt": at,
            "publishedAt": at,
            "isAnswer": comment.id == discussion["_answer"],
            "upvoteCount": 0,
            "replyTo": reply_to,
            "discussion": discussion,
            "url": f"{discussion['url']}#discussioncomment-{comment.id}",
            "resourcePath": f"{discussion['resourcePath']}#discussioncomment-{comment.id}",
            "_comments": self.there(comment.replies),
        }


def _state(events: list[Event]) -> str:
    kinds = [event.kind for event in events if event.kind in {"closed", "reopened", "merged"}]
    if "merged" in kinds:
        return "MERGED"
    return "CLOSED" if kinds and kinds[-1] == "closed" else "OPEN"


def _as_issue(one: Discussion) -> Issue:
    return Issue(one.number, one.id, one.author, one.created_at, one.comments, (), one.title)
