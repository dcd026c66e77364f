"""Issues and change requests of a generated world, with every kind of person, gap and odd order of events."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

Rows = dict[str, list[tuple[Any, ...]]]
PEOPLE = [None, *(f"p{number}" for number in range(15))]  # p0 is a bot, p1 an agent; None: a deleted account


def _later(rng: random.Random, begin: datetime, hours: float) -> datetime:
    return begin + timedelta(seconds=round(rng.expovariate(1 / hours) * 3600))


def issues(rng: random.Random, repositories: Sequence[str], begin: datetime, end: datetime) -> Rows:
    """Issues whose comments and closings may lie after the time up to which they were observed, `end`."""
    opened, responses = [], []
    for number in range(220):
        repository, author = rng.choice(repositories), rng.choice(PEOPLE)
        at = begin + timedelta(seconds=rng.randrange(int((end - begin).total_seconds()) + 86400))
        closed = _later(rng, at, 400) if rng.random() < 0.6 else None
        closer = rng.choice([author, *PEOPLE]) if closed else None
        issue = f"issue {number}"
        opened.append((issue, repository, number, author, "NONE", at, closed, closer, rng.random() < 0.1, None))
        if closed:
            responses.append((issue, closer, closed, "close"))
        responses += [
            (
                issue,
                rng.choice(PEOPLE),
                _later(rng, at, 60) if rng.random() < 0.95 else at - timedelta(hours=1),
                "comment",
            )
            for _ in range(rng.choice([0, 0, 1, 2, 5]))
        ]
    return {"staging.issue": opened, "staging.issue_response": responses}


def change_requests(rng: random.Random, repositories: Sequence[str], begin: datetime, end: datetime) -> Rows:
    """Change requests, some of them drafts, some ready later, some reviewed before that."""
    opened, reviews = [], []
    for number in range(180):
        repository, author = rng.choice(repositories), rng.choice(PEOPLE)
        at = begin + timedelta(seconds=rng.randrange(int((end - begin).total_seconds())))
        ready = rng.choice([at, at, at, _later(rng, at, 50), None])
        closed = _later(rng, at, 200) if rng.random() < 0.7 else None
        merged = closed if rng.random() < 0.7 else None
        closer = rng.choice([author, *PEOPLE]) if closed else None
        name = f"change {number}"
        draft = ready is None
        opened.append((name, repository, number, author, "NONE", at, ready, draft, merged, closed, closer, None))
        if closed:
            reviews.append((name, closer, closed, "merge" if merged else "close", None))
        reviews += [
            (name, rng.choice(PEOPLE), _later(rng, at, 40), *rng.choice([("review", "APPROVED"), ("comment", None)]))
            for _ in range(rng.choice([0, 0, 1, 2, 5]))
        ]
    return {"staging.pull_request": opened, "staging.review": reviews}
