"""What is still to be fetched from GitHub, in points and hours: by the totals of a probe, before it is fetched.

A page of a hundred costs what GitHub's formula makes of its query. People come on top: who they are is known once
their contributions are fetched, and a hundred of them cost about a point.

How long it takes is the longest of three: what the accounts' points an hour allow; what GitHub's processor time a
minute allows, if its answers are all work; and what comes one after another, as a listing's next page is named by the
one before.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pipelines.cli.reports.streams import Stream
from pipelines.cli.shell.terminal import plural
from pipelines.lake.manifest import Manifest
from pipelines.settings import Settings
from pipelines.sources.github.client.accounts.budget import reserve_of
from pipelines.sources.github.client.accounts.processor import KEPT_TO, SECONDS_PER_MINUTE
from pipelines.sources.github.client.client import Budget, load_document
from pipelines.sources.github.client.documents import prepare
from pipelines.sources.github.outlook import rows_to_come

PAGE = 100  # rows
PAGED = ("issues", "pull_requests", "forks", "stargazers", "releases", "discussions")  # each has a query of its name
LEAST_HOURS = 1 / 60  # below it, it takes no time worth telling of
SINGLE = ("community",)  # one request a repository
SOURCE, PREFIX = "github", "github:"


@dataclass(frozen=True)
class Outlook:
    """What is to be expected.

    Attributes:
        points: still to be spent on first fetches.
        repositories: how many of them are not whole yet.
        streams: points of each stream, the dearest first.
        requests: how many there are to come.
        in_turn: how many of them one after another: the longest listing of each stream, stream after stream.
        soon: what of it there is until the last months are known: see `listings/goals.py`.
    """

    points: int
    repositories: int
    streams: Mapping[str, int]
    requests: int = 0
    in_turn: int = 0
    soon: Outlook | None = None

    def hours(self, budgets: Sequence[Budget], seconds: float = 0.0) -> float | None:
        """Hours that it takes, from now on, if an answer takes so many seconds; 0: no time worth telling of.

        None where the server counts no points.
        """
        if any(each.limit is None for each in budgets) or not budgets:
            return None
        working = self.requests * seconds / (KEPT_TO * SECONDS_PER_MINUTE * len(budgets)) / 60
        by_limits = max(self._by_points(budgets), working if self.requests * seconds > SECONDS_PER_MINUTE else 0.0)
        hours = max(by_limits, self.in_turn * seconds / 3_600)
        return hours if hours > LEAST_HOURS else 0

    def _by_points(self, budgets: Sequence[Budget]) -> float:
        a_hour = sum((each.limit or 0) - reserve_of(each.limit) for each in budgets)
        now = sum(max(0, (each.remaining or 0) - reserve_of(each.limit)) for each in budgets)
        return max(0, self.points - now) / max(1, a_hour)


def outlook(
    totals: Mapping[str, Mapping[str, int]], there: Iterable[Stream], manifest: Manifest, settings: Settings
) -> Outlook:
    """What the first fetches still cost, of the repositories whose totals are known.

    Args:
        totals: of each repository (owner/name): how many there are in each stream.
        there: the streams, with what was fetched.
        manifest: the states of those that are under way.
        settings: how far back is fetched.
    """
    whole, soon = _Pages(), _Pages()
    for stream in there:
        name = stream.source.stream
        if stream.source.source != SOURCE or name not in (*PAGED, *SINGLE):
            continue
        for subject in stream.subjects:
            known = totals.get(subject.name.removeprefix(PREFIX))
            if known is None:
                continue
            if name in SINGLE:
                whole.add(name, subject.name, 0 if subject.complete else PAGE)
                continue
            stated = manifest.last_stated(SOURCE, name, subject.name)
            rows, months = rows_to_come(name, known.get(name, 0), stated.state if stated else None, settings)
            whole.add(name, subject.name, rows)
            soon.add(name, subject.name, months)
    return replace(whole.outlook(), soon=soon.outlook())


class _Pages:
    """Pages that are still to come, as they are found."""

    def __init__(self) -> None:
        self._points: Counter[str] = Counter()
        self._longest: Counter[str] = Counter()
        self._requests = 0
        self._waiting: set[str] = set()

    def add(self, stream: str, subject: str, rows: int) -> None:
        """So many rows of a stream of a repository."""
        if rows:
            pages = math.ceil(rows / PAGE)
            self._points[stream] += pages * _a_page(stream)
            self._requests += pages
            self._longest[stream] = max(self._longest[stream], pages)
            self._waiting.add(subject)

    def outlook(self) -> Outlook:
        """All of them."""
        streams = dict(self._points.most_common())
        return Outlook(self._points.total(), len(self._waiting), streams, self._requests, self._longest.total())


def _a_page(name: str) -> int:
    return prepare(load_document(name)).points({"first": PAGE})


def lasting(hours: float) -> str:
    """`40 minutes`, `3 hours`, `2.5 days`."""
    if hours * 60 < 90:  # noqa: PLR2004 - below one and a half hours, minutes are clearer
        return plural(max(1, math.ceil(hours * 60)), "minute")
    return f"{hours:,.0f} hours" if hours < 48 else f"{hours / 24:,.1f} days"  # noqa: PLR2004 - two days
