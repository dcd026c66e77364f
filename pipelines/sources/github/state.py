"""Where the walk through one of GitHub's listings stands: the `state` of its batches, between fetch and manifest.

A listing is walked in full once, oldest first; after that only for its news. A full walk that is done again beside the
news, because the listing's count and ours have drifted apart, is a sweep. Every page of a walk is a checkpoint.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from pipelines.sources import State
from pipelines.sources.github.client.answers import Count, Probe

DRIFT = 0.01  # share of a listing that may be gone, or come by other ways, before it is walked in full again


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
        return cls(count.total, _text(count.newest), _text(pushed))


@dataclass
class Walk:
    """A walk that has begun.

    Attributes:
        number: the full pass that its rows belong to.
        full: all of the listing, oldest first; else its news.
        began: when, ISO 8601: the listing will be known up to then.
        mark: what the probe said then.
        after: the cursor to go on from.
        leg: which of the orders of the news it is walking.
        seen: of a full walk: how many were there; of news: how many of them are new.
        counted: the newest creation among those.
        listed: the connection's own count, as its last page said.
        ended: all pages have been seen.
        open: what pages had no room for, and was not asked for yet.
        holes: pages that came with parts missing, and how often they were asked for again.
        again: how often it was begun again because such a page had lost its cursor.
    """

    number: int
    full: bool
    began: str
    mark: Mark
    after: str | None = None
    leg: int = 0
    seen: int = 0
    counted: str | None = None
    listed: int | None = None
    ended: bool = False
    open: list[dict[str, Any]] = field(default_factory=list)
    holes: list[dict[str, Any]] = field(default_factory=list)
    again: int = 0

    def begin_again(self) -> None:
        """From the start of its order: the cursor is lost."""
        self.after = None
        if self.leg == 0:
            self.seen = 0

    def is_fresh(self, created: str, since: str | None) -> bool:
        """Whether it is seen for the first time: of news, those created after `since` are."""
        return self.full or since is None or created > since

    def count(self, created: str, since: str | None) -> None:
        """One more was seen."""
        if self.is_fresh(created, since):
            self.seen += 1
            self.counted = max(self.counted or created, created)


@dataclass
class Progress:
    """What is known of a listing, and what is under way.

    Attributes:
        repository: GitHub's id: a name may come to belong to another repository.
        number: the last full pass that was completed; 0: none yet.
        began: when that one began, ISO 8601: what was told last before, it did not show.
        known: how many we have, by our own counting.
        total: how many there are, by the listing's own count.
        unlisted: how many it counted more than it showed, when it was last walked in full.
        counted: the newest creation among the known.
        mark: what the probe said when the last complete walk began; None: there was none yet.
        observed_until: when that was.
        walk: the walk under way.
        sweep: the sweep under way.
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
    walk: Walk | None = None
    sweep: Walk | None = None

    @classmethod
    def of(cls, state: State | None, repository: int | None) -> Progress:
        """As a state has it; a new beginning without one, or if the name belongs to another repository now."""
        if state is None:
            return cls(repository)
        values = dict(state)
        number = values.pop("pass")
        if values.pop("repository", None) != repository:
            return cls(repository, number, values.get("began"))
        for name in ("walk", "sweep"):
            if values.get(name):
                values[name] = Walk(**{**values[name], "mark": Mark(**values[name]["mark"])})
        if values.get("mark"):
            values["mark"] = Mark(**values["mark"])
        return cls(repository, number, **values)

    def state(self) -> dict[str, Any]:
        """As JSON values, without what is not set."""
        values = _slim(asdict(self))
        values["pass"] = values.pop("number")
        return values

    def begin(self, now: datetime, mark: Mark, *, full: bool) -> Walk:
        """A walk that begins now."""
        return Walk(self.number + full, full, now.isoformat(), mark)

    def end(self, walk: Walk) -> None:
        """The walk, or the sweep, saw all that it was to see."""
        if walk.full:
            self.number, self.began, self.known = walk.number, walk.began, walk.seen
            self.total = walk.listed if walk.listed is not None else walk.mark.total
            self.unlisted = self.total - self.known
        else:
            self.known += walk.seen
            self.total = walk.listed if walk.listed is not None else walk.mark.total
        self.counted = max(filter(None, (self.counted, walk.counted)), default=None)
        if walk is self.sweep:
            self.sweep = None
        else:
            self.mark, self.observed_until, self.walk = walk.mark, walk.began, None

    @property
    def drifted(self) -> bool:
        """Whether so many were deleted or transferred that the listing must be walked in full again."""
        total = self.total or 0
        return abs(total - self.unlisted - self.known) > DRIFT * total


def _slim(values: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: _slim(value) if isinstance(value, dict) else value for name, value in values.items()}
    return {name: value for name, value in kept.items() if value is not None and value != []}


def _text(moment: datetime | None) -> str | None:
    """In GitHub's own form, so that moments can be compared as texts."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}" if moment else None
