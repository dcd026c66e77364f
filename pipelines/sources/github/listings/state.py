"""Where the walk through one of GitHub's listings stands: the `state` of its batches, between fetch and manifest.

A listing is walked in full once, newest first: what was created since `known_from` is known while older years are still
to come. Beside that it is walked for its news. Every page is a checkpoint. What the listing counts and what is held are
compared by `missing`; a sweep is a full walk that is done again because they differ and ids do not tell why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from pipelines.sources import State
from pipelines.sources.github.client.answers import Count, Probe

VERSION = 2  # of the state; 1 walked oldest first, and had other names for the same things
TRIES = 3  # runs in which a page with missing parts is asked for again before it is left as it is
STARS_DRIFT = 0.01  # share of a listing without ids that may differ before it is walked in full again
OF_VERSION_1 = {"leg": "order", "counted": "newest", "open": "follow_ups", "holes": "incomplete", "again": "restarts"}


@dataclass
class Mark:
    """What the probe said of a listing: as long as it says so, nothing has changed.

    Attributes:
        total: how many there were.
        newest: the newest moment in it, ISO 8601; None if there was none.
        pushed: of forks, the newest push.
    """

    total: int
    newest: str | None = None
    pushed: str | None = None

    @classmethod
    def of(cls, probe: Probe, stream: str) -> Mark:
        """What a probe says of this stream."""
        count: Count = probe.counts[stream]
        pushed = probe.forks_pushed_at if stream == "forks" else None
        return cls(count.total, as_text(count.newest), as_text(pushed))


@dataclass
class Walk:
    """A walk that has begun.

    Attributes:
        number: the full pass that its rows belong to.
        full: all of the listing; else its news.
        began: when, ISO 8601: the listing will be known up to then.
        mark: what the probe said then.
        oldest_first: of a full walk: sweeps are, and walks that an earlier version began.
        after: the cursor to go on from.
        order: which of the orders of the news it is walking.
        seen: of a full walk: how many were there; of news: how many of them are new.
        newest: the newest creation among those.
        listed: the connection's own count: of a walk newest first as its first page said, else as its last one did.
        passed: newest first: the moment of the last one that was asked for, by the order of the walk.
        settled: newest first: all that happened since then is held, whatever pages had no room for included.
        head: the newest moment of the listing when what changed meanwhile was last caught up with.
        caught_up: when that was, ISO 8601; None: when it began.
        ended: all pages have been seen.
        follow_ups: what pages had no room for, and was not asked for yet.
        incomplete: pages that came with parts missing, and how often they were asked for again.
        restarts: how often it was begun again because such a page had lost its cursor.
    """

    number: int
    full: bool
    began: str
    mark: Mark
    oldest_first: bool = False
    after: str | None = None
    order: int = 0
    seen: int = 0
    newest: str | None = None
    listed: int | None = None
    passed: str | None = None
    settled: str | None = None
    head: str | None = None
    caught_up: str | None = None
    ended: bool = False
    follow_ups: list[dict[str, Any]] = field(default_factory=list)
    incomplete: list[dict[str, Any]] = field(default_factory=list)
    restarts: int = 0

    def begin_again(self) -> None:
        """From the start of its order: the cursor is lost."""
        self.after = None
        if self.order == 0:
            self.seen, self.listed, self.passed = 0, None, None

    @property
    def waits(self) -> bool:
        """Whether something of what it has passed is still to be asked for."""
        return bool(self.follow_ups) or any(page["tries"] < TRIES for page in self.incomplete)

    def settle(self) -> None:
        """Note how far back all is held: not beyond a page of which something is still to come."""
        if self.passed is not None and not self.waits:
            self.settled = min(self.settled or self.passed, self.passed)

    def has_reached(self, moment: str | None) -> bool:
        """Whether all that was created since then has been asked for."""
        return self.ended or (moment is not None and self.passed is not None and self.passed < moment)

    def is_done(self, moment: str | None) -> bool:
        """Whether it has got there, and nothing of it is to be asked for again."""
        return self.has_reached(moment) and not self.waits

    @property
    def lost(self) -> int:
        """How many nodes are left out for good, because the pages they are on never came whole."""
        given_up = [page for page in self.incomplete if page["tries"] >= TRIES and "span" in page]
        return sum(page["span"] - page["fresh"] for page in given_up)


@dataclass
class Check:
    """A search by their ids for those that are held, but not there any more.

    Attributes:
        after: the last one that was asked for, as `creation id`: newest first.
    """

    after: str | None = None


@dataclass
class Progress:
    """What is known of a listing, and what is under way.

    Attributes:
        repository: GitHub's id: a name may come to belong to another repository.
        number: the last full pass that was completed; 0: none yet.
        began: when that one began, ISO 8601: what was told last before, it did not show.
        known: how many are held, by our own counting, without those that `first` has seen.
        total: how many there are, by the listing's own count.
        unlisted: how many it counts more than can be held: not shown by it, or found out to be no ones that are held.
        counted: those created later are not counted yet.
        mark: what the probe said when the last complete walk began; None: there was none yet.
        observed_until: when that was.
        first: the first walk, newest first, until it has reached the oldest.
        news: the walk for news that is under way.
        sweep: the sweep that is under way.
        check: the search for missing ones that is under way.
        unseen: whether the listing counted more than is held, when this was last looked at.
    """

    repository: int | None
    number: int = 0
    began: str | None = None
    known: int = 0
    total: int | None = None
    unlisted: int = 0
    counted: str | None = None
    mark: Mark | None = None
    observed_until: str | None = None
    first: Walk | None = None
    news: Walk | None = None
    sweep: Walk | None = None
    check: Check | None = None
    unseen: bool = False

    @classmethod
    def of(cls, state: State | None, repository: int | None) -> Progress:
        """As a state has it; a new beginning without one, or if the name belongs to another repository now."""
        if state is None:
            return cls(repository)
        values = dict(state) if state.get("version") == VERSION else _migrated(state)
        number = values.pop("pass")
        for name in ("version", "known_from", "expected", "older"):
            values.pop(name, None)
        if values.pop("repository", None) != repository:
            return cls(repository, number, values.get("began"))
        for name in ("first", "news", "sweep"):
            if values.get(name):
                values[name] = Walk(**{**values[name], "mark": Mark(**values[name]["mark"])})
        if values.get("mark"):
            values["mark"] = Mark(**values["mark"])
        if "check" in values:
            values["check"] = Check(**values["check"])
        return cls(repository, number, **values)

    def state(self) -> dict[str, Any]:
        """As JSON values, without what is not set; `known_from`, `expected` and `older` are for `ops.coverage`."""
        values = _slim(asdict(self)) | {"version": VERSION}
        values["pass"] = values.pop("number")
        if self.check is not None:
            values["check"] = _slim(asdict(self.check))
        if self.first is not None and self.first.settled is not None:
            values["known_from"] = self.first.settled
            values.setdefault("observed_until", self.first.began)
        if self.total is not None:
            older = (self.first.listed or 0) - self.first.seen if self.first is not None else 0
            values["expected"] = self.total - self.unlisted - older
            values["older"] = older
        return values

    def begin(self, now: datetime, mark: Mark, *, full: bool, oldest_first: bool = False) -> Walk:
        """A walk that begins now."""
        return Walk(self.number + full, full, now.isoformat(), mark, oldest_first=oldest_first, head=mark.newest)

    def restart_first(self) -> None:
        """The first walk begins again at the newest: it will see the news of meanwhile, too."""
        self.known = self.unlisted = 0

    def reach(self, walk: Walk) -> None:
        """The first walk has got so far that its news can be walked; older ones may still be to come."""
        if self.mark is None:
            self.mark, self.observed_until = walk.mark, walk.began
            self.total = walk.listed if walk.listed is not None else walk.mark.total
        self.counted = max(filter(None, (self.counted, walk.newest, walk.mark.newest)), default=None)
        if walk.ended:
            self.number, self.began = walk.number, walk.began
            self.known, self.unlisted, self.first = self.known + walk.seen, walk.lost, None
            if walk.oldest_first:
                self._count_whole(walk)

    def end_news(self, walk: Walk) -> None:
        """The walk for news saw all that it was to see."""
        self.known += walk.seen
        self.total = walk.listed if walk.listed is not None else walk.mark.total
        self.counted = max(filter(None, (self.counted, walk.mark.newest)), default=None)
        self.mark, self.observed_until, self.news = walk.mark, walk.began, None

    def end_sweep(self, walk: Walk) -> None:
        """The sweep saw all of the listing."""
        self.number, self.began, self.known, self.sweep = walk.number, walk.began, walk.seen, None
        self.counted = max(filter(None, (self.counted, walk.newest)), default=None)
        self._count_whole(walk)

    def _count_whole(self, walk: Walk) -> None:
        self.total = walk.listed if walk.listed is not None else walk.mark.total
        self.unlisted = self.total - self.known

    @property
    def surplus(self) -> int:
        """How many more are held than the listing counts; negative: it counts more."""
        older = self.first.listed or 0 if self.first is not None else 0
        return self.known + older + self.unlisted - (self.total or 0)

    @property
    def number_of_rows(self) -> int:
        """The pass that rows belong to that are fetched now: a sweep under way need not have come by them."""
        return max(self.number, self.first.number if self.first else 1, self.sweep.number if self.sweep else 0)


def as_text(moment: datetime | None) -> str | None:
    """In GitHub's own form, so that moments can be compared as texts."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}" if moment else None


def _migrated(state: State) -> dict[str, Any]:
    """A state of version 1: its full walks go on oldest first, and nothing of them is fetched again."""
    values = dict(state)
    for name in ("walk", "sweep"):
        if old := values.pop(name, None):
            walk = {OF_VERSION_1.get(key, key): value for key, value in old.items()}
            walk["oldest_first"] = walk["full"]
            for page in walk.get("incomplete", ()):
                if "open" in page:
                    page["follow_up"] = page.pop("open")
                if "leg" in page:
                    page["order"] = page.pop("leg")
            values["sweep" if name == "sweep" else "first" if walk["full"] else "news"] = walk
    return values


def _slim(values: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: _slim(value) if isinstance(value, dict) else value for name, value in values.items()}
    return {name: value for name, value in kept.items() if value is not None and value != []}
