"""Generated rows of Hub models, licences, policies and advisories, with gaps, recounts and what is not told."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

Rows = dict[str, list[tuple[Any, ...]]]
LICENSES: Mapping[str, str] = {
    "mit": "osi",
    "apache-2.0": "osi",
    "cc-by-4.0": "open",
    "gemma": "restricted",
    "cc-by-nc-4.0": "non-commercial",
    "other": "unknown",
}
TYPES = ("qilin", "lama", "mist", None)
FORMATS = (["safetensors"], ["pickle"], ["gguf"], ["pickle", "safetensors"], None)
PEERS = 12
"""Models of one size that are listed daily from their release on, so that some are observed at every age."""


def models(rng: random.Random, catalogued: Sequence[str], begin: datetime, end: datetime) -> Rows:
    """Catalogued models and 30 derivatives; listed every third day, at times not at all, at times without counts."""
    names = [*catalogued, *(f"hf:d{number}" for number in range(30))]
    rows: list[tuple[Any, ...]] = []
    listed: list[tuple[Any, ...]] = []
    lineage: list[tuple[Any, ...]] = []
    for number, name in enumerate(names):
        is_peer = number < PEERS
        born = _born(rng, begin, end, early=is_peer)
        rows.append(
            (
                *(name, name, name[3:4], born, rng.choice([*LICENSES, "strange", None]), rng.choice(TYPES)),
                *(7 * 10**9 if is_peer else rng.choice([10**8, 7 * 10**9, None]), "id", rng.choice(FORMATS)),
            )
        )
        listed += _listed(rng, name, born.date(), end.date(), daily=is_peer)
        if name.startswith("hf:d"):
            parents = rng.sample(names[:8], rng.randrange(1, 3))
            for parent in parents:
                relation = rng.choice(["finetune", "quantized", "merge", "unspecified"])
                lineage.append((name, parent, relation, parent, 1.0 / len(parents)))
    return {
        "staging.model": rows,
        "staging.model_snapshot": listed,
        "staging.model_lineage": lineage,
        "staging.license": [*((*each, None) for each in LICENSES.items()), ("MIT", "osi", None)],
    }


def _born(rng: random.Random, begin: datetime, end: datetime, *, early: bool) -> datetime:
    span = (end - begin) / 2 if early else end - begin
    return begin + timedelta(seconds=rng.randrange(int(span.total_seconds())))


def _listed(rng: random.Random, name: str, first: date, last: date, *, daily: bool) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    count, total, day = rng.randrange(100), rng.randrange(1000), first
    while day < last:
        if daily or (day.month % 5 and rng.random() < 0.4):
            told = daily or rng.random() < 0.9
            gone = not daily and rng.random() < 0.01
            rows.append((name, day, count if told else None, total if told else None, 0, 0.0, gone, None, None))
        count, total = max(0, count + rng.randrange(-9, 10)), total + rng.randrange(-1, 20)
        day += timedelta(days=1 if daily and (day - first).days < 40 else 3)
    return rows


def openness(rng: random.Random, repositories: Sequence[str], begin: datetime, end: datetime) -> Rows:
    """Repositories as described, a look at each every few weeks, and advisories with and without a fix."""
    described: list[tuple[Any, ...]] = []
    looks: list[tuple[Any, ...]] = []
    advisories: list[tuple[Any, ...]] = []
    for number, repository in enumerate(repositories):
        told = number != len(repositories) - 1  # the last one is not observed
        license_id = rng.choice(["MIT", "NOASSERTION", None])
        described.append(
            (
                *(repository, f"o/{number}", "id", number, begin if told else None, license_id if told else None),
                end.date() if told else None,
            )
        )
        day = begin.date()
        while told and day < end.date():
            policies = [rng.random() < 0.5 for _ in range(7)]
            policy = None if rng.random() < 0.1 else policies[4]
            looks.append((repository, day, *policies[:4], policy, *policies[5:], None if number == 1 else 3))
            day += timedelta(days=rng.randrange(7, 45))
        for case in range(6 if told and number != 1 else 0):
            reported = _born(rng, begin, end - timedelta(days=40), early=False).astimezone(UTC)
            published = reported + timedelta(hours=rng.randrange(900))
            fixed = published if rng.random() < 0.7 else None
            advisories.append(
                (f"GHSA-{case}", repository, "high", reported if rng.random() < 0.8 else None, published, fixed)
            )
    return {
        "staging.repository": described,
        "staging.community_profile": looks,
        "staging.security_advisory": advisories,
    }
