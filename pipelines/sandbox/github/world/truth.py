"""What is true of the simulated GitHub, for the truth that metrics are held against.

Twice: what the laws say that went in (`law`: no sample, no censoring), and what was really drawn (`drawn`: every issue
that can be seen now, with the outcome that it would have). By entity and by month, `yyyy-mm-01`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from pipelines.sandbox.cast import PROJECTS, Frame
from pipelines.sandbox.git.history import Commit
from pipelines.sandbox.github.world.facts import Account, ChangeRequest, Issue, Repository
from pipelines.sandbox.github.world.issues import Outcome
from pipelines.sandbox.github.world.life import GitHubLife
from pipelines.sandbox.laws import Law, truth
from pipelines.sandbox.people import Person
from pipelines.sandbox.times import month_of

HOUR = timedelta(hours=1)


def of_github(
    life: GitHubLife,
    frame: Frame,
    histories: Mapping[str, Sequence[Commit]],
    people: Mapping[str, Sequence[Person]],
) -> dict[str, Any]:
    """All of it."""
    repositories = {one.full_name: one for one in life.world.repositories}
    entities = _entities()
    everybody = {person.key: person for some in people.values() for person in some}
    return {
        "laws": {name: {"issues": vars(laws[0]), "reviews": vars(laws[1])} for name, laws in life.laws.items()},
        "responses": {entity: _responses(life, names, frame.now) for entity, names in entities.items()},
        "changes": {
            entity: _changes([repositories[n] for n in names], frame.now) for entity, names in entities.items()
        },
        "growth": {entity: _growth([repositories[n] for n in names], frame.now) for entity, names in entities.items()},
        "contributors": {
            entity: _contributors([(repositories[n], histories[n]) for n in names], everybody, frame.now)
            for entity, names in entities.items()
        },
        "totals": {name: _totals(one, frame.now) for name, one in repositories.items()},
    }


def _entities() -> dict[str, list[str]]:
    """Repositories of each entity at all five grains."""
    found: dict[str, list[str]] = defaultdict(list)
    for project in PROJECTS:
        grains = [f"project:{project.id}", f"ecosystem:{project.ecosystem}"]
        grains += [f"region:{project.region}", f"layer:{project.layer}"]
        for plan in project.repositories:
            for entity in (f"repository:{plan.name}", *grains):
                found[entity].append(plan.name)
    return dict(found)


def _responses(life: GitHubLife, names: Sequence[str], now: datetime) -> dict[str, Any]:
    outcomes: dict[str, list[Outcome]] = defaultdict(list)
    laws: dict[str, Counter[Law]] = defaultdict(Counter)
    for name in names:
        for outcome in life.outcomes[name]:
            if outcome.author.kind == "Bot":
                continue  # nobody waits
            month = str(month_of(outcome.created_at))
            outcomes[month].append(outcome)
            laws[month][life.laws[name][0]] += 1
    return {month: {"law": truth(laws[month]), "drawn": _drawn(some, now)} for month, some in sorted(outcomes.items())}


def _drawn(outcomes: Sequence[Outcome], now: datetime) -> dict[str, Any]:
    waits = [(o.answered_at - o.created_at) / HOUR for o in outcomes if o.answered_at is not None]
    seen = [(o.answered_at - o.created_at) / HOUR for o in outcomes if o.answered_at and o.answered_at <= now]
    gave_up = [o for o in outcomes if o.gave_up_at is not None]
    ranked = [*sorted(waits), *(None for _ in range(len(outcomes) - len(waits)))]
    return {
        "issues": len(outcomes),
        "answered": len(waits),
        "gave_up": len(gave_up),
        "median": ranked[(len(outcomes) - 1) // 2],
        "within_48h": sum(wait <= 48 for wait in waits) / len(outcomes),  # noqa: PLR2004 - the metric's name
        "answered_by_now": len(seen),
        "gave_up_by_now": sum(o.gave_up_at <= now for o in gave_up if o.gave_up_at is not None),
        "naive_median_by_now": median(seen) if seen else None,
    }


def _changes(repositories: Sequence[Repository], now: datetime) -> dict[str, Any]:
    """Change requests by humans: opened, merged, closed without, each in its month."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for repository in repositories:
        for change in repository.change_requests:
            if change.author.kind == "Bot":
                continue
            found[str(month_of(change.created_at))]["opened"] += 1
            ends = {event.kind: event.at for event in change.events if event.at <= now}
            if "merged" in ends:
                found[str(month_of(ends["merged"]))]["merged"] += 1
            elif "closed" in ends:
                found[str(month_of(ends["closed"]))]["closed_unmerged"] += 1
    return {month: dict(counts) for month, counts in sorted(found.items())}


