"""Long checks, whose strength is their number: in full by `make soak`, as a sample from the same seeds everywhere else.

    @soak.seeds(sample=25, full=500)            the test takes `seed`; each seed is a test of its own
    @soak.examples(usual=60, full=3_000)        a property test by hypothesis, whose examples follow from the seed

The seed is new each time, in CI the same; it is printed at the beginning, and ECOTONE_SOAK_SEED brings a run again.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import seed as seeded

LIMIT_MINUTES = 60.0
FULL = os.environ.get("ECOTONE_SOAK") == "full"
# The processes of one run draw the same seeds: the first one chooses, the others inherit its environment.
SEED = int(
    os.environ.setdefault("ECOTONE_SOAK_SEED", "1" if os.environ.get("CI") else str(random.randrange(1_000_000)))
)
BEGAN = float(os.environ.setdefault("ECOTONE_SOAK_BEGAN", str(time.time())))
SLOW_DATA = (HealthCheck.too_slow, HealthCheck.function_scoped_fixture)


def drawn(name: str, count: int) -> list[int]:
    """The seeds of one test: others follow from another name, and a sample is the beginning of the full list."""
    chance = random.Random(f"{SEED} {name}")
    return [chance.randrange(1 << 31) for _ in range(count)]


def seeds(*, sample: int, full: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Runs a test once for each seed that is drawn for it."""

    def of(test: Callable[..., Any]) -> Callable[..., Any]:
        found = drawn(test.__name__, full if FULL else sample)
        marked: Callable[..., Any] = pytest.mark.soak(pytest.mark.parametrize("seed", found)(test))
        return marked

    return of


def examples(*, usual: int, full: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Gives a property test that many examples; to be written above `@given`."""

    def of(test: Callable[..., Any]) -> Callable[..., Any]:
        counted = settings(max_examples=full if FULL else usual, deadline=None, suppress_health_check=SLOW_DATA)
        marked: Callable[..., Any] = pytest.mark.soak(seeded(SEED)(counted(test)))
        return marked

    return of


def header() -> str:
    """What is printed at the beginning of a run."""
    return f"soak: {'in full' if FULL else 'a sample'}, ECOTONE_SOAK_SEED={SEED} brings the same"


def time_is_over(now: float) -> bool:
    """Whether a run in full has taken its hour: what has not begun is left, and said to be."""
    return FULL and now - BEGAN > 60 * LIMIT_MINUTES
