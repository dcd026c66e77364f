"""What is true of what people do on the simulated Hub: answers to discussions by their law, people, Spaces."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from pipelines.sandbox.cast import PROJECTS
from pipelines.sandbox.huggingface.spaces import Space
from pipelines.sandbox.huggingface.talk import BOT, Discussion, law_of
from pipelines.sandbox.laws import Law, truth
from pipelines.sandbox.times import month_of

HOUR = timedelta(hours=1)


def of_talk(plan: Sequence[Discussion], now: datetime) -> dict[str, Any]:
    """By entity and month: what the laws say of the discussions opened in it, what was drawn, how many talked."""
    there = [one for one in plan if one.created_at <= now]
    return {
        "responses": {entity: _responses(_of(there, names), now) for entity, names in entities().items()},
        "contributors": {entity: _people(_of(there, names), now) for entity, names in entities().items()},
        "discussions": len(there),
    }


def entities() -> dict[str, set[str]]:
    """Hub organisations of each entity that has some."""
    found: dict[str, set[str]] = defaultdict(set)
    for project in PROJECTS:
        organizations = {selector.partition("/")[0] for selector in project.hub}
        grains = (f"project:{project.id}", f"ecosystem:{project.ecosystem}")
        for entity in (*grains, f"region:{project.region}", f"layer:{project.layer}"):
            found[entity] |= organizations
    return {entity: names for entity, names in found.items() if names}


def _of(plan: Sequence[Discussion], organizations: set[str]) -> list[Discussion]:
    return [one for one in plan if one.organization in organizations]


def _responses(plan: Sequence[Discussion], now: datetime) -> dict[str, Any]:
    months: dict[str, list[Discussion]] = defaultdict(list)
    for one in plan:
        if one.author != BOT:  # nobody waits
            months[str(month_of(one.created_at))].append(one)
    return {month: _month(some, now) for month, some in sorted(months.items())}


def _month(some: Sequence[Discussion], now: datetime) -> dict[str, Any]:
    laws: Counter[Law] = Counter(law_of(one.organization) for one in some)
    seen = [(one.answered_at - one.created_at) / HOUR for one in some if one.answered_at and one.answered_at <= now]
    return {
        "discussions": len(some),
        "law": truth(laws),
        "answered_by_now": len(seen),
        "naive_median_by_now": median(seen) if seen else None,
    }


def _people(plan: Sequence[Discussion], now: datetime) -> dict[str, int]:
    months: dict[str, set[str]] = defaultdict(set)
    for one in plan:
        for event in one.events:
            if event.kind == "comment" and event.who != BOT and event.at <= now:
                months[str(month_of(event.at))].add(event.who)
    return {month: len(people) for month, people in sorted(months.items())}


def of_spaces(plan: Sequence[Space], days: Sequence[date], names: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """By day and family: Spaces that use one of its own models; `names`: by day, of the models that are there."""
    found: dict[str, dict[str, int]] = {}
    for day in days:
        counter: Counter[str] = Counter()
        for space in plan:
            if space.exists_on(day):
                counter.update({model.partition("/")[0] for model in space.models if model in names[str(day)]})
        found[str(day)] = dict(sorted(counter.items()))
    return found
