"""Stars, forks and open issues of the simulated repositories, a row a day, as the public daily rankings write them.

Levels are those of `growth`, open issues those of the simulated GitHub. Days are missing, one repository was renamed,
and some stand in two lists on one day with slightly different counters.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from pipelines.sandbox.cast import PROJECTS, Frame, RepositoryPlan
from pipelines.sandbox.chance import Chance
from pipelines.sandbox.rankings.growth import levels
from pipelines.sandbox.times import month_after

COLUMNS = ("d", "fn", "item", "stars", "forks", "issues", "last_commit")
MISSING = 0.03  # of all days, no list was published
ABSENT = 0.25  # of the days of a repository with gaps, it was not among the listed
TWICE = 0.2  # of the days, a repository stands in a second list, fetched a little earlier

OpenIssues = Callable[[str, date], int]


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


def counters(frame: Frame, open_issues: OpenIssues) -> Iterator[Counter]:
    """All rows, by day and name; `open_issues` counts those of a repository at a day's first moment."""
    plans = [plan for project in PROJECTS for plan in project.repositories if plan.commits]
    series = [_series(frame, plan, open_issues) for plan in plans]
    published = Chance(frame.seed, "counters")
    day = frame.months[0]
    while day <= frame.now.date():
        rows = [row for one in series for row in next(one)]
        if not published.happens(MISSING):
            yield from sorted(rows, key=lambda row: (row.name, row.list_name))
        day += timedelta(days=1)


def _series(frame: Frame, plan: RepositoryPlan, open_issues: OpenIssues) -> Iterator[list[Counter]]:
    """The rows of one repository, a list for each day from the first on."""
    chance = Chance(frame.seed, "counters", plan.name)
    renamed = renamed_on(frame, plan)
    for level in levels(frame, plan):
        name = plan.former if plan.former and renamed and level.day < renamed else plan.name
        issues = open_issues(plan.name, level.day)
        rows = [Counter(level.day, name, "Python", level.stars, level.forks, issues)]
        if chance.happens(TWICE):
            stars, forks = level.stars - chance.integer(0, 3), level.forks - chance.integer(0, 1)
            rows.append(Counter(level.day, name, "Top-100-stars", stars, forks, issues))
        yield [] if "gaps" in plan.quirks and chance.happens(ABSENT) else rows


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
