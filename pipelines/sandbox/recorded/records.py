"""What a line of each recorded file of GitHub may hold: the models that lines are read with and schemas are made from.

A field is called as here, or as GitHub's API or its command `gh` calls it (`createdAt` for `created_at`, `databaseId`
for `id`). What is not among the fields is not read, and told. Data passes from `lines` by way of these to `facts`.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AliasChoices, AliasGenerator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

LARGEST_REPOSITORY = 2**31 - 1  # GitHub's GraphQL gives ids of repositories, forks among them, as 32-bit integers
OTHER_NAMES = {
    "id": ("full_database_id", "database_id"),
    "type": ("__typename", "event"),
    "author": ("user",),
    "at": ("created_at",),
    "reason": ("state_reason",),
    "association": ("author_association",),
    "tag": ("tag_name",),
    "prerelease": ("is_prerelease",),
    "draft": ("is_draft",),
    "archived": ("is_archived",),
    "full_name": ("name_with_owner",),
    "head_ref": ("head_ref_name",),
    "answered_at": ("answer_chosen_at",),
    "license": ("license_spdx",),
}
LAST = frozenset({"id"})  # its own name comes last: it may be GitHub's node id where `databaseId` stands beside it
ACCOUNT_TYPES = ("User", "Bot", "Organization", "Mannequin", "EnterpriseUserAccount")


def names_of(field: str) -> list[str]:
    """All names that a field goes by: the first that is there counts."""
    others = OTHER_NAMES.get(field, ())
    plain = [*others, field] if field in LAST else [field, *others]
    return list(dict.fromkeys(name for each in plain for name in (each, to_camel(each))))


class Told(BaseModel):
    """A JSON object of a line, with what it holds beyond its fields in `model_extra`."""

    model_config = ConfigDict(
        extra="allow",
        strict=True,
        alias_generator=AliasGenerator(validation_alias=lambda field: AliasChoices(*names_of(field))),
    )


Id = Annotated[
    int | str | None,
    Field(default=None, description="GitHub's database id; or its node id, a text, where that one is not known"),
]
RepositoryId = Annotated[int, Field(gt=0, le=LARGEST_REPOSITORY, description="GitHub's database id")]
Number = Annotated[int, Field(gt=0, description="number in the repository")]
Time = AwareDatetime
AccountType = Literal["User", "Bot", "Organization", "Mannequin", "EnterpriseUserAccount"]


class Account(Told):
    """An account."""

    login: str = Field(description="its name; a bot's may end in [bot]; empty: nobody, as `gh` writes who is gone")
    id: Id
    type: AccountType | None = Field(None, description="a User if it is not said, and the login does not end in [bot]")
    is_bot: bool | None = Field(None, description="as `gh` says it")


Person = Annotated[
    Account | str | None,
    Field(description="an account, or its login alone; null: the account was deleted, or nobody knows who it was"),
]


class Comment(Told):
    """A comment on an issue or a change request."""

    id: Id
    author: Person
    created_at: Time


class Reply(Comment):
    """A reply to a comment on a discussion."""


class Said(Comment):
    """A comment on a discussion."""

    replies: list[Reply] = Field(default_factory=list, description="all replies to it")


class Review(Told):
    """A review of a change request."""

    id: Id
    author: Person
    submitted_at: Time | None = Field(description="null: it was begun and not sent, so it does not count")
    state: str = Field("COMMENTED", description="APPROVED, CHANGES_REQUESTED, COMMENTED, DISMISSED, PENDING")


class Event(Told):
    """Something that changed the state of an issue or a change request."""

    type: str = Field(description="closed, reopened, merged, ready_for_review or convert_to_draft; others do not count")
    at: Time
    actor: Person = None
    reason: str | None = Field(None, description="of a closing: COMPLETED, NOT_PLANNED, DUPLICATE")


class Label(Told):
    """A label; only those of a short list are kept."""

    name: str


class Thread(Told):
    """What issues and change requests have in common."""

    number: Number
    id: Id
    author: Person
    created_at: Time
    updated_at: Time | None = Field(None, description="not needed: it follows from the rest")
    closed_at: Time | None = Field(None, description="closed, as it stands now; null while open")
    state: str | None = Field(None, description="OPEN, CLOSED or MERGED; not needed: it follows from the rest")
    association: str | None = Field(None, description="of the author with the repository: MEMBER, CONTRIBUTOR, NONE …")
    labels: list[Label | str] | None = None
    comments: list[Comment] | None = Field(
        None, description="all of them, [] if there are none; missing or null: not recorded, so the listing is not whole"
    )
    comments_total: int | None = Field(None, ge=0, description="how many GitHub counts, if not all are listed")
    events: list[Event] | None = Field(
        None, description="all closings, reopenings, …; missing or null: closed_at and the like tell the last of them"
    )


class Issue(Thread):
    """A line of issues.jsonl."""

    state_reason: str | None = Field(None, description="why it was closed: COMPLETED, NOT_PLANNED, DUPLICATE")
    closed_by: Person = None


class Repository(Told):
    """Where a change request comes from."""

    id: Id
    full_name: str | None = Field(None, description="owner/name")


class PullRequest(Thread):
    """A line of pull_requests.jsonl."""

    closed_by: Person = None
    merged_at: Time | None = None
    merged_by: Person = None
    is_draft: bool = Field(False, description="whether it is a draft now")
    ready_at: Time | None = Field(None, description="first marked as ready; null if it never was a draft or still is one")
    reviews: list[Review] | None = Field(
        None, description="all of them, [] if there are none; missing or null: not recorded, so the listing is not whole"
    )
    reviews_total: int | None = Field(None, ge=0, description="how many GitHub counts, if not all are listed")
    additions: int | None = Field(None, ge=0)
    deletions: int | None = Field(None, ge=0)
    changed_files: int | None = Field(None, ge=0)
    head_ref: str | None = Field(None, description="name of its branch, of which only a listed agent's prefix is kept")
    head_repository: Repository | None = Field(None, description="where it comes from; null: gone, or not known")
    head_repository_owner: Person = None
    is_cross_repository: bool | None = Field(None, description="false: it comes from a branch of the same repository")


class Fork(Told):
    """A line of forks.jsonl."""

    id: RepositoryId
    full_name: str | None = Field(None, description="owner/name of the fork")
    owner: Account | str = Field(description="an account, or its login alone; forks go with their owners")
    created_at: Time
    pushed_at: Time | None = Field(None, description="last push; missing or null: not known")
    archived: bool = False
    stargazer_count: int | None = Field(None, ge=0)


class Star(Account):
    """A line of stargazers.jsonl: an account, and when it gave its star."""

    login: str = Field(min_length=1, description="its name")
    starred_at: Time


class Release(Told):
    """A line of releases.jsonl."""

    id: Id
    tag: str
    author: Person
    created_at: Time
    published_at: Time | None = Field(description="null: a draft, which does not count")
    prerelease: bool = False
    draft: bool = False


class Discussion(Told):
    """A line of discussions.jsonl."""

    number: Number
    id: Id
    author: Person
    created_at: Time
    updated_at: Time | None = Field(None, description="not needed: it follows from the rest")
    closed_at: Time | None = None
    answered_at: Time | None = Field(None, description="when an answer was chosen")
    answer_id: Id
    comments: list[Said] | None = Field(None, description="as of issues, each with its replies")
    comments_total: int | None = Field(None, ge=0, description="how many GitHub counts, if not all are listed")


class Profile(Account):
    """A line of accounts.jsonl."""

    login: str = Field(min_length=1, description="its name")
    company: str | None = Field(None, description="as its owner wrote it")
    created_at: Time


class ListingNote(Told):
    """What is to be said of one of a repository's files."""

    as_of: Time | date | None = Field(None, description="up to when it is known, if not up to the repository's as_of")
    whole: bool = Field(True, description="false: more was there than is recorded")
    note: str | None = Field(None, description="why it is not whole")


