"""Stars, forks and open issues of the simulated repositories, a row a day, as the public daily rankings write them.

Levels grow by a known log increment a month; what is added each day is Poisson around it. Days are missing, one
repository was renamed, and some stand in two lists on one day with slightly different counters.
"""

from __future__ import annotations

import csv
import gzip
import io
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from pipelines.sandbox.cast import PROJECTS, Frame, RepositoryPlan
from pipelines.sandbox.chance import Chance
from pipelines.sandbox.times import month_after

COLUMNS = ("d", "fn", "item", "stars", "forks", "issues", "last_commit")
DAYS_A_MONTH = 365.25 / 12
MISSING = 0.03  # of all days, no list was published
ABSENT = 0.25  # of the days of a repository with gaps, it was not among the listed
TWICE = 0.2  # of the days, a repository stands in a second list, fetched a little earlier


@dataclass(frozen=True)
class Counter:
    """One row of a list."""

    day: date
    name: str
    list_name: str
    stars: int
    forks: int
    issues: int


def renamed_on(frame: Frame, plan: RepositoryPlan) -> date | None:
    """The first day of a renamed repository's present name; None for one that was never renamed."""
    return month_after(frame.months[-1], -plan.renamed_months_ago) if plan.former else None


def counters(frame: Frame) -> Iterator[Counter]:
    """All rows, by day and name."""
    plans = [plan for project in PROJECTS for plan in project.repositories if plan.commits]
    series = [_series(frame, plan) for plan in plans]
    published = Chance(frame.seed, "counters")
    day = frame.months[0]
    while day <= frame.now.date():
        rows = [row for one in series for row in next(one)]
        if not published.happens(MISSING):
            yield from sorted(rows, key=lambda row: (row.name, row.list_name))
        day += timedelta(days=1)


def _series(frame: Frame, plan: RepositoryPlan) -> Iterator[list[Counter]]:
    """The rows of one repository, a list for each day from the first on."""
    chance = Chance(frame.seed, "counters", plan.name)
    renamed = renamed_on(frame, plan)
    stars, forks = plan.stars, plan.forks
    day = start = frame.months[0]
    while True:
        name = plan.former if plan.former and renamed and day < renamed else plan.name
        issues = chance.integer(40, 60) + int((day - start).days / 5)
        rows = [Counter(day, name, "Python", stars, forks, issues)]
        if chance.happens(TWICE):
            rows.append(
                Counter(day, name, "Top-100-stars", stars - chance.integer(0, 3), forks - chance.integer(0, 1), issues)
            )
        yield [] if "gaps" in plan.quirks and chance.happens(ABSENT) else rows
        day += timedelta(days=1)
        months = (day - start).days / DAYS_A_MONTH
        stars += chance.poisson(_growth(plan.stars, plan.star_growth, months))
        forks += chance.poisson(_growth(plan.forks, plan.fork_growth, months))


def _growth(first: int, rate: float, months: float) -> float:
    """What a level that grows by `rate` (log increment a month) gains in a day, that many months after the start."""
    return first * math.exp(rate * months) * rate / DAYS_A_MONTH


def write_rankings(path: Path, rows: Iterator[Counter] | list[Counter], until: date) -> None:
    """Write the rows up to a day as a gzipped CSV, in one step."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows(
        (row.day, row.name, row.list_name, row.stars, row.forks, row.issues, f"{row.day}T06:00:00Z")
        for row in rows
        if row.day <= until
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}")
    temporary.write_bytes(gzip.compress(text.getvalue().encode(), mtime=0))
    temporary.replace(path)
