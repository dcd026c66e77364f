"""Repositories and their dated names: from an entry of `repositories` to a Repository, and who used a name when."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pipelines.catalogue import packages
from pipelines.catalogue.lines import Path
from pipelines.catalogue.model import Name, Repository
from pipelines.catalogue.problems import Key, Problems

REPOSITORY = {
    "name": Key(str, required=True),
    "id": Key(str),
    "from": Key(date),
    "former": Key(list),
    "packages": Key(list),
    "fork_of": Key(str),
}
FORMER = {"name": Key(str, required=True), "from": Key(date), "until": Key(date)}
# Owners: letters, digits, hyphens, and one underscore in names of enterprise-managed accounts.
_FULL_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,38}/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}")
_ADDRESS = re.compile(r"(?:https?://|git@|ssh://git@)?(?:www\.)?(?:github\.com[/:])?([^/\s]+/[^/\s]+?)(?:\.git)?/?")


@dataclass(frozen=True)
class Use:
    """One name in use by one repository."""

    name: Name
    repository: Repository
    project: str
    path: Path

    @property
    def current(self) -> bool:
        """Whether it is the name that the repository has now."""
        return self.name is self.repository.names[0]


def repository(path: Path, value: Any, project: str, problems: Problems) -> list[Use]:  # noqa: ANN401
    """The uses of names by one entry, the current first; none if the entry is wrong (the mistake is remembered)."""
    if isinstance(value, str):
        value = {"name": value}
    elif not isinstance(value, dict):
        problems.add(path, 'a repository is written "owner/name", or { name = "owner/name", former = […] }.')
        return []
    before = len(problems.found)
    entry = problems.table(path, value, REPOSITORY, "a repository")
    for key in ("name", "id", "fork_of"):
        if key in entry:
            _check_full_name((*path, key), entry[key], problems)
    former = _former((*path, "former"), entry.get("former", []), problems)
    listed = packages.read((*path, "packages"), entry.get("packages", []), problems)
    if len(problems.found) > before:
        return []
    last = max((name.valid_until for name, _ in former if name.valid_until), default=None)
    current = Name(entry["name"], entry.get("from", last), None)
    if last and current.valid_from and current.valid_from < last:
        problems.add(
            (*path, "from"),
            f"{current.name} cannot be the name from {current.valid_from} on: {former[0][0].name} was it until {last}. "
            "Leave from out, or correct a date.",
        )
        return []
    result = Repository(
        entry.get("id", current.name),
        current.name,
        (current, *(name for name, _ in former)),
        packages=listed,
        fork_of=entry.get("fork_of"),
    )
    if result.fork_of and result.fork_of.lower() in {name.name.lower() for name in result.names}:
        problems.add(
            (*path, "fork_of"), f"{result.fork_of} cannot be a fork of itself: name the repository it came from."
        )
        return []
    uses = [Use(current, result, project, path), *(Use(name, result, project, place) for name, place in former)]
    return uses if _in_order(uses, problems) else []


def check(uses: Sequence[Use], problems: Problems) -> None:
    """Remember each name or id that two repositories of the catalogue have at the same time; case-insensitive."""
    by_name: dict[str, list[Use]] = {}
    for use in uses:
        by_name.setdefault(use.name.name.lower(), []).append(use)
    for group in by_name.values():
        for first, second in itertools.combinations(group, 2):
            if first.name.overlaps(second.name) and first.repository is not second.repository:
                problems.add(second.path, _clash(first, second, problems.line(first.path)))
    _check_ids([use for use in uses if use.current], problems)
    _check_forks([use for use in uses if use.current], problems)


def _check_ids(uses: Sequence[Use], problems: Problems) -> None:
    owner: dict[str, Use] = {}
    for use in uses:
        other = owner.setdefault(use.repository.id.lower(), use)
        same_name = other.name.name.lower() == use.name.name.lower()  # that is reported already
        if other is not use and not same_name:
            problems.add(
                use.path,
                f"the id {use.repository.id} is also that of {other.repository.name} in line "
                f'{problems.line(other.path)}: give this one another, id = "owner/name".',
            )


def _check_forks(uses: Sequence[Use], problems: Problems) -> None:
    """Remember each repository that would be, by way of others, a fork of itself."""
    parents = {use.repository.name.lower(): (use.repository.fork_of or "").lower() for use in uses}
    for use in uses:
        name = use.repository.name.lower()
        seen, parent = {name}, parents[name]
        while parent in parents and parent not in seen:
            seen.add(parent)
            parent = parents[parent]
        if parent == name:
            problems.add(
                (*use.path, "fork_of"),
                f"{use.repository.name} would be a fork of itself, by way of {use.repository.fork_of}: "
                "leave out the fork_of of the one that was there first.",
            )


def _former(path: Path, values: Sequence[Any], problems: Problems) -> list[tuple[Name, Path]]:
    """Former names with their places, the newest first; one without `from` starts where the one before it ended."""
    found: list[tuple[Name, Path]] = []
    for number, value in enumerate(values):
        place = (*path, number)
        if isinstance(value, str):
            value = {"name": value}  # noqa: PLW2901 - the short form of the same thing
        entry = problems.table(place, value, FORMER, "a former name")
        if "name" not in entry or not _check_full_name((*place, "name"), entry["name"], problems):
            continue
        start, end = entry.get("from"), entry.get("until")
        if start and end and start >= end:
            problems.add(
                place, f"{entry['name']} ends on {end}, not after it began on {start}: exchange or correct the dates."
            )
            continue
        found.append((Name(entry["name"], start, end), place))
    found.sort(key=lambda item: item[0].valid_until or date.min)
    chained: list[tuple[Name, Path]] = []
    for name, place in found:
        start, end = name.valid_from, name.valid_until
        before = chained[-1][0].valid_until if chained else None
        if start is None and end and before and before < end:
            start = before
        chained.append((Name(name.name, start, end), place))
    return chained[::-1]


def _in_order(uses: Sequence[Use], problems: Problems) -> bool:
    """Whether the names of one repository follow one another; those without dates are taken as they are."""
    good = True
    for first, second in itertools.combinations(uses, 2):
        same = first.name.name.lower() == second.name.name.lower()
        dated = second.name.valid_until and (first.name.valid_from or first.name.valid_until)
        if first.name.overlaps(second.name) and (same or dated):
            good = False
            what = "the same name stands twice" if same else "two names of one repository at the same time"
            problems.add(
                second.path,
                f"{what}: {first.name.name} {first.name.period()} and {second.name.name} {second.name.period()}. "
                "Give each a from and until that do not overlap, or remove one.",
            )
    return good


def _check_full_name(path: Path, text: str, problems: Problems) -> bool:
    if _FULL_NAME.fullmatch(text) and not text.lower().endswith(".git"):
        return True
    address = _ADDRESS.fullmatch(text.strip())
    meant = address[1] if address and _FULL_NAME.fullmatch(address[1]) else None
    remedy = f'write "{meant}".' if meant else 'write "owner/name" as in github.com/owner/name.'
    problems.add(path, f"{text!r} is not the name of a GitHub repository: {remedy}")
    return False


def _clash(first: Use, second: Use, line: int) -> str:
    name = second.name.name
    if first.current and second.current:
        return f"{name} is catalogued twice: it stands in line {line}, too (project {first.project}). Remove one."
    return (
        f"{name} is in use by two repositories at once: by {first.repository.name} {first.name.period()} (line {line}, "
        f"project {first.project}) and by {second.repository.name} {second.name.period()}. "
        "Give former names an until, and current ones a from, so that they do not overlap; or remove one."
    )
