"""A walk through one of GitHub's listings: on from page to page, what changes meanwhile, what came incomplete.

Each page is a batch with the state from which the next run goes on. Which walks there are to do says `walk`.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from pipelines.errors import CursorLost, Gone
from pipelines.sources import Batch
from pipelines.sources.github.client.client import Page
from pipelines.sources.github.columns import Node
from pipelines.sources.github.listings.goals import has_points_to_spare
from pipelines.sources.github.listings.listing import Extracted
from pipelines.sources.github.listings.paging import Pages
from pipelines.sources.github.listings.state import TRIES, Walk

PAGES_BEHIND = 20  # between two times that a long first walk catches up with what changed meanwhile


class Walker(Pages):
    """Goes through the pages of one listing of one repository, whatever walk they are of."""

    def walked(
        self, walk: Walk, *, goal: str | None = None, spare: bool = False, most_pages: int | None = None
    ) -> Generator[Batch, None, bool]:
        """A walk from where it stands; returns whether it has reached its goal or its end, with all there is."""
        yield from self._followed_up(walk)
        yield from self._caught_up(walk)
        pages = 0
        while not walk.has_reached(goal):
            if spare and not has_points_to_spare(self.client):
                if self.has_yielded or self.progress.mark is None:
                    yield self.batch([], complete=True)
                return False
            for page, is_known in self._pages(walk):
                rows = self._extracted(walk, page)
                self._advance(walk, page, is_known=is_known)
                if walk.is_done(goal) and not walk.incomplete and not self._is_behind(walk):
                    self._end(walk)
                    yield self.batch(rows, complete=True)
                    return True
                yield self.batch(rows)
                yield from self._followed_up(walk)
                pages += 1
                if pages % PAGES_BEHIND == 0:
                    yield from self._caught_up(walk)
                if pages == most_pages and not walk.has_reached(goal):
                    if walk is self.progress.sweep:
                        yield self.batch([], complete=True)
                    return False
                if is_known or walk.has_reached(goal) or (spare and not has_points_to_spare(self.client)):
                    break
        return (yield from self._finished(walk))

    def _advance(self, walk: Walk, page: Page, *, is_known: bool) -> None:
        """Note where the next page is asked for: in this order, in the next one, or nowhere."""
        if not is_known and page.has_next:
            walk.after = page.cursor
        else:
            walk.after, walk.order = None, walk.order + 1
            walk.ended = walk.full or walk.order == len(self.listing.news)

    def _finished(self, walk: Walk) -> Generator[Batch, None, bool]:
        """What is still to be asked for of a walk that has got where it was to go; returns whether all is there."""
        whole = yield from self._mended(walk)
        yield from self._caught_up(walk)
        if whole:
            self._end(walk)
        yield self.batch([], complete=whole, reason="; ".join(self.lost[:TRIES]) or None)
        return whole

    def _caught_up(self, walk: Walk) -> Iterator[Batch]:
        """Fetch what has changed since the first walk began, if that is a while ago: the walk does not come by it."""
        if not self._is_behind(walk) or walk.head is None:
            return
        now, head = self.now, walk.head
        for page in self._asked(self._variables(walk, self.listing.news[0], walk.head), None):
            self._check(page)
            rows: list[Mapping[str, Any]] = []
            for node in page.nodes:
                extracted = self.listing.extract(node)
                key = extracted.rows[0][self.listing.key]
                is_older = node[self.listing.created] <= (walk.newest or "")
                if is_older and key not in self.walked_by and key not in self.held:
                    walk.seen += 1  # it was further on when the walk began
                    self.walked_by.add(key)
                rows += extracted.rows
                walk.follow_ups += extracted.follow_ups
                head = max(head, node[self.listing.moment])
            walk.follow_ups = self.listing.gather(walk.follow_ups)
            yield self.batch(rows)
            yield from self._followed_up(walk)
            if page.missing:
                return  # what is known stands where it stood: the next time it is asked for again
            moments = [node[self.listing.moment] for node in page.nodes]
            if not self.listing.news[0].since and min(moments, default="") < walk.head:
                break
        walk.head, walk.caught_up = head, now.isoformat()

    def _end(self, walk: Walk) -> None:
        walk.settle()
        if walk is self.progress.news:
            self.progress.end_news(walk)
        elif walk is self.progress.sweep:
            self.progress.end_sweep(walk)
        else:
            self.progress.reach(walk)

    def _mended(self, walk: Walk) -> Generator[Batch, None, bool]:
        """Ask once more for what came with parts missing; returns whether nothing is left that may still come."""
        self.lost.clear()
        for page in [each for each in walk.incomplete if each["tries"] < TRIES]:
            page["tries"] += 1
            restarts = walk.restarts
            rows, missing = self._ask_again(walk, page)
            if missing:
                self.lost += [f"{self.what}: {text}" for text in missing]
            else:
                walk.incomplete.remove(page)
            yield self.batch(rows)
            if walk.restarts > restarts:
                return False
            yield from self._followed_up(walk)
        return all(page["tries"] >= TRIES for page in walk.incomplete)

    def _ask_again(self, walk: Walk, missed: dict[str, Any]) -> tuple[Sequence[Mapping[str, Any]], Sequence[str]]:
        if "follow_up" in missed:
            extracted = Extracted([])
            with suppress(Gone):
                extracted = self.listing.follow_up(self.queries, missed["follow_up"])
            walk.follow_ups += extracted.follow_ups
            return extracted.rows, extracted.missing
        order = None if walk.full else self.listing.news[missed["order"]]
        known = getattr(self.progress.mark, order.mark) if order else None
        rows: list[Mapping[str, Any]] = []
        missing: list[str] = []
        nodes: list[Node] = []
        span = 0
        try:
            for page in self._asked(self._variables(walk, order, known), missed["after"]):
                self._check(page)
                for node in page.nodes:
                    extracted = self.listing.extract(node)
                    rows += extracted.rows
                    walk.follow_ups += extracted.follow_ups
                missing += page.missing
                nodes += page.nodes
                span += page.span
                if span >= missed["span"]:  # it may come in smaller pages now
                    break
        except CursorLost as lost:
            self._begin_again(walk, missed)
            missing.append(str(lost))
        else:
            if not missing and missed["order"] == 0:
                walk.seen += self._fresh(walk, nodes[: missed["span"]]) - missed["fresh"]
        return rows, missing

    def _begin_again(self, walk: Walk, missed: dict[str, Any]) -> None:
        """A page that came with missing parts cannot be asked for by its cursor any more: the next run walks anew."""
        if walk.restarts == TRIES:
            missed["tries"] = TRIES
            return
        walk.restarts += 1
        walk.incomplete = [each for each in walk.incomplete if "follow_up" in each]  # the pages will all come again
        walk.ended, walk.order = False, 0
        self._restart(walk)
