"""Pages of one of GitHub's listings: asked for, checked, made into rows and batches; and their follow-ups.

Data flows from the client by way of a `Listing` to batches, each with the state of all walks. `walking` goes through.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from pipelines.errors import CursorLost, Gone, TransientError
from pipelines.sources import Batch, Request
from pipelines.sources.columns import table
from pipelines.sources.github.client.client import GitHub, Page, Probe, load_document
from pipelines.sources.github.columns import Node
from pipelines.sources.github.listings.goals import Goals
from pipelines.sources.github.listings.held import held
from pipelines.sources.github.listings.listing import Extracted, FollowUp, Listing, NewsOrder, Queries
from pipelines.sources.github.listings.state import Mark, Progress, Walk

BEHIND = timedelta(minutes=10)  # what changes while a first walk goes on, the next news bring; a longer one catches up
RESTARTS = 3  # of a walk whose cursor was lost, in one run


@dataclass
class Pages:
    """Pages of one listing of one repository, whatever walk they are of."""

    listing: Listing
    request: Request
    client: GitHub
    probe: Probe
    lost: list[str] = field(default_factory=list)
    walked_by: set[str] = field(default_factory=set)
    has_yielded: bool = False

    def __post_init__(self) -> None:
        self.progress = Progress.of(self.request.state, self.probe.database_id)
        self.mark = Mark.of(self.probe, self.listing.stream)
        self.begun = self.request.settings.now()
        self.what = f"{self.listing.stream.replace('_', ' ')} of {self.probe.full_name}"
        self.queries = Queries(self.client, self.request, self.what)
        self.goals = Goals.of(self.listing, self.request)
        self.common = {"repository_id": f"github:{self.probe.database_id or self.probe.full_name}"}

    @cached_property
    def held(self) -> set[str]:
        """Keys of those that the lake held when this fetch began."""
        return set(held(self.listing, self.request, self.progress, ()))

    @property
    def now(self) -> datetime:
        """The time of the fetch, and what has passed since: of a recording, the fetch may be of another day."""
        return self.request.now + (self.request.settings.now() - self.begun)

    def _is_behind(self, walk: Walk) -> bool:
        """Whether so much time has gone by that what the first walk has not come to may have gone to its head."""
        if walk is not self.progress.first or not self.listing.moves or walk.oldest_first or walk.passed is None:
            return False
        at = datetime.fromisoformat(walk.caught_up or walk.began)
        return self.now - at > BEHIND

    def _pages(self, walk: Walk) -> Iterator[tuple[Page, bool]]:
        """The pages of an order, and whether one has reached what is known."""
        order = None if walk.full else self.listing.news[walk.order]
        known = getattr(self.progress.mark, order.mark) if order else None
        for left in reversed(range(RESTARTS + 1)):
            try:
                for page in self._asked(self._variables(walk, order, known), walk.after):
                    self._check(page)
                    if walk.listed is None if walk.full and not walk.oldest_first else not (order and order.since):
                        walk.listed = page.total
                    if page.missing:
                        place = {"after": walk.after, "order": walk.order, "span": page.span, "tries": 0}
                        walk.incomplete.append({**place, "fresh": self._fresh(walk, page.nodes)})
                    moments = [node[order.moment] for node in page.nodes if node[order.moment]] if order else []
                    yield page, bool(order and not order.since and known and moments and min(moments) < known)
            except CursorLost:
                if walk.after is None or not left:
                    raise
                self._restart(walk)
            else:
                return

    def _restart(self, walk: Walk) -> None:
        walk.begin_again()
        if walk is self.progress.first:
            self.progress.restart_first()

    def _asked(self, variables: Mapping[str, Any], after: str | None) -> Iterator[Page]:
        return self.client.pages(
            load_document(self.listing.document),
            variables,
            path=self.listing.path,
            what=self.what,
            after=after,
            size=self.listing.size,
            progress=self.request.progress,
        )

    def _variables(self, walk: Walk, order: NewsOrder | None, known: str | None) -> dict[str, Any]:
        owner, _, name = self.probe.full_name.partition("/")
        by = order.order if order else self.listing.oldest_first if walk.oldest_first else self.listing.newest_first
        variables: dict[str, Any] = {"owner": owner, "name": name, "order": by}
        if order and order.since and known:
            variables["filter"] = {"since": known}
        return variables

    def _check(self, page: Page) -> None:
        if page.data["repository"].get("databaseId") != self.probe.database_id:
            raise TransientError(f"{self.what}: the name belongs to another repository now. The next run begins anew.")

    def _extracted(self, walk: Walk, page: Page) -> list[Mapping[str, Any]]:
        rows: list[Mapping[str, Any]] = []
        if walk.order == 0:
            walk.seen += self._fresh(walk, page.nodes)
        for node in page.nodes:
            created = node[self.listing.created]
            walk.newest = max(walk.newest or created, created)
            if walk.full and not walk.oldest_first:
                walk.passed = min(walk.passed or node[self.listing.moment], node[self.listing.moment])
            extracted = self.listing.extract(node)
            rows += extracted.rows
            walk.follow_ups += extracted.follow_ups
            if walk is self.progress.first and self.listing.moves:
                self.walked_by.add(extracted.rows[0][self.listing.key])
        walk.follow_ups = self.listing.gather(walk.follow_ups)
        of = f" of {self.mark.total:,}" if walk.full else ""
        self.request.progress(f"{walk.seen:,}{of} {self.listing.stream.replace('_', ' ')}")
        return rows

    def _fresh(self, walk: Walk, nodes: Sequence[Node]) -> int:
        """How many count as seen for the first time: of news, those that the probe counts and nobody has had."""
        if walk.full:
            return len(nodes)
        return sum(self._is_new(walk, node) for node in nodes)

    def _is_new(self, walk: Walk, node: Node) -> bool:
        created, counted = node[self.listing.created], self.progress.counted
        if counted is None or created > counted:
            return walk.mark.newest is None or created <= walk.mark.newest
        first = self.progress.first
        if first is not None and not self.listing.moves and (first.settled is None or created <= first.settled):
            return False  # the first walk will come by it
        key = self.listing.extract(node).rows[0][self.listing.key]
        if key in self.held or key in self.walked_by:
            return False
        if first is None or not self.listing.moves:
            return True
        first.seen += 1  # it was further on when the first walk began, which will not come by it any more
        self.walked_by.add(key)
        return False

    def _followed_up(self, walk: Walk) -> Iterator[Batch]:
        """What pages had no room for."""
        while walk.follow_ups:
            item = walk.follow_ups.pop(0)
            yield self.batch(self._follow_up(walk, item))

    def _follow_up(self, walk: Walk, item: FollowUp) -> Sequence[Mapping[str, Any]]:
        extracted = Extracted([])
        try:
            with suppress(Gone):  # it was deleted or transferred meanwhile: there is nothing to follow up any more
                extracted = self.listing.follow_up(self.queries, item)
        except CursorLost:
            if item["after"] is None:
                raise
            walk.follow_ups.insert(0, {**item, "after": None, "carry": {}})
            return []
        except BaseException:
            walk.follow_ups.insert(0, item)
            raise
        walk.follow_ups[:0] = extracted.follow_ups
        if extracted.missing:
            walk.incomplete.append({"follow_up": item, "tries": 0})
        return extracted.rows

    def batch(self, rows: Sequence[Mapping[str, Any]], *, complete: bool = False, reason: str | None = None) -> Batch:
        """Rows with the state as it is after them."""
        first = self.progress.first
        if first is not None and not first.oldest_first and not self._is_behind(first):
            first.settle()
        common = {**self.common, "pass": self.progress.number_of_rows}
        made = table([{**row, **common} for row in rows], self.listing.schema)
        self.has_yielded = True
        return Batch(made, complete=complete, state=self.progress.state(), reason=reason)
