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

from collections.abc import Generator, Iterator

from pipelines.errors import Disabled, TransientError
from pipelines.sources import Batch, Request
from pipelines.sources.github.client.client import GitHub
from pipelines.sources.github.listings.held import Presence
from pipelines.sources.github.listings.listing import Listing
from pipelines.sources.github.listings.state import STARS_DRIFT, Check
from pipelines.sources.github.listings.turns import FIRST_PAGES, TURNS
from pipelines.sources.github.listings.walking import Walker
from pipelines.sources.github.subjects import probed

SWEEP_PAGES = 500  # a run: the sweep of 250,000 stars is spread over five
DOUBTFUL = 10  # ids of a hundred that may be gone beyond those that are missing: they left since the probe


def fetch(listing: Listing, request: Request) -> Iterator[Batch]:
    """Bring what is new of one listing of one repository, and what of its past is to be brought now."""
    client = GitHub.of(request.settings)
    probe = probed(client, request)
    if listing.off(probe):
        raise Disabled(f"{listing.stream} are switched off in {probe.full_name}")
    yield from _Fetch(listing, request, client, probe).run()


class _Fetch(Walker):
    """Which walks there are to do, in their order."""

    def run(self) -> Iterator[Batch]:
        progress, first = self.progress, self.progress.first
        if progress.mark is None and not (yield from self._first(self.goals.recent, spare=not self.listing.months)):
            return  # not so far: the next run goes on
        while progress.news is not None or progress.mark != self.mark:
            if progress.news is None:
                progress.news = progress.begin(self.request.now, self.mark, full=False)
            if not (yield from self.walked(progress.news)):
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
        if spare:
            return (yield from self.walked(progress.first, goal=goal, spare=True))
        with TURNS.of((0, self.mark.total), self.request.progress):
            done = yield from self.walked(progress.first, goal=goal, most_pages=FIRST_PAGES)
        if done or progress.first.has_reached(goal):
            return done
        with TURNS.of((1, self.mark.total), self.request.progress):
            return (yield from self.walked(progress.first, goal=goal))

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
            elif self.has_yielded:
                progress.unseen = True  # it may have been deleted before we came by: the next probe tells
                yield self.batch([], complete=True)
        if progress.sweep is not None:
            yield from self.walked(progress.sweep, most_pages=SWEEP_PAGES)

    def _searched(self) -> Iterator[Batch]:
        """Ask for those that are held by their ids, in three runs, until as many are gone as are missing."""
        progress = self.progress
        presence = Presence(self.listing, self.request, self.client, progress, self.what)
        if not presence.is_possible:
            if progress.first is None:
                progress.sweep = progress.begin(self.request.now, self.mark, full=True, oldest_first=True)
            return
        for gone, place, is_end in presence.pages():
            if len(gone) > progress.surplus + DOUBTFUL:
                raise TransientError(
                    f"{self.what}: GitHub no longer knows {len(gone)} ids, but its count misses only "
                    f"{progress.surplus}. None is taken for gone; the next run asks again."
                )
            progress.known -= len(gone)
            progress.check = Check(place)
            if progress.surplus <= 0:
                progress.check = None
            elif is_end:  # all that are held are there: it counts otherwise than it shows
                progress.check, progress.unlisted = None, progress.unlisted - progress.surplus
            yield self.batch(gone, complete=True)
            if progress.check is None:
                return
