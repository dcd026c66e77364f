"""Facts as rows in GraphQL's own form, as of a moment: what came later is left out, what follows from it is undone.

A row is a dict of leaf values as they are sent. A key with a leading underscore holds what a connection of the row is
made of. Data flows from `github_world` to `github_resolvers` and `github_rest`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from pipelines.sandbox.github.world.facts import Account, ChangeRequest, Comment, Discussion, Event, Issue, Review

Row = dict[str, Any]

LARGEST_INT = 2**31 - 1  # GraphQL's Int; `fullDatabaseId` is there for what exceeds it
SITE = "https://github.example"
NODE_PREFIX = {
    "User": "U", "Bot": "BOT", "Mannequin": "M", "Organization": "O", "EnterpriseUserAccount": "EU",
    "Repository": "R", "Issue": "I", "PullRequest": "PR", "IssueComment": "IC", "PullRequestReview": "PRR",
    "Release": "RE", "Discussion": "D", "DiscussionComment": "DC",
}  # fmt: skip
TIMELINE = {"closed": "ClosedEvent", "reopened": "ReopenedEvent", "merged": "MergedEvent", "ready": "ReadyForReviewEvent", "draft": "ConvertToDraftEvent", "labeled": "LabeledEvent", "unlabeled": "UnlabeledEvent"}  # fmt: skip  # noqa: E501


def stamp(moment: datetime) -> str:
    """A time as GitHub writes it: UTC, to the second. Such texts sort as times do."""
    return f"{moment.isoformat()[:19]}Z"


def maybe(moment: datetime | None) -> str | None:
    """The same of a time that may be missing."""
    return None if moment is None else stamp(moment)


def node_id(kind: str, id_: int) -> str:
    """The node id of something."""
    return f"{NODE_PREFIX[kind]}_{id_:x}"


def database_id(id_: int) -> int | None:
    """A database id as GraphQL's Int; None where it does not fit into one, and where it is not known."""
    return id_ if 0 < id_ <= LARGEST_INT else None


def full_database_id(id_: int) -> str | None:
    """A database id of any size; None where it is not known."""
    return str(id_) if id_ > 0 else None


def account_row(account: Account) -> Row:
    """An account, whichever of the five kinds it is."""
    return {
        "__typename": account.kind,
        "id": node_id(account.kind, account.id),
        "databaseId": account.id if account.id > 0 else None,
        "login": account.login,
        "name": account.name,
        "company": account.company,
        "email": "",
        "createdAt": stamp(account.created_at),
        "updatedAt": stamp(account.created_at),
        "url": f"{SITE}/{account.login}",
        "resourcePath": f"/{account.login}",
        "avatarUrl": f"{SITE}/{account.login}.png",
        "isVerified": False,
        "isEmployee": False,
        "isSiteAdmin": False,
    }


def bare_repository(id_: int, full_name: str, created_at: datetime) -> Row:
    """What every repository has, forks included, with what most of them answer."""
    owner, _, name = full_name.partition("/")
    nothing: Sequence[Any] = ()
    return {
        "__typename": "Repository",
        "id": node_id("Repository", id_),
        "databaseId": id_ if id_ > 0 else None,
        "name": name,
        "nameWithOwner": full_name,
        "url": f"{SITE}/{full_name}",
        "resourcePath": f"/{full_name}",
        "createdAt": stamp(created_at),
        "updatedAt": stamp(created_at),
        "description": None,
        "visibility": "PUBLIC",
        "owner": {"__typename": "User", "login": owner, "id": f"U_{owner}"},
        **dict.fromkeys(("isArchived", "isDisabled", "isEmpty", "isFork", "isInOrganization", "isLocked"), False),
        **dict.fromkeys(("isMirror", "isPrivate", "isTemplate", "hasProjectsEnabled", "hasWikiEnabled"), False),
        **dict.fromkeys(("hasIssuesEnabled", "hasDiscussionsEnabled", "forkingAllowed", "isBlankIssuesEnabled"), True),
        "isSecurityPolicyEnabled": False,
        "diskUsage": 1_000,
        "forkCount": 0,
        "stargazerCount": 0,
        "issueTemplates": nothing,
        "pullRequestTemplates": nothing,
        "_shown": None,
    }


