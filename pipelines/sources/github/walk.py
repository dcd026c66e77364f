"""GitHub's listings → batches: newest first, then their news, each page a batch from which the next run can go on.

What was asked for is durable before the next page is: whatever ends a run, no page is fetched twice but the one that
was under way. What a source says of its listing is a `Listing`.

    nothing has changed since the last walk, says the probe     nothing
    not walked back to the last full months                     the first walk, newest first, until it is
    changed                                                     a walk through the news
    older ones are still to come                                the first walk goes on, as far as points are to spare
    fewer are counted than are held                             a search by ids for those that are gone (`held`)
    more are counted, or there are no ids to search by          a sweep: a full walk, some pages a run
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from pipelines.errors import CursorLost, Disabled, Gone, TransientError
from pipelines.sources import Batch, Request
from pipelines.sources.columns import table
from pipelines.sources.github.client.client import GitHub, Page, Probe, load_document
from pipelines.sources.github.columns import Node
from pipelines.sources.github.goals import Goals, has_points_to_spare
from pipelines.sources.github.held import Presence, held
from pipelines.sources.github.listing import Extracted, FollowUp, Listing, NewsOrder, Queries
from pipelines.sources.github.state import STARS_DRIFT, TRIES, Check, Mark, Progress, Walk
from pipelines.sources.github.subjects import probed

SWEEP_PAGES = 500  # a run: the sweep of 250,000 stars is spread over five
DOUBTFUL = 10  # ids of a hundred that may be gone beyond those that are missing: they left since the probe
BEHIND = timedelta(minutes=10)  # what changes while a first walk goes on, the next news bring; a longer one catches up
PAGES_BEHIND = 20  # between two times that it does
RESTARTS = 3  # of a walk whose cursor was lost, in one run


def fetch(listing: Listing, request: Request) -> Iterator[Batch]:
    """Bring what is new of one listing of one repository, and what of its past is to be brought now."""
    client = GitHub.of(request.settings)
    probe = probed(client, request)
    if listing.off(probe):
        raise Disabled(f"{listing.stream} are switched off in {probe.full_name}")
    yield from _Walker(listing, request, client, probe).run()


@dataclass
class _Walker:
    listing: Listing
    request: Request
    client: GitHub
    probe: Probe
    lost: list[str] = field(default_factory=list)
    walked_by: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.progress = Progress.of(self.request.state, self.probe.database_id)
        self.mark = Mark.of(self.probe, self.listing.stream)
        self.what = f"{self.listing.stream.replace('_', ' ')} of {self.probe.full_name}"
        self.queries = Queries(self.client, self.request, self.what)
        self.goals = Goals(self.listing, self.request)
        self.common = {"repository_id": f"github:{self.probe.database_id or self.probe.full_name}"}

    @cached_property
    def held(self) -> set[str]:
        """Keys of those that the lake held when this fetch began."""
        return set(held(self.listing, self.request, self.progress, ()))

    def run(self) -> Iterator[Batch]:
        progress, first = self.progress, self.progress.first
        if progress.mark is None and not (yield from self._first(self.goals.recent, spare=not self.listing.months)):
            return  # not so far: the next run goes on
        while progress.news is not None or progress.mark != self.mark:
            if progress.news is None:
                progress.news = progress.begin(self.request.now, self.mark, full=False)
            if not (yield from self._walked(progress.news)):
                return
        if first is not None and first is progress.first:
            first.head, first.caught_up = self.mark.newest, self.request.now.isoformat()
        if progress.first is not None and self.goals.older is not None:
            yield from self._first(self.goals.older, spare=True)
        yield from self._compared()

    def _first(self, goal: str, *, spare: bool = False) -> Generator[Batch, None, bool]:
        """The first walk until that moment; `spare`: as far as points are to spare. Returns whether it got there."""
        progress = self.progress
        if progress.mark is None and not self.goals.may_begin:
            return False
        if progress.first is None:
            progress.first = progress.begin(self.request.now, self.mark, full=True)
        if progress.mark is not None and progress.first.is_done(goal):
            return True
        return (yield from self._walked(progress.first, goal=goal, spare=spare))

    def _compared(self) -> Iterator[Batch]:
        """What the listing counts and what is held: which are gone, if they are fewer; a sweep, if there are more."""
        progress = self.progress
        surplus, whole = progress.surplus, progress.first is None
        if progress.sweep is None and surplus > 0 and self.listing.gone_by is not None:
            yield from self._searched()
        elif progress.sweep is None and progress.check is not None:
            progress.check = None
        drifted = abs(surplus) > STARS_DRIFT * (progress.total or 0) if self.listing.gone_by is None else surplus < 0
        if whole and progress.sweep is None and drifted:
            if self.listing.gone_by is None or progress.unseen or abs(surplus) > STARS_DRIFT * (progress.total or 0):
                progress.sweep = progress.begin(self.request.now, self.mark, full=True, oldest_first=True)
            elif self._has_yielded:
                progress.unseen = True  # it may have been deleted before we came by: the next probe tells
                yield self._batch([], complete=True)
        if progress.sweep is not None:
            yield from self._walked(progress.sweep, most_pages=SWEEP_PAGES)

    def _searched(self) -> Iterator[Batch]:
        """Ask for those that are held by their ids; all of them in three runs, until as many are gone as are missing."""
        progress = self.progress
        presence = Presence(self.listing, self.request, self.client, progress, self.what)
        if not presence.is_possible:
            if progress.first is None:
                progress.sweep = progress.begin(self.request.now, self.mark, full=True, oldest_first=True)
            return
        for gone, place, is_end in presence.pages():
            if len(gone) > progress.surplus + DOUBTFUL:
                raise TransientError(
                    f"{self.what}: GitHub no longer knows {len(gone)} ids, but its count misses only {progress.surplus}. "
                    "None is taken for gone; the next run asks again."
                )
            progress.known -= len(gone)
            progress.check = Check(place)
            if progress.surplus <= 0:
                progress.check = None
            elif is_end:  # all that are held are there: it counts otherwise than it shows
                progress.check, progress.unlisted = None, progress.unlisted - progress.surplus
            yield self._batch(gone, complete=True)
            if progress.check is None:
                return

    def _walked(
        self, walk: Walk, *, goal: str | None = None, spare: bool = False, most_pages: int | None = None
    ) -> Generator[Batch, None, bool]:
        """A walk from where it stands; returns whether it has reached its goal, or its end, with all that is to be had."""
        yield from self._followed_up(walk)
        yield from self._caught_up(walk)
        pages = 0
        while not walk.has_reached(goal):
            if spare and not has_points_to_spare(self.client):
                if self._has_yielded or self.progress.mark is None:
                    yield self._batch([], complete=True)
                return False
            for page, is_known in self._pages(walk):
                rows = self._extracted(walk, page)
                if not is_known and page.has_next:
                    walk.after = page.cursor
                else:
                    walk.after, walk.order = None, walk.order + 1
                    walk.ended = walk.full or walk.order == len(self.listing.news)
                if walk.has_reached(goal) and not walk.follow_ups and not walk.incomplete and not self._is_behind(walk):
                    self._end(walk)
                    yield self._batch(rows, complete=True)
                    return True
                yield self._batch(rows)
                yield from self._followed_up(walk)
                pages += 1
                if pages % PAGES_BEHIND == 0:
                    yield from self._caught_up(walk)
                if pages == most_pages and not walk.ended:
                    yield self._batch([], complete=True)
                    return False
                if is_known or walk.has_reached(goal) or (spare and not has_points_to_spare(self.client)):
                    break
        whole = yield from self._mended(walk)
        yield from self._caught_up(walk)
        if whole:
            self._end(walk)
        yield self._batch([], complete=whole, reason="; ".join(self.lost[:TRIES]) or None)
        return whole

    def _is_behind(self, walk: Walk) -> bool:
        """Whether so much time has gone by that what the first walk has not come to may have gone to its head."""
        if walk is not self.progress.first or not self.listing.moves or walk.oldest_first or walk.passed is None:
            return False
        at = datetime.fromisoformat(walk.caught_up or walk.began)
        return self.request.settings.now() - at > BEHIND

    def _caught_up(self, walk: Walk) -> Iterator[Batch]:
        """Fetch what has changed since the first walk began, if that is a while ago: the walk does not come by it."""
        if not self._is_behind(walk) or walk.head is None:
            return
        now, head = self.request.settings.now(), walk.head
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
            yield self._batch(rows)
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
        """How many of them count as seen for the first time: of news, those that the probe counts and nobody has had."""
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
            yield self._batch(self._follow_up(walk, item))

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
            yield self._batch(rows)
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

    def _batch(
        self, rows: Sequence[Mapping[str, Any]], *, complete: bool = False, reason: str | None = None
    ) -> Batch:
        first = self.progress.first
        if first is not None and not first.oldest_first and not self._is_behind(first):
            first.settle()
        common = {**self.common, "pass": self.progress.number_of_rows}
        made = table([{**row, **common} for row in rows], self.listing.schema)
        self._has_yielded = True
        return Batch(made, complete=complete, state=self.progress.state(), reason=reason)

    _has_yielded = False