class RepositoryNote(Told):
    """The file repository.json; every field may be missing."""

    id: Annotated[int | None, Field(gt=0, le=LARGEST_REPOSITORY, description="GitHub's database id")] = None
    full_name: str | None = Field(None, description="owner/name, where the folder is not called OWNER+NAME")
    as_of: Time | date | None = Field(
        None, description="up to when all of it is known (a day: to its end); by default each file's newest moment"
    )
    created_at: Time | None = None
    pushed_at: Time | None = None
    owner: Person = None
    archived: bool = False
    parent: str | None = Field(None, description="owner/name of what it is a fork of")
    has_issues: bool = True
    has_discussions: bool = True
    license: str | None = Field(None, description="SPDX id")
    language: str | None = None
    topics: list[str] = Field(default_factory=list)
    watchers: int | None = Field(None, ge=0)
    listings: dict[str, ListingNote] = Field(default_factory=dict, description="by file: issues, forks, …")

    @model_validator(mode="after")
    def _knows_the_listings(self) -> RepositoryNote:
        if strange := sorted(self.listings.keys() - LINES.keys()):
            raise ValueError(f"listings names {', '.join(strange)}: there are {', '.join(LINES)}")
        return self


LINES: dict[str, type[Told]] = {
    "issues": Issue,
    "pull_requests": PullRequest,
    "forks": Fork,
    "stargazers": Star,
    "releases": Release,
    "discussions": Discussion,
    "accounts": Profile,
}
"""By file, and so by the stream of the same name: what a line of it is."""
