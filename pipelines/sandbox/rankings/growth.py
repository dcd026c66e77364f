"""How stars and forks of the simulated repositories grow: a level that rises by a known log increment a month.

The same series gives the daily rankings their counters and the simulated GitHub its dated stars and forks.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise

from pipelines.sandbox.cast import Frame, RepositoryPlan
from pipelines.sandbox.chance import Chance
from pipelines.sandbox.times import midnight

DAYS_A_MONTH = 365.25 / 12
BEFORE_DAYS = 400  # over which the first level had been reached
FEWEST_FORKS, FEWEST_STARS = 5, 10  # in the first month, however small the world


@dataclass(frozen=True)
class Level:
    """Stars and forks at the first moment of a day."""

    day: date
    stars: int
    forks: int


@lru_cache(maxsize=64)
def levels(frame: Frame, plan: RepositoryPlan) -> tuple[Level, ...]:
    """One repository's levels on each day from the world's first to the one after its last."""
    chance = Chance(frame.seed, "growth", plan.name)
    first_stars = max(FEWEST_STARS, round(plan.stars * frame.scale))
    first_forks = max(FEWEST_FORKS, round(plan.forks * frame.scale))
    stars, forks = first_stars, first_forks
    day = start = frame.months[0]
    found = []
    while day <= frame.now.date() + timedelta(days=1):
        found.append(Level(day, stars, forks))
        day += timedelta(days=1)
        months = (day - start).days / DAYS_A_MONTH
        stars += chance.poisson(_growth(first_stars, plan.star_growth, months))
        forks += chance.poisson(_growth(first_forks, plan.fork_growth, months))
    return tuple(found)


def _growth(first: int, rate: float, months: float) -> float:
    """What a level that grows by `rate` (log increment a month) gains in a day, that many months after the start."""
    return first * math.exp(rate * months) * rate / DAYS_A_MONTH


def moments(frame: Frame, plan: RepositoryPlan, what: str) -> list[datetime]:
    """When each star or fork ("stars", "forks") was given, in order; those of before the world's start among them."""
    chance = Chance(frame.seed, "moments", what, plan.name)
    series = levels(frame, plan)
    start = midnight(series[0].day)
    found = [
        start - timedelta(seconds=chance.integer(1, BEFORE_DAYS * 86_400)) for _ in range(getattr(series[0], what))
    ]
    for before, after in pairwise(series):
        found += [
            midnight(before.day) + timedelta(seconds=chance.integer(0, 86_399))
            for _ in range(getattr(after, what) - getattr(before, what))
        ]
    return sorted(found)
