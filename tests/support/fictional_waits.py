"""Fictional metrics of waits, for `fictional`: curves, medians that are not reached, intervals without an end."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from datetime import date
from typing import Any

import pyarrow as pa

LAST_MONTH = date(2026, 10, 1)
SINCE_LAST_MONTH = 22 * 24.0  # hours of the last month until it was observed
CURVE_MONTHS = 14
HOURS = (0.25, 0.5, 1, 2, 4, 8, 12, 24, 48, 96, 168, 336, 720, 1440, 2160, 4320, 8760)
SILENT = 4  # one in so many entities answers less than half of its issues

CURVE_COLUMNS = {"event": pa.string(), "hours": pa.float64(), "incidence": pa.float64(), "at_risk": pa.int64()}

Rows = Iterator[dict[str, Any]]


def _months(months: int) -> Iterator[tuple[int, date]]:
    last = LAST_MONTH.year * 12 + LAST_MONTH.month - 1
    for age, month in enumerate(range(last - months + 1, last + 1)):
        yield age, date(month // 12, month % 12 + 1, 1)


def _row(period: date, value: float | None, n: int, **more: Any) -> dict[str, Any]:
    flags = (["n<5"] if value is not None and n < 5 else []) + (["incomplete month"] if period == LAST_MONTH else [])
    row = {"period": period, "series": "", "value": value, "n": n, "complete": period != LAST_MONTH}
    return row | {"flag": "; ".join(flags) or None} | more


def curves(chance: random.Random, months: int, place: int) -> Rows:
    """Shares answered by fixed times; the smallest entities have three issues, and one in `SILENT` answers few."""
    size = 3 if place % 6 == 5 else 40 + 90 * (place % 4)
    for age, period in _months(months):
        if age < months - CURVE_MONTHS:
            continue
        followed = SINCE_LAST_MONTH + 30 * 24 * (months - 1 - age)
        answered = 0.4 if place % SILENT == 3 else 0.75 + 0.05 * (place % 4)
        for event, part in (("answered", answered), ("gave_up", 0.1)):
            waits = [chance.lognormvariate(2.2 + place % 5 / 2, 2.0) for _ in range(round(size * part))]
            for hours in HOURS:
                share = sum(wait <= hours for wait in waits) / size
                half = 1.96 * math.sqrt(share * (1 - share) / size)
                told = {
                    "event": event,
                    "hours": hours,
                    "at_risk": round(size * (1 - share)),
                    "series": f"{event}:{hours}h",
                }
                if hours > followed:
                    yield _row(period, None, size, reason="follow-up too short", **told)
                    continue
                low, high = max(0.0, share - half), min(1.0, share + half)
                yield _row(period, share, size, incidence=share, low=low, high=high, **told)


def median_waits(hours: float, series: dict[str, float]) -> Any:
    """Medians and other quantiles: `series` gives each one's part of the main value."""

    def make(chance: random.Random, months: int, place: int) -> Rows:
        level = math.log(hours) + chance.gauss(0, 0.8)
        for age, period in _months(months):
            if place % 7 == 6 and age % 9 == 4:
                continue  # no issue was opened in the month
            n = 3 if place % 6 == 5 else 20 + 3 * place
            level += chance.gauss(0, 0.12)
            for name, part in {"": 1.0, **series}.items():
                value = math.exp(level) * part
                if name == "stat:naive":
                    yield _row(period, value, n, series=name)
                    continue
                if place % SILENT == 3 and (age % 3 == 1 or part > 1):
                    yield _row(period, None, n, series=name, low=value / 2, reason="not reached")
                    continue
                wide = 1 + 4 / math.sqrt(n)
                high = None if n < 5 or part > 2 else value * wide
                yield _row(period, value, n, series=name, low=value / wide, high=high)

    return make


def shares(middle: float, series: tuple[str, ...] = ()) -> Any:
    """Shares with Wilson's interval."""

    def make(chance: random.Random, months: int, place: int) -> Rows:
        for name in ("", *series):
            part = min(0.95, max(0.02, chance.gauss(middle, 0.15)))
            for _, period in _months(months):
                n = 3 if place % 6 == 5 else 20 + 3 * place
                if name == "author:first-time" and n < 5:
                    yield _row(period, None, 0, series=name, reason="no change request was decided in the month")
                    continue
                k = sum(chance.random() < part for _ in range(n))
                centre, half = (k + 1.92) / (n + 3.84), 1.96 * math.sqrt(k * (n - k) / n + 0.96) / (n + 3.84)
                low, high = min(k / n, max(0.0, centre - half)), max(k / n, min(1.0, centre + half))
                yield _row(period, k / n, n, series=name, low=low, high=high)

    return make


def quarterly(chance: random.Random, months: int, place: int) -> Rows:
    """Shares of quarters; of the last one nothing is known yet."""
    for row in shares(0.6)(chance, months, place):
        if row["period"].month % 3 == 1:
            is_over = row["period"] < date(2026, 7, 1)
            yield row if is_over else _row(row["period"], None, row["n"], reason="the next quarter has not ended")


def plain(size: float, digits: int = 0, series: tuple[str, ...] = ("",)) -> Any:
    """Numbers without an interval."""

    def make(chance: random.Random, months: int, place: int) -> Rows:
        for name in series:
            level = size * math.exp(chance.gauss(0, 0.6))
            for _, period in _months(months):
                level *= math.exp(chance.gauss(0.005, 0.05))
                yield _row(period, float(round(level, digits)), 30 + place, series=name)

    return make


QUANTILES = {"stat:p25": 0.3, "stat:p75": 3.0, "stat:p90": 9.0, "stat:km_median": 0.9, "stat:naive": 0.4}

MAKERS: dict[str, Any] = {
    "response_curve": curves,
    "time_to_first_response": median_waits(30, QUANTILES),
    "never_answered": shares(0.3, ("outcome:gave_up",)),
    "response_within_48h": shares(0.6),
    "time_to_close": median_waits(200, {}),
    "time_to_first_review": median_waits(12, {}),
    "time_to_merge": median_waits(70, {}),
    "merged_within_30_days": shares(0.7),
    "change_request_acceptance": shares(0.8, ("author:first-time", "author:returning")),
    "active_forks": shares(0.2),
    "technical_fork": shares(0.1),
    "release_frequency": plain(3),
    "open_issues": plain(120),
    "open_issue_age": plain(80, 1),
    "issue_closure_ratio": plain(0.9, 3),
    "change_request_closure_ratio": plain(0.95, 3),
}
