"""What happened on a simulated GitHub, as plain facts with their times. Nothing here is GraphQL, REST or HTTP.

`GitHubWorld.at(moment)` is the same world at another time: whoever shows it leaves out what came later. Facts come from
the simulation (`github_life`), from `github_generated` for sizes of any kind, or by hand in a test.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Literal, Self

AccountKind = Literal["User", "Bot", "Mannequin", "Organization", "EnterpriseUserAccount"]
EventKind = Literal["closed", "reopened", "merged", "ready", "draft", "labeled", "unlabeled"]
DAWN = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Account:
    """An account. Bots are written without `[bot]`, as GraphQL has them; REST adds it.

    Attributes:
        login: its name.
        id: its database id; negative: GitHub's is not known, and none is shown.
        kind: as `__typename`.
        company: as its owner wrote it, which is anyhow.
        deleted_at: from then on everything it did is a ghost's.
        emails: those that GitHub knows to be its.
    """

    login: str
    id: int
    kind: AccountKind = "User"
    name: str | None = None
    company: str | None = None
    created_at: datetime = DAWN
    deleted_at: datetime | None = None
    emails: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment; on a discussion it may have replies."""

    id: int
    author: Account
    at: datetime
    replies: tuple[Comment, ...] = ()
    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """A review of a change request; `state` as GitHub's PullRequestReviewState."""

    id: int
    author: Account
    at: datetime
    state: str = "COMMENTED"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that changes an issue or a change request; `reason` as IssueStateReason, `label` a label's name."""

    kind: EventKind
    at: datetime
    actor: Account
    reason: str | None = None
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue. `events` are in order of time; deleted or transferred away, it is not there any more."""

    number: int
    id: int
    author: Account
    created_at: datetime
    comments: tuple[Comment, ...] = ()
    events: tuple[Event, ...] = ()
    title: str = "Something is not as it should be"
    association: str = "NONE"
    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ChangeRequest:
    """A change request. `drafted`: it was opened as a draft; `head`: the fork's id, None for a branch of the same.

    `branch`: its name there; None: one that tells nothing.
    """

    number: int
    id: int
    author: Account
    created_at: datetime
    comments: tuple[Comment, ...] = ()
    reviews: tuple[Review, ...] = ()
    events: tuple[Event, ...] = ()
    drafted: bool = False
    head: int | None = None
    title: str = "Make something better"
    association: str = "NONE"
    branch: str | None = None
    additions: int = 10
    deletions: int = 5
    files: int = 2
    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Fork:
    """A direct fork; `pushes` are in order of time. A fresh one shows its parent's last push as its own.

    Not `dated`: when it was last pushed to is not known, and not shown.
    """

    id: int
    full_name: str
    owner: Account
    created_at: datetime
    pushes: tuple[datetime, ...] = ()
    archived: bool = False
    deleted_at: datetime | None = None
    dated: bool = True


@dataclass(frozen=True, slots=True)
class Star:
    """Somebody's star; one that was taken back is not there any more."""

    account: Account
    at: datetime
    taken_back_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """A release; a draft is seen by nobody who has no rights."""

    id: int
    tag: str
    author: Account
    created_at: datetime
    published_at: datetime
    prerelease: bool = False


@dataclass(frozen=True, slots=True)
class Discussion:
    """A discussion; `answer` is the id of the comment that was chosen."""

    number: int
    id: int
    author: Account
    created_at: datetime
    comments: tuple[Comment, ...] = ()
    answer: int | None = None
    answered_at: datetime | None = None
    closed_at: datetime | None = None
    title: str = "How do I"


@dataclass(frozen=True, slots=True)
class Policies:
    """Which of the community files there are; `ai`: paths of files about AI, each with its last change."""

    readme: bool = True
    code_of_conduct: bool = False
    contributing: bool = False
    security: bool = False
    issue_templates: int = 0
    pull_request_templates: int = 0
    ai: tuple[tuple[str, datetime], ...] = ()


@dataclass(frozen=True, slots=True)
class Advisory:
    """A published security advisory of a repository."""

    ghsa_id: str
    severity: str
    reported_at: datetime
    published_at: datetime
    fixed_at: datetime | None = None


def _no_heads() -> Mapping[int, Fork]:
    return {}


def _no_commits() -> Mapping[str, tuple[str, str, datetime]]:
    return {}


@dataclass(frozen=True)
class Repository:
    """A repository and all that happened in it.

    Attributes:
        id: its database id; negative: not known, and not shown.
        full_name: `owner/name` now; `former` are earlier names with the time until which each held.
        owner: an organisation, or a user.
        commits: makes, when first asked, a mapping of commit ids to (name, e-mail, committed at).
        heads: repositories that change requests come from and that are no forks of it, by id.
        elsewhere: forks of forks: `forkCount` counts them, `forks` does not.
        archived_at, deleted_at, private_at, blocked_at: from when it is so. Blocked is HTTP 451; private and deleted
            look the same from outside; `sso`: its organisation wants single sign-on of the token.
    """

    id: int
    full_name: str
    owner: Account
    created_at: datetime
    issues: Sequence[Issue] = ()
    change_requests: Sequence[ChangeRequest] = ()
    forks: Sequence[Fork] = ()
    stars: Sequence[Star] = ()
    releases: Sequence[Release] = ()
    discussions: Sequence[Discussion] = ()
    pushes: Sequence[datetime] = ()
    former: tuple[tuple[str, datetime], ...] = ()
    description: str = "Made up."
    license: str | None = "Apache-2.0"
    language: str | None = "Python"
    topics: tuple[str, ...] = ()
    policies: Policies = field(default_factory=Policies)
    advisories: tuple[Advisory, ...] = ()
    commits: Callable[[], Mapping[str, tuple[str, str, datetime]]] = _no_commits
    heads: Mapping[int, Fork] = field(default_factory=_no_heads)
    watchers: int = 10
    elsewhere: int = 0
    parent: str | None = None
    has_issues: bool = True
    has_discussions: bool = True
    archived_at: datetime | None = None
    deleted_at: datetime | None = None
    private_at: datetime | None = None
    blocked_at: datetime | None = None
    sso: bool = False

    def name_at(self, moment: datetime) -> str:
        """What it was called then."""
        return next((name for name, until in self.former if moment < until), self.full_name)


@dataclass(frozen=True)
class GitHubWorld:
    """All repositories and accounts, seen at `now`: what came later is not there yet.

    Attributes:
        repositories: all there are.
        accounts: of people whom no repository names; with `accounts_only`, all that can be looked up.
        now: when it is seen.
        accounts_only: an account that is not among `accounts` can be met, but nothing else is known of it.
    """

    repositories: tuple[Repository, ...]
    accounts: tuple[Account, ...]
    now: datetime
    accounts_only: bool = False

    @classmethod
    def of(
        cls, repositories: Sequence[Repository], *, accounts: Sequence[Account] = (), now: datetime | None = None
    ) -> Self:
        """A world of these repositories; by default at a time by which everything has happened."""
        return cls(tuple(repositories), tuple(accounts), now or datetime(2099, 1, 1, tzinfo=UTC))

    def at(self, now: datetime) -> Self:
        """The same world at another time."""
        return replace(self, now=now)

    def with_repository(self, name: str, **changes: object) -> Self:
        """The same world with a repository that has changed: renamed, deleted, blocked, with more in it."""
        changed = [replace(one, **changes) if one.full_name == name else one for one in self.repositories]  # type: ignore[arg-type]
        return replace(self, repositories=tuple(changed))
