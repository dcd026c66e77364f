"""The curves of waits: against lifelines, against fractions, against what was reckoned by hand; ties and all."""

from __future__ import annotations

import math
import random
import warnings
from collections import defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import duckdb
import pyarrow as pa
import pytest

import metrics

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of the libraries that lifelines imports
    from lifelines import AalenJohansenFitter, KaplanMeierFitter

EXACT = 1e-9
Wait = tuple[int, int, int]  # cell, seconds, outcome


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    made = duckdb.connect()
    metrics.create_inputs(made)
    metrics.build(made, [])
    yield made
    made.close()


def give(connection: duckdb.DuckDBPyConnection, waits: Sequence[Wait]) -> None:
    columns = {name: [wait[at] for wait in waits] for at, name in enumerate(("cell", "seconds", "outcome"))}
    connection.register("given", pa.table(columns, pa.schema(dict.fromkeys(columns, pa.int64()))))
    connection.execute("CREATE OR REPLACE TEMP TABLE wait AS SELECT * FROM given")
    connection.unregister("given")


def rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    return connection.execute(sql).fetchall()


def drawn(rng: random.Random, *, most: int, outcomes: Sequence[int], n: int = 200, tied: bool = True) -> list[Wait]:
    times = [rng.randrange(most) for _ in range(n)] if tied else rng.sample(range(1, most), n)
    return [(0, seconds, rng.choice(outcomes)) for seconds in times]


def close(found: float | None, expected: float | None) -> bool:
    if found is None or expected is None:
        return found is expected
    return abs(found - expected) <= EXACT


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("most", [12, 100, 100_000])
def test_kaplan_meier_is_that_of_lifelines_ties_and_all(
    connection: duckdb.DuckDBPyConnection, seed: int, most: int
) -> None:
    waits = drawn(random.Random(seed), most=most, outcomes=(0, 1, 1))
    give(connection, waits)
    peer = KaplanMeierFitter().fit([wait[1] for wait in waits], [wait[2] for wait in waits])
    survival = peer.survival_function_["KM_estimate"]
    bounds = peer.confidence_interval_
    found = rows(
        connection,
        "SELECT seconds, waiting, incidence, alone, incidence_low, incidence_high FROM (SELECT *, "
        "metrics.incidence_low(incidence, variance, 200) AS incidence_low, "
        "metrics.incidence_high(incidence, variance, 200) AS incidence_high FROM metrics.incidence('wait')) ORDER BY 1",
    )
    assert len(found) > 5
    for seconds, waiting, incidence, alone, low, high in found:
        assert close(waiting, survival[seconds])
        assert close(incidence, 1 - survival[seconds])
        assert close(alone, 1 - survival[seconds])
        if survival[seconds] > 0:  # beyond that lifelines gives no number
            # lifelines takes the normal quantile to more digits than the seven of the macro
            assert abs(low - (1 - bounds["KM_estimate_upper_0.95"][seconds])) < 1e-8
            assert abs(high - (1 - bounds["KM_estimate_lower_0.95"][seconds])) < 1e-8
    median = peer.median_survival_time_
    stats = dict(rows(connection, "SELECT stat, value FROM metrics.wait_quantiles('wait')"))
    assert stats[""] == stats["km_median"] == (None if math.isinf(median) else median)


