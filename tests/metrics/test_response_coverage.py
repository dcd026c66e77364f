"""The interval of the time to first response holds the truth as often as it says, in simulated worlds."""

from __future__ import annotations

import pytest
import soak

from benchmarks.response_coverage import SETTINGS, SIZES, measure

WORLDS = 400
LEAST, MOST = 0.92, 0.98  # 95 % less and more 2.75 standard errors of a share of 400; docs/intervals.md has 1,000
CHANCE = 0.044  # four standard errors: of ten thousand draws of 400 worlds, less than one lies outside by chance


@pytest.mark.slow
@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("name", SETTINGS)
def test_interval_holds_the_true_median_and_the_naive_median_is_far_below(name: str, n: int) -> None:
    found = measure(name, n, WORLDS)
    assert LEAST <= found.held <= MOST
    assert found.naive < 0.85 * found.truth
    if n == max(SIZES):
        assert abs(found.estimate / found.truth - 1) < 0.05


@pytest.mark.slow
@soak.seeds(sample=1, full=20)
@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("name", SETTINGS)
def test_interval_holds_the_true_median_in_other_worlds_too(name: str, n: int, seed: int) -> None:
    found = measure(name, n, WORLDS, f" {seed}")
    assert abs(found.held - 0.95) < CHANCE
    assert found.naive < 0.85 * found.truth
