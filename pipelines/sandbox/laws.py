"""How long it takes until somebody answers in the simulated world: laws with a known truth.

A time until an answer is one of two lognormal distributions, or never comes; an author may give up before, the likelier
the longer it takes (Weibull, shape above 1). What a metric should find follows from the laws alone: `Truth`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from pipelines.sandbox.chance import Chance

PATIENCE_SHAPE = 1.5  # of the Weibull distribution of giving up: the hazard grows with the wait
HOURS = tuple(10 ** (-2 + 8 * step / 480) for step in range(481))  # from 36 seconds to a century, 60 a decade


@dataclass(frozen=True)
class Law:
    """The law of one kind of waiting. Times are hours.

    Attributes:
        never: share that nobody would ever answer.
        fast: share of the others with the short median.
        fast_median, slow_median: of the two parts.
        sigma: of the logarithm, of both.
        impatient: share of authors who may give up.
        patience: scale of their Weibull distribution.
    """

    never: float = 0.15
    fast: float = 0.6
    fast_median: float = 5.0
    slow_median: float = 96.0
    sigma: float = 1.2
    impatient: float = 0.3
    patience: float = 500.0

    def answer(self, chance: Chance) -> float:
        """A time until an answer, infinite if there never is one."""
        if chance.happens(self.never):
            return math.inf
        return chance.lognormal(self.fast_median if chance.happens(self.fast) else self.slow_median, self.sigma)

    def giving_up(self, chance: Chance) -> float:
        """When the author would give up, infinite for the patient."""
        if not chance.happens(self.impatient):
            return math.inf
        return self.patience * math.pow(chance.exponential(1.0), 1 / PATIENCE_SHAPE)

    def answered_by(self, hours: float) -> float:
        """Share that would be answered by then, had nobody given up."""
        parts = ((self.fast, self.fast_median), (1 - self.fast, self.slow_median))
        return (1 - self.never) * sum(share * _normal(math.log(hours / median) / self.sigma) for share, median in parts)

    def patient_until(self, hours: float) -> float:
        """Share of authors who have not given up by then."""
        return 1 - self.impatient + self.impatient * math.exp(-((hours / self.patience) ** PATIENCE_SHAPE))


def _normal(z: float) -> float:
    return (1 + math.erf(z / math.sqrt(2))) / 2


@cache
def incidence(law: Law) -> tuple[float, ...]:
    """Share answered before the author gave up, by each of HOURS: the integral of density of answers times patience."""
    found, total, before = [], 0.0, 0.0
    for at, hours in enumerate(HOURS):
        middle = math.sqrt(hours * HOURS[at - 1]) if at else hours
        now = law.answered_by(hours)
        total += (now - before) * law.patient_until(middle)
        before = now
        found.append(total)
    return tuple(found)


@cache
def without_giving_up(law: Law) -> tuple[float, ...]:
    """Share that would be answered by each of HOURS, had nobody given up."""
    return tuple(map(law.answered_by, HOURS))


def truth(issues: Mapping[Law, int]) -> dict[str, float | None]:
    """What is true of issues of these laws, so many of each: hours, NULL where never reached, and shares."""
    if len(issues) == 1:
        return dict(_of_one(next(iter(issues))))
    return _of_many(issues)


@cache
def _of_one(law: Law) -> Mapping[str, float | None]:
    return _of_many({law: 1})


def _of_many(issues: Mapping[Law, int]) -> dict[str, float | None]:
    total = sum(issues.values())

    def mixed(curve: Mapping[Law, Sequence[float]]) -> list[float]:
        parts = [(curve[law], count / total) for law, count in issues.items()]
        return [sum(values[at] * share for values, share in parts) for at in range(len(HOURS))]

    answered = mixed({law: incidence(law) for law in issues})
    patient = mixed({law: without_giving_up(law) for law in issues})
    return {
        "median": quantile(answered, 0.5),
        "p25": quantile(answered, 0.25),
        "p75": quantile(answered, 0.75),
        "p90": quantile(answered, 0.9),
        "median_had_nobody_given_up": quantile(patient, 0.5),
        "within_48h": at_hours(answered, 48.0),
        "never_answered": 1 - answered[-1],
    }


def quantile(curve: Sequence[float], share: float) -> float | None:
    """The hours at which a curve over HOURS reaches a share; None if it never does."""
    for at, value in enumerate(curve):
        if value >= share:
            if not at:
                return HOURS[0]
            part = (share - curve[at - 1]) / (value - curve[at - 1])
            return HOURS[at - 1] * math.pow(HOURS[at] / HOURS[at - 1], part)
    return None


def at_hours(curve: Sequence[float], hours: float) -> float:
    """The value of a curve over HOURS at some hours."""
    at = next(at for at, value in enumerate(HOURS) if value >= hours)
    part = math.log(hours / HOURS[at - 1]) / math.log(HOURS[at] / HOURS[at - 1])
    return curve[at - 1] + part * (curve[at] - curve[at - 1])
