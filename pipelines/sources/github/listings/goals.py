"""How far back a listing is walked in this run: to the last full months, to the horizon, to its beginning.

The last full months are waited for, however long GitHub's budget makes one wait: they are what a new user came for.
What is older comes as points are to spare, in this run and in later ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from pipelines.settings import Settings
from pipelines.sources import Request, State
from pipelines.sources.contract import Reach
from pipelines.sources.github.client.client import GitHub
from pipelines.sources.github.listings.listing import Listing

SPARE_SHARE = 0.2  # of an account's hour: what is older leaves it for news and for the other streams
BEGINNING = "2000-01-01T00:00:00Z"  # GitHub began in 2008


@dataclass(frozen=True)
class Goals:
    """The goals of one listing in one run, as moments in GitHub's own form."""

    listing: Listing
    settings: Settings
    now: datetime
    reach: Reach

    @classmethod
    def of(cls, listing: Listing, request: Request) -> Goals:
        """Those of a request."""
        return cls(listing, request.settings, request.now, request.reach)

    @property
    def recent(self) -> str:
        """What is waited for: whole months before this one; of a listing that waits for nothing, what is older, too."""
        return self._months_ago(self.listing.months) if self.listing.months else self.older or BEGINNING

    @property
    def may_begin(self) -> bool:
        """Whether this run may begin the listing: one that waits for nothing leaves the first points to the others."""
        return self.listing.months > 0 or self.reach is not Reach.RECENT

    @property
    def older(self) -> str | None:
        """What comes as points are to spare; None: nothing in this run."""
        if self.reach is Reach.RECENT:
            return None
        if self.reach is Reach.HORIZON or not self.listing.beyond_horizon(self.settings):
            return self._months_ago(max(self.settings.horizon_months, self.listing.months))
        return BEGINNING

    def _months_ago(self, months: int) -> str:
        """The first moment of the month that is so many whole months before this one."""
        day = self.now.date().replace(day=1)
        for _ in range(months):
            day = (day - timedelta(days=1)).replace(day=1)
        return f"{day:%Y-%m-%d}T00:00:00Z"


def has_older(listing: Listing, state: State | None, settings: Settings, reach: Reach) -> bool:
    """Whether a fetch that reaches so far would walk further back than the state has come."""
    goals = Goals(listing, settings, settings.now(), reach)
    if state is None:
        return reach is Reach.HORIZON and not listing.months
    known_from = state.get("known_from")
    return known_from is not None and goals.older is not None and known_from >= goals.older


def has_points_to_spare(client: GitHub) -> bool:
    """Whether an account has more left of its hour than is kept for others; True where nothing is counted."""
    return not client.budgets or any(
        each.limit is None or (each.remaining or 0) > SPARE_SHARE * each.limit for each in client.budgets
    )