class Parts:
    """Makes the rows of people, comments, reviews and events as of `now`."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._actors: dict[int, Row] = {}

    def actor(self, account: Account) -> Row | None:
        """Who did something; None for a ghost."""
        if account.deleted_at is not None and account.deleted_at <= self.now:
            return None
        found = self._actors.get(account.id)
        if found is None:
            found = self._actors[account.id] = account_row(account)
        return found

    def there(self, facts: Iterable[Any]) -> list[Any]:
        """Those comments, replies, issues, … that exist now."""
        now = self.now
        return [
            one
            for one in facts
            if (one.at if hasattr(one, "at") else one.created_at) <= now
            and (getattr(one, "deleted_at", None) is None or one.deleted_at > now)
        ]

    def happened(self, events: Iterable[Event]) -> list[Event]:
        """What has happened by now."""
        return [event for event in events if event.at <= self.now]

    def changed_at(self, one: Issue | ChangeRequest | Discussion) -> datetime:
        """When it was last changed: opened, commented on, reviewed, closed."""
        now, last = self.now, one.created_at
        for part in (one.comments, getattr(one, "events", ()), getattr(one, "reviews", ())):
            for item in part:
                if last < item.at <= now:
                    last = item.at
        if isinstance(one, Discussion):
            later = [r.at for c in one.comments for r in c.replies] + [one.closed_at, one.answered_at]
            last = max([last, *(at for at in later if at is not None and at <= now)])
        return last

    def comment(self, comment: Comment, parent: Row) -> Row:
        """A comment on an issue or a change request."""
        at, author = stamp(comment.at), self.actor(comment.author)
        return {
            "__typename": "IssueComment",
            "id": node_id("IssueComment", comment.id),
            "databaseId": database_id(comment.id),
            "fullDatabaseId": full_database_id(comment.id),
            "author": author,
            "authorAssociation": "NONE",
            "body": "",
            "createdAt": at,
            "updatedAt": at,
            "publishedAt": at,
            "isMinimized": False,
            "url": f"{parent['url']}#issuecomment-{comment.id}",
            "resourcePath": f"{parent['resourcePath']}#issuecomment-{comment.id}",
            "issue": parent,
            "pullRequest": parent if parent["__typename"] == "PullRequest" else None,
            "repository": parent["repository"],
        }

    def review(self, review: Review, parent: Row) -> Row:
        """A review."""
        at = stamp(review.at)
        return {
            "__typename": "PullRequestReview",
            "id": node_id("PullRequestReview", review.id),
            "databaseId": database_id(review.id),
            "fullDatabaseId": full_database_id(review.id),
            "author": self.actor(review.author),
            "authorAssociation": "NONE",
            "body": "",
            "state": review.state,
            "createdAt": at,
            "updatedAt": at,
            "submittedAt": at,
            "publishedAt": at,
            "url": f"{parent['url']}#pullrequestreview-{review.id}",
            "resourcePath": f"{parent['resourcePath']}#pullrequestreview-{review.id}",
            "pullRequest": parent,
            "repository": parent["repository"],
        }

    def event(self, number: int, event: Event, parent: Row) -> Row:
        """An event of a timeline, told apart within its parent by its number."""
        return {
            "__typename": TIMELINE[event.kind],
            "id": f"EV_{parent['id']}_{number}",
            "createdAt": stamp(event.at),
            "actor": self.actor(event.actor),
            "stateReason": event.reason,
            "label": event.label and {"id": f"LA_{event.label}", "name": event.label, "color": "d73a4a"},
            "closer": None,
            "closable": parent,
            "pullRequest": parent,
            "mergeRefName": "main",
            "url": f"{parent['url']}#event-{number}",
            "resourcePath": f"{parent['resourcePath']}#event-{number}",
        }
