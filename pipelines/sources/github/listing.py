"""What a source says of one of GitHub's listings: its query, its orders, how a node becomes rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from pipelines.sources import Request
from pipelines.sources.github.client.client import Answer, GitHub, Page, Probe, load_document
from pipelines.sources.github.columns import Node

Open = dict[str, Any]


@dataclass(frozen=True)
class Leg:
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
class Taken:
    """What a node or a follow-up gave: rows, what is still open of it, and what was missing in it."""

    rows: Sequence[Mapping[str, Any]]
    open: Sequence[Open] = ()
    missing: tuple[str, ...] = ()


@dataclass
class Asking:
    """The client as a listing sees it, with a name for what it asks."""

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


@dataclass(frozen=True)
class Listing:
    """What a source says of its listing.

    Attributes:
        stream: as the probe calls it.
        document: its query.
        path: of the connection in the answer.
        schema: of its rows, `repository_id` and `pass` among them, which are put in here.
        created: the node's field that says since when it is there.
        legs: the orders in which its news are walked.
        take: makes rows of a node.
        follow: asks for what was open of a node.
        gather: what is open, in fewer requests.
        off: whether the repository's owner has switched it off.
        first: GraphQL's `orderBy` of the full walk: one in which nothing moves while it goes on.
        size: nodes a page.
    """

    stream: str
    document: str
    path: tuple[str, ...]
    schema: pa.Schema
    created: str
    legs: tuple[Leg, ...]
    take: Callable[[Node], Taken]
    follow: Callable[[Asking, Open], Taken] = lambda _asking, _item: Taken([])
    gather: Callable[[Sequence[Open]], list[Open]] = list
    off: Callable[[Probe], bool] = lambda _probe: False
    first: Mapping[str, str] = field(default_factory=lambda: {"field": "CREATED_AT", "direction": "ASC"})
    size: int = 100
