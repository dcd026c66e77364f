"""How many rows of a listing are still to come: all, and those of the last months. From a probe's total and a state.

How a listing is spread over time is not known before it has been walked: it is taken to have grown as young listings
do, half of it in the last year (`YEARLY`), until the walk has come some way and its own pace tells.
"""

from __future__ import annotations

from datetime import datetime

from pipelines.settings import Settings
from pipelines.sources import State
from pipelines.sources.contract import Reach
from pipelines.sources.github import discussions, forks, issues, pull_requests, releases, stargazers
from pipelines.sources.github.listings.goals import BEGINNING, Goals

LISTINGS = {
    module.LISTING.stream: module.LISTING
    for module in (issues, pull_requests, forks, stargazers, releases, discussions)
}
YEARLY = 0.5  # part of a listing that changed or came in its last twelve months
YEAR = 365.25  # days


def rows_to_come(stream: str, total: int, state: State | None, settings: Settings) -> tuple[int, int]:
    """Rows that are still to be fetched: until nothing more is wanted, and until the last months are known."""
    listing = LISTINGS[stream]
    now = settings.now()
    goals = Goals(listing, settings, now, Reach.WHOLE)
    if state is not None and "known_from" not in state and state.get("mark") is not None:
        return 0, 0
    first = (state or {}).get("first") or (state or {}).get("walk") or {}
    seen = min(total, int(first.get("seen", 0)))
    reached = first.get("passed")
    older = goals.older or goals.recent
    wanted = total if older == BEGINNING else round(total * _share(_days(older, now)))
    soon = round(total * _share(_days(goals.recent, now))) if listing.months else 0
    if reached is not None and seen:
        pace = seen / max(1.0, _days(reached, now))  # rows a day
        soon = min(total, round(pace * _days(goals.recent, now))) if listing.months and reached >= goals.recent else 0
        if reached < older:
            wanted = seen
    return max(0, wanted - seen), max(0, min(wanted, soon) - seen)


def _share(days: float) -> float:
    """The part of a listing that is younger than so many days."""
    return float(1 - (1 - YEARLY) ** (days / YEAR))


def _days(since: str, now: datetime) -> float:
    return max(0.0, (now - datetime.fromisoformat(since)).total_seconds() / 86_400)
