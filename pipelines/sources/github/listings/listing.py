"""What a source says of one of GitHub's listings: its query, its orders, how a node becomes rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from pipelines.settings import Settings
from pipelines.sources import Request
from pipelines.sources.github.client.client import Answer, GitHub, Page, Probe, load_document
from pipelines.sources.github.columns import Node

FollowUp = dict[str, Any]
"""What a page had no room for, as JSON: it is a part of the state until it has been asked for."""


@dataclass(frozen=True)
class NewsOrder:
    """One order in which news are walked.

    Attributes:
        order: GraphQL's `orderBy`.
        moment: the node's field that it is ordered by.
        mark: the field of the mark that says where the news begin.
        since: True if the query filters, oldest first; False: newest first, until the mark is reached.
    """

    order: Mapping[str, str]
    moment: str
    mark: str = "newest"
    since: bool = False


@dataclass(frozen=True)
class Extracted:
    """What a node or a follow-up gave: rows, what is still to be asked for of it, and what was missing in it."""

    rows: Sequence[Mapping[str, Any]]
    follow_ups: Sequence[FollowUp] = ()
    missing: tuple[str, ...] = ()


@dataclass
class Queries:
    """The client as a listing sees it, with a name for what it asks for."""

    client: GitHub
    request: Request
    what: str

    def page(self, document: str, variables: Mapping[str, Any], path: tuple[str, ...], after: str | None) -> Page:
        """One page of a connection."""
        return next(
            self.client.pages(
                load_document(document),
                variables,
                path=path,
                what=self.what,
                after=after,
                progress=self.request.progress,
            )
        )

    def ask(self, document: str, variables: Mapping[str, Any]) -> Answer:
        """One answer."""
        return self.client.ask(load_document(document), variables, what=self.what, progress=self.request.progress)


BY_UPDATE = {"field": "UPDATED_AT", "direction": "DESC"}
BY_CREATION = {"field": "CREATED_AT", "direction": "DESC"}


@dataclass(frozen=True)
class Listing:
    """What a source says of its listing.

    Attributes:
        stream: as the probe calls it.
        document: its query.
        path: of the connection in the answer.
        schema: of its rows, `repository_id` and `pass` among them, which are put in here.
        key: the column that says which one a row is of.
        created: the node's field that says since when it is there.
        newest_first: GraphQL's `orderBy` of the first walk. By the last change where something can happen to what is
            old: then all that happened since a moment is known once the walk has come to it.
        news: the orders in which its news are walked.
        extract: makes rows of a node.
        follow_up: asks for what a page had no room for.
        gather: follow-ups, in fewer requests.
        off: whether the repository's owner has switched it off.
        size: nodes a page.
        months: whole months that the first run brings before anything older, and that it waits for GitHub's budget for;
            0: it never waits.
        gone_by: the field of a node that names its repository, by which it is told that it has left: None where nodes
            have no ids of their own.
        beyond_horizon: whether what is older than the horizon is walked, too.
    """

    stream: str
    document: str
    path: tuple[str, ...]
    schema: pa.Schema
    key: str
    created: str
    newest_first: Mapping[str, str]
    news: tuple[NewsOrder, ...]
    extract: Callable[[Node], Extracted]
    follow_up: Callable[[Queries, FollowUp], Extracted] = lambda _queries, _item: Extracted([])
    gather: Callable[[Sequence[FollowUp]], list[FollowUp]] = list
    off: Callable[[Probe], bool] = lambda _probe: False
    size: int = 100
    months: int = 12
    gone_by: str | None = "repository"
    beyond_horizon: Callable[[Settings], bool] = lambda _settings: True

    @property
    def moves(self) -> bool:
        """Whether nodes come to stand elsewhere in the first walk's order while it goes on: they go to its head."""
        return self.newest_first == BY_UPDATE

    @property
    def moment(self) -> str:
        """The node's field that the first walk is ordered by."""
        return "updatedAt" if self.moves else self.created

    @property
    def oldest_first(self) -> Mapping[str, str]:
        """GraphQL's `orderBy` of a sweep: one in which nothing moves while it goes on."""
        return {"field": "STARRED_AT" if self.created == "starredAt" else "CREATED_AT", "direction": "ASC"}
