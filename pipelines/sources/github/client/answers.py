"""What GitHub's client hands over: answers, pages, budgets, probes. Data flows from the client to sources in these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Path = tuple[str | int, ...]
"""Where in an answer: `("repository", "issues", "nodes", 17)`."""
UNKNOWN = "_unknown"
"""A node's key for what GitHub refuses to tell of it: `{"headRepository": "FORBIDDEN"}`, paths within it by dots."""


@dataclass(frozen=True)
class Problem:
    """An entry of a GraphQL answer's `errors`.

    Attributes:
        path: the field that is missing because of it; empty if it is about the whole answer.
        type: GitHub's word for it (`NOT_FOUND`, `FORBIDDEN`, …); empty where it says none.
        message: in words, without tokens.
        sso: whether single sign-on is what is missing.
    """

    path: Path
    type: str
    message: str
    sso: bool = False


@dataclass(frozen=True)
class Answer:
    """What was asked for.

    Attributes:
        data: the answer's `data`, without `rateLimit`.
        errors: what is missing in it, and why; empty for a whole answer.
        cost: points, as GitHub says; 0 where it counts none.
    """

    data: dict[str, Any]
    errors: tuple[Problem, ...] = ()
    cost: int = 0


@dataclass(frozen=True)
class Page:
    """One page of a connection.

    Attributes:
        nodes: what is on it (the edges, where the document asks for edges), without those that were lost.
        cursor: its end; None on an empty page.
        has_next: whether more come after it.
        total: the connection's `totalCount`; None if the document does not ask for it.
        missing: a message for each thing that a partial answer has lost and that may come when it is asked for again:
            nodes, or parts of them. Not empty: the page is not whole, and whoever keeps it must say so.
        unknown: a message for each thing that GitHub refuses for good (forbidden, not found, behind single sign-on).
            The page is whole without it. A node that lacks a part says which under the key UNKNOWN.
        data: the whole answer's data.
        cost: points.
        span: how many of the connection it covers, the lost ones among them.
    """

    nodes: list[dict[str, Any]]
    cursor: str | None
    has_next: bool
    total: int | None = None
    missing: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    data: dict[str, Any] = field(default_factory=dict)
    cost: int = 0
    span: int = 0


@dataclass(frozen=True)
class Budget:
    """What an account may still spend.

    Attributes:
        account: its login.
        tokens: how many of the tokens are its own.
        limit: points an hour; None where the server counts none.
        remaining: points left until `reset_at`; None likewise.
        reset_at: when `remaining` is `limit` again, UTC, by the server's clock.
        spent: points spent here.
    """

    account: str
    tokens: int
    limit: int | None
    remaining: int | None
    reset_at: datetime | None
    spent: int


@dataclass(frozen=True)
class Count:
    """One stream of a repository: how many there are, and the newest moment in it (UTC; None if there is none)."""

    total: int
    newest: datetime | None


@dataclass(frozen=True)
class Probe:
    """What a repository is now.

    Attributes:
        name: as it was asked for.
        full_name: as it is called now: another one than `name` if it was renamed or moved.
        issues: newest by update, as are change requests (`pull_requests`) and `discussions`.
        forks: the direct ones, newest by creation, as are `releases`; `fork_count` is of the whole network.
        forks_pushed_at: the newest push to any direct fork.
        stargazers: newest by the time of starring.
    """

    name: str
    full_name: str
    database_id: int | None
    created_at: datetime
    updated_at: datetime
    pushed_at: datetime | None
    archived: bool
    fork: bool
    parent: str | None
    parent_id: int | None
    has_issues: bool
    has_discussions: bool
    license_spdx: str | None
    language: str | None
    topics: tuple[str, ...]
    stars: int
    fork_count: int
    watchers: int
    open_issues: int
    issues: Count
    pull_requests: Count
    forks: Count
    forks_pushed_at: datetime | None
    stargazers: Count
    releases: Count
    discussions: Count

    @property
    def renamed(self) -> bool:
        """Whether it is called otherwise now."""
        return self.name.lower() != self.full_name.lower()

    @property
    def counts(self) -> Mapping[str, Count]:
        """The streams by name."""
        return {
            "issues": self.issues,
            "pull_requests": self.pull_requests,
            "forks": self.forks,
            "stargazers": self.stargazers,
            "releases": self.releases,
            "discussions": self.discussions,
        }


def moment(text: str | None) -> datetime | None:
    """GitHub's time: ISO 8601 with a Z, UTC."""
    return datetime.fromisoformat(text) if text else None
