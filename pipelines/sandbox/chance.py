"""Seeded chance: the same seed and names give the same world, on any machine and whatever else was drawn before."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")
NORMAL_FROM = 50.0  # mean above which a rounded normal stands in for Poisson: its skew is then under 0.15


class Chance:
    """A source of random numbers of its own for each thing that is simulated, told by the parts of its name."""

    def __init__(self, *parts: object) -> None:
        self._random = random.Random(":".join(map(str, parts)))

    def happens(self, probability: float) -> bool:
        """True with that probability."""
        return self._random.random() < probability

    def uniform(self, low: float, high: float) -> float:
        """A number between both."""
        return low + (high - low) * self._random.random()

    def integer(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return self._random.randint(low, high)

    def pick(self, values: Sequence[T], weights: Sequence[float] | None = None) -> T:
        """One of the values, by weight if there are any."""
        return self._random.choices(values, weights)[0]

    def sample(self, values: Sequence[T], count: int) -> list[T]:
        """That many different values (all, where there are fewer), in random order."""
        return self._random.sample(values, min(count, len(values)))

    def exponential(self, mean: float) -> float:
        """A waiting time with that mean."""
        return self._random.expovariate(1 / mean)

    def lognormal(self, median: float, sigma: float) -> float:
        """A positive number, half of the time above the median."""
        return median * math.exp(self._random.gauss(0.0, sigma))

    def triangular(self, low: float, high: float, mode: float) -> float:
        """A number between both, most likely near the mode."""
        return self._random.triangular(low, high, mode)

    def poisson(self, mean: float) -> int:
        """How often something happens that happens `mean` times on average (Knuth's method; normal from 50 on)."""
        if mean >= NORMAL_FROM:
            return max(0, round(self._random.gauss(mean, math.sqrt(mean))))
        limit, product, count = math.exp(-mean), self._random.random(), 0
        while product > limit:
            product *= self._random.random()
            count += 1
        return count
