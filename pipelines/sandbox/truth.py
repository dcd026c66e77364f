"""What is true of the simulated world, counted from its plan and not from its repositories or answers.

Data flows from the plan to plain values that `world` writes as truth.json; tests hold the metrics against them. Counts
come twice where people use several e-mails: by person, and by the key that an e-mail gives without further knowledge.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from itertools import accumulate
from typing import Any

from pipelines.sandbox.cast import PROJECTS, Frame
from pipelines.sandbox.git.history import Commit, Contributor
from pipelines.sandbox.huggingface.days import counts
from pipelines.sandbox.huggingface.families import UNFOLLOWED, Model
from pipelines.sandbox.people import Person
from pipelines.sandbox.times import month_after, month_of

WINDOW_MONTHS = 12
_ACCOUNT = re.compile(r"(\d+)\+.*@users\.noreply\.github\.com")
Identify = Callable[[Commit], str]


@cache
def key_of(email: str) -> str:
    """The key of an e-mail by itself: the account that a noreply address names, else the address."""
    account = _ACCOUNT.fullmatch(email)
    return f"account:{account[1]}" if account else email.lower()


def entities(histories: Mapping[str, Sequence[Commit]]) -> dict[str, list[Commit]]:
    """Commits of each entity at all five grains, by entity id."""
    found: dict[str, list[Commit]] = {}
    for project in PROJECTS:
        for plan in project.repositories:
            for entity in (
                f"repository:{plan.name}",
                f"project:{project.id}",
                f"ecosystem:{project.ecosystem}",
                f"region:{project.region}",
                f"layer:{project.layer}",
            ):
                found.setdefault(entity, []).extend(histories[plan.name])
    return found


def of_commits(commits: Sequence[Commit], frame: Frame) -> dict[str, Any]:
    """The contributors' truth of one entity: totals, and by month (text, `yyyy-mm-01`)."""
    by_month: dict[date, list[Commit]] = {month: [] for month in frame.months}
    for commit in commits:
        if not commit.strange:
            by_month[month_of(commit.authored_at)].append(commit)
    return {
        "commits": len(commits),
        "merges": sum(commit.merges is not None for commit in commits),
        "strange": sum(commit.strange for commit in commits),
        "months": {str(month): _month(there) for month, there in by_month.items()},
        "trailing": {str(month): _trailing(by_month, month) for month in frame.months},
    }


def _month(there: Sequence[Commit]) -> dict[str, Any]:
    humans = [commit for commit in there if _by_human(commit)]
    return {
        "commits": len(there),
        "commits_without_merges": sum(commit.merges is None for commit in there),
        "contributors": _both(lambda who: len({who(commit) for commit in humans})),
        "agents": dict(sorted(Counter(agent for commit in there for agent in commit.agents).items())),
        "with_an_agent": sum(bool(commit.agents) for commit in there),
        "by_bots": sum(commit.who.startswith("bot:") for commit in there),
    }


def _trailing(by_month: Mapping[date, Sequence[Commit]], month: date) -> dict[str, Any]:
    """Over the 12 calendar months that end with this one: commits without merges, by humans."""
    months = [month_after(month, -back) for back in range(WINDOW_MONTHS)]
    window = [c for one in months for c in by_month.get(one, ()) if c.merges is None and _by_human(c)]
    return {
        "commits": len(window),
        "absence_factor": _both(lambda who: absence_factor(Counter(map(who, window)).values())),
        "effective_contributors": _both(lambda who: effective(Counter(map(who, window)).values())),
    }


def _by_human(commit: Commit) -> bool:
    return commit.who.startswith("person-")


def _both(measure: Callable[[Identify], Any]) -> dict[str, Any]:
    return {"people": measure(lambda commit: commit.who), "keys": measure(lambda commit: key_of(commit.email))}


def absence_factor(commits: Iterable[float]) -> int | None:
    """Fewest that together made at least half (CHAOSS); None of nothing."""
    shares = sorted(commits, reverse=True)
    total = sum(shares)
    return next((n for n, made in enumerate(accumulate(shares), 1) if 2 * made >= total), None) if total else None


