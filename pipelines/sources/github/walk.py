"""GitHub's listings → batches: in full once, then their news, each page a batch from which the next run can go on.

What was asked for is durable before the next page is: whatever ends a run, no page is fetched twice but the one that
was under way. What a source says of its listing is a `Listing`.

    nothing has changed since the last walk, says the probe     nothing
    never walked in full                                        a full walk, oldest first: stable while it goes on
    changed                                                     a walk through the news
    count and rows differ by more than 1 %                      a sweep beside it: a full walk, some pages a run
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from pipelines.errors import CursorLost, Disabled, Gone, TransientError
from pipelines.sources import Batch, Request
from pipelines.sources.columns import table
from pipelines.sources.github.client.client import GitHub, Page, Probe, load_document
from pipelines.sources.github.columns import Node
from pipelines.sources.github.listing import Asking, Leg, Listing, Open, Taken
from pipelines.sources.github.state import Mark, Progress, Walk
from pipelines.sources.github.subjects import probed

SWEEP_PAGES = 500  # a run: the sweep of 250,000 stars is spread over five
TRIES = 3  # runs in which a page with missing parts is asked for again before it is left as it is
RESTARTS = 3  # of a walk whose cursor was lost, in one run


def fetch(listing: Listing, request: Request) -> Iterator[Batch]:
    """Bring what is new of one listing of one repository."""
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

    def __post_init__(self) -> None:
        self.progress = Progress.of(self.request.state, self.probe.database_id)
        self.mark = Mark.of(self.probe, self.listing.stream)
        self.what = f"{self.listing.stream.replace('_', ' ')} of {self.probe.full_name}"
        self.asking = Asking(self.client, self.request, self.what)
        self.common = {"repository_id": f"github:{self.probe.database_id or self.probe.full_name}"}

    def run(self) -> Iterator[Batch]:
        progress = self.progress
        while progress.walk is not None or progress.mark != self.mark:
            if progress.walk is None:
                progress.walk = progress.begin(self.request.now, self.mark, full=progress.mark is None)
            yield from self._walked(progress.walk)
            if progress.walk is not None:
                return  # not whole: the next run goes on
        if progress.sweep is None and progress.drifted:
            progress.sweep = progress.begin(self.request.now, self.mark, full=True)
        if progress.sweep is not None:
            yield from self._walked(progress.sweep, SWEEP_PAGES)

    def _walked(self, walk: Walk, most_pages: int | None = None) -> Iterator[Batch]:
        """All of a walk from where it stands; `end`s it if it is whole."""
        yield from self._opened(walk)
        pages = 0
        while not walk.ended:
            for page, stop in self._pages(walk):
                rows = self._take(walk, page)
                if not stop and page.has_next:
                    walk.after = page.cursor
                else:
                    walk.after, walk.leg = None, walk.leg + 1
                    walk.ended = walk.full or walk.leg == len(self.listing.legs)
                if walk.ended and not walk.open and not walk.holes:
                    self.progress.end(walk)
                    yield self._batch(rows, walk, complete=True)
                    return
                yield self._batch(rows, walk)
                yield from self._opened(walk)
                pages += 1
                if pages == most_pages and not walk.ended:
                    yield self._batch([], walk, complete=True)
                    return
                if stop:
                    break
        whole = yield from self._mended(walk)
        if whole:
            self.progress.end(walk)
        yield self._batch([], walk, complete=whole, reason="; ".join(self.lost[:TRIES]) or None)

    def _pages(self, walk: Walk) -> Iterator[tuple[Page, bool]]:
        """The pages of a leg, and whether one has reached what is known."""
        leg = None if walk.full else self.listing.legs[walk.leg]
        known = getattr(self.progress.mark, leg.mark) if leg else None
        variables = self._variables(leg, known)
        for left in reversed(range(RESTARTS + 1)):
            try:
                for page in self._asked(variables, walk.after):
                    self._check(page)
                    if walk.full or not (leg and leg.since):
                        walk.listed = page.total
                    if page.missing:
                        fresh = self._fresh(walk, page.nodes)
                        hole = {"after": walk.after, "leg": walk.leg, "span": page.span, "fresh": fresh, "tries": 0}
                        walk.holes.append(hole)
                    moments = [node[leg.moment] for node in page.nodes if node[leg.moment]] if leg else []
                    yield page, bool(leg and not leg.since and known and moments and min(moments) < known)
            except CursorLost:
                if walk.after is None or not left:
                    raise
                walk.begin_again()
            else:
                return

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

    def _variables(self, leg: Leg | None, known: str | None) -> dict[str, Any]:
        owner, _, name = self.probe.full_name.partition("/")
        variables: dict[str, Any] = {"owner": owner, "name": name, "order": leg.order if leg else self.listing.first}
        if leg and leg.since and known:
            variables["filter"] = {"since": known}
        return variables

    def _check(self, page: Page) -> None:
        if page.data["repository"].get("databaseId") != self.probe.database_id:
            raise TransientError(f"{self.what}: the name belongs to another repository now. The next run begins anew.")

    def _take(self, walk: Walk, page: Page) -> list[Mapping[str, Any]]:
        rows: list[Mapping[str, Any]] = []
        for node in page.nodes:
            if walk.leg == 0:
                walk.count(node[self.listing.created], self.progress.counted)
            taken = self.listing.take(node)
            rows += taken.rows
            walk.open += taken.open
        walk.open = self.listing.gather(walk.open)
        of = f" of {self.mark.total:,}" if walk.full else ""
        self.request.progress(f"{walk.seen:,}{of} {self.listing.stream.replace('_', ' ')}")
        return rows

    def _opened(self, walk: Walk) -> Iterator[Batch]:
        """What pages had no room for."""
        while walk.open:
            item = walk.open.pop(0)
            yield self._batch(self._follow(walk, item), walk)

    def _follow(self, walk: Walk, item: Open) -> Sequence[Mapping[str, Any]]:
        taken = Taken([])
        try:
            with suppress(Gone):  # it was deleted or transferred meanwhile: there is nothing to follow any more
                taken = self.listing.follow(self.asking, item)
        except CursorLost:
            if item["after"] is None:
                raise
            walk.open.insert(0, {**item, "after": None, "carry": {}})
            return []
        except BaseException:
            walk.open.insert(0, item)
            raise
        walk.open[:0] = taken.open
        if taken.missing:
            walk.holes.append({"open": item, "tries": 0})
        return taken.rows

    def _mended(self, walk: Walk) -> Generator[Batch, None, bool]:
        """Ask once more for what came with parts missing; returns whether nothing is left that may still come."""
        self.lost.clear()
        for hole in [each for each in walk.holes if each["tries"] < TRIES]:
            hole["tries"] += 1
            rows, missing = self._ask_again(walk, hole)
            if missing:
                self.lost += [f"{self.what}: {text}" for text in missing]
            else:
                walk.holes.remove(hole)
            yield self._batch(rows, walk)
            if not walk.ended:
                return False
            yield from self._opened(walk)
        return all(hole["tries"] >= TRIES for hole in walk.holes)

    def _ask_again(self, walk: Walk, hole: dict[str, Any]) -> tuple[Sequence[Mapping[str, Any]], Sequence[str]]:
        if "open" in hole:
            taken = Taken([])
            with suppress(Gone):
                taken = self.listing.follow(self.asking, hole["open"])
            walk.open += taken.open
            return taken.rows, taken.missing
        leg = None if walk.full else self.listing.legs[hole["leg"]]
        known = getattr(self.progress.mark, leg.mark) if leg else None
        rows: list[Mapping[str, Any]] = []
        missing: list[str] = []
        nodes: list[Node] = []
        span = 0
        try:
            for page in self._asked(self._variables(leg, known), hole["after"]):
                self._check(page)
                for node in page.nodes:
                    taken = self.listing.take(node)
                    rows += taken.rows
                    walk.open += taken.open
                missing += page.missing
                nodes += page.nodes
                span += page.span
                if span >= hole["span"]:  # it may come in smaller pages now
                    break
        except CursorLost as lost:
            self._begin_again(walk, hole)
            missing.append(str(lost))
        else:
            if not missing and hole["leg"] == 0:
                walk.seen += self._fresh(walk, nodes[: hole["span"]]) - hole["fresh"]
        return rows, missing

    def _fresh(self, walk: Walk, nodes: Sequence[Node]) -> int:
        """How many of them count as seen for the first time."""
        return sum(walk.is_fresh(node[self.listing.created], self.progress.counted) for node in nodes)

    def _begin_again(self, walk: Walk, hole: dict[str, Any]) -> None:
        """A page that came with missing parts cannot be asked for by its cursor any more: the next run walks anew."""
        if walk.again == TRIES:
            hole["tries"] = TRIES
            return
        walk.again += 1
        walk.holes = [each for each in walk.holes if "open" in each]  # the pages will all come again
        walk.ended, walk.leg = False, 0
        walk.begin_again()

    def _batch(
        self, rows: Sequence[Mapping[str, Any]], walk: Walk, *, complete: bool = False, reason: str | None = None
    ) -> Batch:
        common = {**self.common, "pass": walk.number}
        made = table([{**row, **common} for row in rows], self.listing.schema)
        return Batch(made, complete=complete, state=self.progress.state(), reason=reason)
