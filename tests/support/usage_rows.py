"""Generated rows of what models are used for: tokens, trending places, Spaces, discussions; days are missing."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

Rows = dict[str, list[tuple[Any, ...]]]
TOP = 100


def usage(rng: random.Random, models: Sequence[str], routed: Sequence[str], begin: datetime, end: datetime) -> Rows:
    """`models` are catalogued ones of the Hub, `routed` what OpenRouter calls its own."""
    return {
        "staging.token_usage": _tokens(rng, routed, begin.date(), end.date()),
        **_trending(rng, models, begin.date(), end.date()),
        "staging.space_model": _spaces(rng, models, begin, end),
        **_discussions(rng, models, begin, end),
    }


def _days(begin: date, end: date) -> list[date]:
    return [begin + timedelta(days=number) for number in range((end - begin).days)]


def _tokens(rng: random.Random, routed: Sequence[str], begin: date, end: date) -> list[tuple[Any, ...]]:
    """Every day but every ninth, each model on most of them, and what is not among the most used."""
    rows: list[tuple[Any, ...]] = []
    for number, day in enumerate(_days(begin, end)):
        if number % 9:
            rows += [
                (day, name, rng.randrange(1, 10**12), False, f"openrouter:{name}")
                for name in routed
                if rng.random() < 0.8
            ]
            rows.append((day, "other", rng.randrange(10**12), True, None))
    return rows


def _trending(rng: random.Random, models: Sequence[str], begin: date, end: date) -> Rows:
    """A hundred places a week, a third of them of catalogued models and what derives from those."""
    others = [f"hf:t{number}" for number in range(40)]
    places: list[tuple[Any, ...]] = []
    for day in _days(begin, end)[::7]:
        drawn = [*rng.sample(models, min(len(models), 12)), *others, *(f"hf:u{number}" for number in range(TOP))][:TOP]
        rng.shuffle(drawn)
        places += [(day, rank, name, float(TOP - rank)) for rank, name in enumerate(drawn, 1)]
    ancestors = [(name, name) for name in {name for _, _, name, _ in places}]
    ancestors += [(name, rng.choice(models)) for name in others[::2]]
    return {"staging.trending": places, "staging.trending_ancestor": sorted(ancestors)}


def _spaces(rng: random.Random, models: Sequence[str], begin: datetime, end: datetime) -> list[tuple[Any, ...]]:
    """Some are gone again, some do not say when they were made."""
    rows: list[tuple[Any, ...]] = []
    for number in range(80):
        made = begin + timedelta(seconds=rng.randrange(int((end - begin).total_seconds())))
        seen = made.date() + timedelta(days=rng.randrange(20))
        gone = seen + timedelta(days=rng.randrange(10, 90)) if rng.random() < 0.2 else None
        rows += [
            (f"hf-space:{number}", model, made if rng.random() < 0.9 else None, seen, gone)
            for model in rng.sample(models, rng.randrange(1, 4))
        ]
    return rows


def _discussions(rng: random.Random, models: Sequence[str], begin: datetime, end: datetime) -> Rows:
    """Answered by people and bots, closed by their authors and others, or waiting still."""
    asked: list[tuple[Any, ...]] = []
    answered: list[tuple[Any, ...]] = []
    last = datetime.combine(end.date(), time(), UTC)
    for number in range(200):
        name, author = f"hf:discussion:{number}", f"p{rng.randrange(15)}"
        at = begin + timedelta(seconds=rng.randrange(int((last - begin).total_seconds())))
        closed = at + timedelta(hours=rng.expovariate(1 / 200)) if rng.random() < 0.4 else None
        closed = closed if closed and closed < last else None
        closer = rng.choice([author, "p3", "p0"]) if closed else None
        asked.append((name, rng.choice(models), number, author, at, closed, closer, number % 4 == 0, last))
        for _ in range(rng.randrange(3)):
            said = at + timedelta(hours=rng.expovariate(1 / 60))
            if said < last:
                answered.append((name, f"p{rng.randrange(15)}", said, "comment"))
    return {"staging.discussion": asked, "staging.discussion_response": answered}