def effective(commits: Iterable[int]) -> float | None:
    """Hill number of order 2, unbiased: N(N-1) ÷ Σ n(n-1); None where it is not defined."""
    counts_ = list(commits)
    total, pairs = sum(counts_), sum(n * (n - 1) for n in counts_)
    return total * (total - 1) / pairs if pairs else None


def of_rates(contributors: Sequence[Contributor], frame: Frame) -> dict[str, Any]:
    """What the rates of one repository imply for its last 12 months, before chance."""
    months = range(len(frame.months) - WINDOW_MONTHS, len(frame.months))
    expected = [one.rate * sum(one.active(month) for month in months) for one in contributors]
    total = sum(expected)
    return {
        "absence_factor": absence_factor(expected),
        "effective_contributors": total**2 / sum(rate**2 for rate in expected) if total else None,
    }


def of_people(people: Mapping[str, Sequence[Person]]) -> list[dict[str, Any]]:
    """Everybody: key, ecosystem, e-mails, zone and its minutes east of UTC in winter."""
    return [
        {
            "person": one.key,
            "ecosystem": one.ecosystem,
            "emails": list(one.emails),
            "zone": one.zone.name,
            "standard": one.zone.standard,
        }
        for some in people.values()
        for one in some
    ]


def of_hub(models: Sequence[Model], days: Sequence[date]) -> dict[str, Any]:
    """The families: what exists and is downloaded by day and family, who derives from whom, and the roots.

    Models that no catalogued organisation leads to are left out; a model's roots are left out where it descends from
    a circle.
    """
    followed = [model for model in models if model.model_type != UNFOLLOWED]
    by_name = {model.name: model for model in followed}
    last = days[-1]
    there = [model for model in followed if model.exists_on(last)]
    roots = {model.name_on(last): _roots(model, by_name, last, ()) for model in there}
    return {
        "days": {str(day): _hub_day(followed, day) for day in days},
        "bases": {m.name_on(last): [by_name[base].name_on(last) for base in m.bases] for m in there if m.bases},
        "relations": {m.name_on(last): m.relation for m in there if m.bases},
        "roots": {name: shares for name, shares in roots.items() if shares is not None},
        "derivatives": _derivatives(there, by_name),
    }


def _hub_day(models: Sequence[Model], day: date) -> dict[str, Any]:
    there = [(model, counts(model, day)) for model in models if model.exists_on(day)]
    organizations = Counter({model.name.partition("/")[0]: 0 for model, _ in there})
    for model, told in there:
        organizations[model.name.partition("/")[0]] += told["downloads"]
    return {
        "models": len(there),
        "downloads": sum(told["downloads"] for _, told in there),
        "downloads_by_organization": dict(sorted(organizations.items())),
    }


def _roots(model: Model, by_name: Mapping[str, Model], day: date, path: tuple[str, ...]) -> dict[str, float] | None:
    """Shares of the roots, a merge in equal parts; None if the way up closes a circle."""
    if model.name in path:
        return None
    if not model.bases:
        return {model.name_on(day): 1.0}
    bases = [*model.bases, *model.bases_gone]
    found: Counter[str] = Counter()
    for base in bases:
        above = _roots(by_name[base], by_name, day, (*path, model.name)) if base in by_name else {base: 1.0}
        if above is None:
            return None
        for root, share in above.items():
            found[root] += share / len(bases)  # type: ignore[assignment]  # a Counter of shares
    return dict(sorted(found.items()))


def _derivatives(models: Sequence[Model], by_name: Mapping[str, Model]) -> dict[str, dict[str, dict[str, int]]]:
    """By family, month of creation and relation: models that name one of the organisation's own models as base."""
    found: dict[str, dict[str, Counter[str]]] = {}
    for model in models:
        for owner in {by_name[base].name.partition("/")[0] for base in model.bases}:
            months = found.setdefault(owner, {})
            months.setdefault(str(month_of(model.created)), Counter())[str(model.relation)] += 1
    return {owner: {month: dict(counter) for month, counter in months.items()} for owner, months in found.items()}