def _growth(repositories: Sequence[Repository], now: datetime) -> dict[str, Any]:
    months: dict[str, Counter[str]] = defaultdict(Counter)
    pushed = heads = total = 0
    for repository in repositories:
        origins = {change.head for change in repository.change_requests if change.created_at <= now}
        for fork in repository.forks:
            if fork.created_at <= now and fork.owner.deleted_at is None:
                months[str(month_of(fork.created_at))]["forks"] += 1
                total += 1
                pushed += any(fork.created_at < at <= now for at in fork.pushes)
                heads += fork.id in origins
        for star in repository.stars:
            if star.at <= now:
                months[str(month_of(star.at))]["stars"] += 1
        for release in repository.releases:
            if release.published_at <= now:
                months[str(month_of(release.published_at))]["releases"] += 1
    by_month = {month: dict(counts) for month, counts in sorted(months.items())}
    return {"months": by_month, "forks": total, "active_forks": pushed, "technical_forks": heads}


def _contributors(
    parts: Iterable[tuple[Repository, Sequence[Commit]]], everybody: Mapping[str, Person], now: datetime
) -> dict[str, dict[str, int]]:
    """Distinct humans by month, over commits and whatever is said and done on GitHub: people, and what shows of them.

    `accounts` counts somebody twice who commits by an address that GitHub does not know to be theirs, and acts there.
    """
    people: dict[str, set[int]] = defaultdict(set)
    shown: dict[str, set[int | str]] = defaultdict(set)
    for repository, commits in parts:
        for commit in commits:
            if commit.who in everybody and not commit.strange:
                month, person = str(month_of(commit.authored_at)), everybody[commit.who]
                people[month].add(person.account)
                shown[month].add(person.account if commit.email in person.known else commit.email)
        for account, at in said_and_done(repository):
            if account.kind == "User" and at <= now and (account.deleted_at is None or account.deleted_at > now):
                people[str(month_of(at))].add(account.id)
                shown[str(month_of(at))].add(account.id)
    return {month: {"people": len(some), "accounts": len(shown[month])} for month, some in sorted(people.items())}


def said_and_done(repository: Repository) -> Iterator[tuple[Account, datetime]]:
    """Who opened, said or reviewed something, and when."""
    for stream in (repository.issues, repository.change_requests, repository.discussions):
        for one in stream:
            yield one.author, one.created_at
            for comment in one.comments:
                yield comment.author, comment.at
                for reply in comment.replies:
                    yield reply.author, reply.at
    for change in repository.change_requests:
        for review in change.reviews:
            yield review.author, review.at


def _totals(repository: Repository, now: datetime) -> dict[str, int]:
    """How much there is to be fetched."""

    def count(facts: Iterable[Any], at: Callable[[Any], datetime]) -> int:
        return sum(at(fact) <= now for fact in facts)

    threads: list[Issue | ChangeRequest] = [*repository.issues, *repository.change_requests]
    return {
        "issues": count(repository.issues, lambda one: one.created_at),
        "change_requests": count(repository.change_requests, lambda one: one.created_at),
        "comments": sum(count(one.comments, lambda c: c.at) for one in threads if one.created_at <= now),
        "reviews": sum(count(one.reviews, lambda r: r.at) for one in repository.change_requests),
        "forks": count(repository.forks, lambda one: one.created_at),
        "stars": count(repository.stars, lambda one: one.at),
        "releases": count(repository.releases, lambda one: one.published_at),
        "discussions": count(repository.discussions, lambda one: one.created_at),
    }
