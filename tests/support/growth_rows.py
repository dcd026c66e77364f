"""Forks, stars, releases and affiliations of a generated world, and how far each listing was read."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

Rows = dict[str, list[tuple[Any, ...]]]
STREAMS = ("repositories", "forks", "stargazers", "releases", "discussions", "community")
ORGANIZATIONS = ["acme", "bolt", "core"]


def coverage(repositories: Sequence[str], begin: datetime, end: datetime) -> list[tuple[Any, ...]]:
    """The last repository was never read; the one before it not as far as the others, and its discussions never."""
    rows: list[tuple[Any, ...]] = []
    for stream in STREAMS:
        *known, late, never = repositories
        rows += [(one, "github", stream, begin, end, "ok", None, 1, 0) for one in known]
        until = None if stream == "discussions" else end - timedelta(days=40)
        rows.append((late, "github", stream, begin, until, "ok", None, 1, 0))
        rows.append((never, "github", stream, None, None, "never", "not fetched yet", 0, 0))
    return rows


def growth(rng: random.Random, repositories: Sequence[str], begin: datetime, end: datetime) -> Rows:
    """Forks of which some are pushed to and some give back, stars, releases, and where people work."""
    made: Rows = {"staging.fork": [], "staging.star": [], "staging.release": [], "staging.pull_request": []}
    seconds = int((end - begin).total_seconds())
    for number in range(400):
        at = begin + timedelta(seconds=rng.randrange(seconds))
        repository = rng.choice(repositories)
        pushed = rng.choice([None, at - timedelta(days=3), at + timedelta(days=rng.randrange(90))])
        made["staging.fork"].append((repository, f"github:{1000 + number}", "p3", at, pushed))
        made["staging.star"].append((repository, f"stargazer {number}", at))
        if number % 7 == 0:
            opened = at + timedelta(days=rng.randrange(-2, 30))
            head = f"github:{1000 + number}"
            author = f"p{rng.randrange(15)}"
            name = f"change of {head}"
            row = (name, repository, number, author, "NONE", opened, opened, False, None, None, None, head)
            made["staging.pull_request"].append(row)
        if number % 9 == 0:
            row = (f"release {number}", repository, f"v{number}", at, rng.random() < 0.3, "p2")
            made["staging.release"].append(row)
    made["staging.affiliation"] = [
        (f"p{number}", rng.choice(ORGANIZATIONS), *period, "e-mail")
        for number in range(2, 12)
        for period in rng.choice([[(None, None)], [(None, date(2024, 1, 9)), (date(2024, 1, 9), date(2024, 6, 1))]])
    ]
    return made