@pytest.mark.parametrize("seed", range(8))
def test_aalen_johansen_is_that_of_lifelines_without_ties(connection: duckdb.DuckDBPyConnection, seed: int) -> None:
    waits = drawn(random.Random(seed), most=100_000, outcomes=(0, 1, 1, 2), tied=False)
    give(connection, waits)
    peer = AalenJohansenFitter(calculate_variance=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it divides by zero where nobody is left
        peer.fit([wait[1] for wait in waits], [wait[2] for wait in waits], event_of_interest=1)
    expected = peer.cumulative_density_["CIF_1"]
    found = rows(
        connection, "SELECT seconds, at_risk - events - rivals, incidence, variance FROM metrics.incidence('wait')"
    )
    assert len(found) == sum(wait[2] > 0 for wait in waits)
    for seconds, left, incidence, variance in found:
        assert close(incidence, expected[seconds])
        if left:
            assert close(variance, peer.variance_[seconds])


def by_definition(waits: Sequence[Wait]) -> dict[int, tuple[Fraction, Fraction, Fraction]]:
    """Time → (waiting, incidence, variance) in fractions, by the sums over all earlier times that the books have."""
    tally: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    for _, seconds, outcome in waits:
        tally[seconds][outcome] += 1
    left, before, incidence = len(waits), Fraction(1), Fraction(0)
    steps: list[tuple[Fraction, Fraction, int, int, int]] = []
    curve: dict[int, tuple[Fraction, Fraction, Fraction]] = {}
    for seconds, (censored, events, rivals) in sorted(tally.items()):
        if events + rivals:
            incidence += before * Fraction(events, left)
            steps.append((incidence, before, events, events + rivals, left))
            variance = Fraction(0)
            for at, s, d, ended, n in steps:
                if n > ended:
                    variance += (incidence - at) ** 2 * Fraction(ended, n * (n - ended))
                variance += s**2 * Fraction(d * (n - d), n**3) - 2 * (incidence - at) * s * Fraction(d, n**2)
            before *= 1 - Fraction(events + rivals, left)
            curve[seconds] = before, incidence, variance
        left -= censored + events + rivals
    return curve


@pytest.mark.parametrize("seed", range(12))
def test_curves_with_ties_are_what_the_formulas_give_in_fractions(
    connection: duckdb.DuckDBPyConnection, seed: int
) -> None:
    rng = random.Random(seed)
    waits = drawn(rng, most=rng.choice([3, 20, 60]), outcomes=(0, 1, 1, 2), n=rng.choice([1, 2, 7, 60]))
    give(connection, waits)
    found = rows(connection, "SELECT seconds, waiting, incidence, variance FROM metrics.incidence('wait')")
    expected = by_definition(waits)
    assert {row[0] for row in found} == set(expected)
    for seconds, *figures in found:
        assert all(close(a, float(b)) for a, b in zip(figures, expected[seconds], strict=True))


def test_aalen_johansen_with_ties_reckoned_by_hand(connection: duckdb.DuckDBPyConnection) -> None:
    """Ten waits.

    seconds  events rivals censored  at risk  waiting before  incidence
    2        2      1      0         10       1               2/10 = 0.2
    3        0      0      1         7        (not a time at which a wait ended)
    5        1      1      1         6        7/10            0.2 + 7/10 · 1/6 = 19/60
    8        1      0      0         3        7/10 · 4/6 = 7/15     19/60 + 7/45 = 17/36
    9        1      1      0         2        7/15 · 2/3 = 14/45    17/36 + 7/45 = 113/180; nobody is left
    Alone (rivals censored): 0.2, then 1 - 8/10 · 5/6 = 1/3, 1 - 2/3 · 2/3 = 5/9, 1 - 4/9 · 1/2 = 7/9.
    """
    times = [(2, 1), (2, 1), (2, 2), (3, 0), (5, 1), (5, 2), (5, 0), (8, 1), (9, 1), (9, 2)]
    give(connection, [(0, *wait) for wait in times])
    found = rows(
        connection,
        "SELECT seconds, events, rivals, at_risk, waiting, incidence, alone FROM metrics.incidence('wait') ORDER BY 1",
    )
    assert [row[:4] for row in found] == [(2, 2, 1, 10), (5, 1, 1, 6), (8, 1, 0, 3), (9, 1, 1, 2)]
    expected = [(0.7, 0.2, 0.2), (7 / 15, 19 / 60, 1 / 3), (14 / 45, 17 / 36, 5 / 9), (0, 113 / 180, 7 / 9)]
    for row, figures in zip(found, expected, strict=True):
        assert all(close(a, b) for a, b in zip(row[4:], figures, strict=True))
    stats = {
        row[0]: row[1:]
        for row in rows(connection, "SELECT stat, value, n, events, rivals FROM metrics.wait_quantiles('wait')")
    }
    assert stats[""] == (9, 10, 5, 3)  # 17/36 < 1/2 <= 113/180
    assert stats["p25"] == (5, 10, 5, 3)
    assert stats["p75"] == (None, 10, 5, 3)
    assert stats["km_median"] == (8, 10, 5, 3)
    assert stats["naive"] == (5, 10, 5, 3)  # 2, 2, 5, 8, 9


def test_a_level_that_is_reached_exactly_is_reached(connection: duckdb.DuckDBPyConnection) -> None:
    for n in (2, 6, 10, 14, 30, 98):
        give(connection, [(0, seconds, 1) for seconds in range(1, n + 1)])
        assert rows(connection, "SELECT value FROM metrics.wait_quantiles('wait') WHERE stat = ''") == [(n / 2,)], n
        naive = rows(connection, "SELECT value FROM metrics.wait_quantiles('wait') WHERE stat = 'naive'")
        assert naive == [((n + 1) / 2,)], n


def test_the_interval_holds_the_median_and_has_no_end_where_none_is_known(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    rng = random.Random(3)
    waits = [
        (cell, rng.randrange(1, 500), rng.choice(outcomes))
        for cell, outcomes in enumerate([(1,), (0, 1), (0, 0, 1), (1, 2), (2,), (0,), (0, 1, 2)] * 20)
        for _ in range(rng.choice([1, 2, 3, 6, 30, 200]))
    ]
    give(connection, waits)
    found = rows(connection, "SELECT stat, n, events, value, low, high FROM metrics.wait_quantiles('wait')")
    assert len(found) == 140 * 6
    for stat, n, events, value, low, high in found:
        if stat == "naive":
            assert (value is None) == (events == 0)
            assert low is None
            assert high is None
            continue
        assert value is None or low <= value
        assert high is None or (value is not None and value <= high)
        if n < 6 and stat in {"", "km_median"}:  # five alike come with 1 in 32: fewer exclude nothing
            assert low == 0
    few = {n: high for stat, n, _, _, _, high in found if stat == "" and n <= 2}
    assert set(few.values()) == {None}


def test_incidence_at_given_times(connection: duckdb.DuckDBPyConnection) -> None:
    times = [(2, 1), (2, 1), (2, 2), (3, 0), (5, 1), (5, 2), (5, 0), (8, 1), (9, 1), (9, 2)]
    waits = [(0, *wait) for wait in times] + [(1, 4, 0), (1, 3, 1), (2, 4, 0), (3, 1, 1), (3, 1, 1)]
    give(connection, waits)
    found = rows(
        connection,
        "WITH at_times AS (SELECT unnest([1, 2, 4, 5, 10]) AS seconds) SELECT cell, seconds, at_risk, known, incidence "
        "FROM metrics.incidence_at('wait', 'at_times') ORDER BY 1, 2",
    )
    expected = [
        (0, 1, 10, True, 0), (0, 2, 7, True, 0.2), (0, 4, 6, True, 0.2), (0, 5, 3, True, 19 / 60),
        (0, 10, 0, True, 113 / 180),  # nobody was followed for 10 s, but nobody was left
        (1, 1, 2, True, 0), (1, 2, 2, True, 0), (1, 4, 0, True, 0.5), (1, 5, 0, False, 0.5), (1, 10, 0, False, 0.5),
        (2, 1, 1, True, 0), (2, 2, 1, True, 0), (2, 4, 0, True, 0), (2, 5, 0, False, 0), (2, 10, 0, False, 0),
        (3, 1, 0, True, 1), (3, 2, 0, True, 1), (3, 4, 0, True, 1), (3, 5, 0, True, 1), (3, 10, 0, True, 1),
    ]  # fmt: skip
    assert [row[:4] for row in found] == [row[:4] for row in expected]
    assert all(close(row[4], other[4]) for row, other in zip(found, expected, strict=True))


@pytest.mark.parametrize("query", ["metrics.incidence('wait')", "metrics.wait_quantiles('wait')"])
def test_threads_and_order_of_rows_change_no_bit(query: str) -> None:
    rng = random.Random(5)
    waits = [(cell, rng.randrange(50_000), rng.choice([0, 1, 1, 2])) for cell in range(40) for _ in range(700)]
    answers = []
    for threads in (1, 4):
        made = duckdb.connect()
        made.execute(f"SET threads = {threads}")
        metrics.create_inputs(made)
        metrics.build(made, [])
        give(made, waits)
        answers.append(rows(made, f"SELECT * FROM {query} ORDER BY ALL"))
        made.close()
        rng.shuffle(waits)
    assert answers[0] == answers[1]
