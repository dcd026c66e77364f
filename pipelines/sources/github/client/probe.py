"""Whether anything has changed, for 50 repositories in one request. From answers to probes, remembered for a while."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from graphql import DocumentNode

from pipelines.errors import Gone, Overloaded, SourceError, TransientError, Unconfirmed
from pipelines.sources.github.client.accounts.budget import Progress
from pipelines.sources.github.client.answers import Answer, Count, Probe, Problem, moment
from pipelines.sources.github.client.documents import load_document, repeated
from pipelines.sources.github.client.errors import TooSlow, error_of, passes
from pipelines.sources.github.client.missing import Missing
from pipelines.sources.github.client.pages import MOST_SLOW

AT_ONCE = 50  # repositories in a request: 4 points
REMEMBERED = timedelta(minutes=15)
Ask = Callable[[DocumentNode, Sequence[Mapping[str, Any]], str, Progress], list[Answer | SourceError]]
"""Asks a document with several sets of variables at the same time."""
Outcome = Probe | SourceError


class Prober:
    """Asks once for what many want to know.

    Args:
        ask: how.
        missing: what was not found before.

    Attributes:
        now: the time of the last probe, by the clock of whoever asked.
    """

    def __init__(self, ask: Ask, missing: Missing) -> None:
        self._ask = ask
        self._missing = missing
        self._known: dict[str, tuple[datetime, Outcome]] = {}
        self._turn = threading.Lock()
        self.now = datetime.now(UTC)

    def probe(self, names: Sequence[str], now: datetime, progress: Progress) -> dict[str, Outcome]:
        """What each repository is now, by the name it was asked for; whoever comes second waits for the first."""
        with self._turn:
            self.now = now
            unknown = [name for name in dict.fromkeys(names) if not self._is_known(name, now)]
            found = {
                name: self._missing.judged(name, now, outcome) if isinstance(outcome, Gone) else outcome
                for name, outcome in self._fetch(unknown, AT_ONCE, progress).items()
            }
            self._missing.seen(*(name for name, outcome in found.items() if isinstance(outcome, Probe)))
            for name, outcome in found.items():
                if not isinstance(outcome, TransientError) or isinstance(outcome, Unconfirmed):
                    self._known[name] = (now, outcome)
            return {name: found[name] if name in found else self._known[name][1] for name in names}

    @property
    def totals(self) -> dict[str, dict[str, int]]:
        """Of each repository that was probed: how many there are in each stream."""
        return {
            name: {stream: count.total for stream, count in outcome.counts.items()}
            for name, (_at, outcome) in list(self._known.items())
            if isinstance(outcome, Probe)
        }

    def _is_known(self, name: str, now: datetime) -> bool:
        known = self._known.get(name)
        return known is not None and known[0] <= now < known[0] + REMEMBERED

    def _fetch(self, names: Sequence[str], at_once: int, progress: Progress, slow: int = 0) -> dict[str, Outcome]:
        """What each is; `slow`: how often these did not come in time already."""
        found: dict[str, Outcome] = {}
        lost: list[str] = []
        groups = [names[start : start + at_once] for start in range(0, len(names), at_once)]
        by_size: dict[int, list[Sequence[str]]] = {}
        for group in groups:
            by_size.setdefault(len(group), []).append(group)
        for size, same in by_size.items():
            what = f"probe of {size} repositories"
            answers = self._ask(_document(size), [_variables(group) for group in same], what, progress)
            for group, answer in zip(same, answers, strict=True):
                told = _outcomes(group, answer, what)
                found |= told
                if size > 1:
                    lost += [name for name, outcome in told.items() if isinstance(outcome, Overloaded)]
        slow += any(isinstance(found[name], TooSlow) for name in lost)
        if lost and slow < MOST_SLOW:  # in halves: what is too much for the server at once may come by itself
            found |= self._fetch(lost, (min(at_once, len(lost)) + 1) // 2, progress, slow)
        return found


_documents: dict[int, DocumentNode] = {}


def _document(count: int) -> DocumentNode:
    if count not in _documents:
        _documents[count] = repeated(load_document("probe"), "repository", count)
    return _documents[count]


def _variables(names: Sequence[str]) -> dict[str, str]:
    variables = {}
    for index, name in enumerate(names):
        variables[f"owner{index}"], _, variables[f"name{index}"] = name.partition("/")
    return variables


def _outcomes(names: Sequence[str], answer: Answer | SourceError, what: str) -> dict[str, Outcome]:
    if isinstance(answer, SourceError):
        return {name: type(answer)(str(answer).replace(what, f"repository {name}")) for name in names}
    return {name: _outcome(name, f"r{index}", answer) for index, name in enumerate(names)}


def _outcome(name: str, alias: str, answer: Answer) -> Outcome:
    """What the answer says of one repository. A null without an error of its own is a sign of overload."""
    what = f"repository {name}"
    own = [each for each in answer.errors if each.path[:1] == (alias,)]
    repository = answer.data.get(alias)
    passing = next((each for each in own if passes(each)), None)
    if repository is None or passing is not None:
        return _why(passing or (own[0] if own else None), answer, what)
    return _probe(name, repository)


def _why(own: Problem | None, answer: Answer, what: str) -> SourceError:
    if own is not None:
        return error_of(own, what)
    said = next((each.message for each in answer.errors if not each.path), "no error says why")
    return Overloaded(f"{what}: GitHub's answer lacks it: {said}")


def _probe(name: str, told: Mapping[str, Any]) -> Probe:
    parent = told.get("parent") or {}
    return Probe(
        name=name,
        full_name=told["nameWithOwner"],
        database_id=told["databaseId"],
        created_at=datetime.fromisoformat(told["createdAt"]),
        updated_at=datetime.fromisoformat(told["updatedAt"]),
        pushed_at=moment(told["pushedAt"]),
        archived=told["isArchived"],
        fork=told["isFork"],
        parent=parent.get("nameWithOwner"),
        parent_id=parent.get("databaseId"),
        has_issues=told["hasIssuesEnabled"],
        has_discussions=told["hasDiscussionsEnabled"],
        license_spdx=(told.get("licenseInfo") or {}).get("spdxId"),
        language=(told.get("primaryLanguage") or {}).get("name"),
        topics=tuple(
            node["topic"]["name"] for node in told["repositoryTopics"].get("nodes") or () if node and node.get("topic")
        ),
        stars=told["stargazerCount"],
        fork_count=told["forkCount"],
        watchers=told["watchers"]["totalCount"],
        open_issues=told["openIssues"]["totalCount"],
        issues=_count(told["issues"], "updatedAt"),
        pull_requests=_count(told["pullRequests"], "updatedAt"),
        forks=_count(told["forks"], "createdAt"),
        forks_pushed_at=_newest(told["pushedForks"], "pushedAt"),
        stargazers=_count(told["stargazers"], "starredAt"),
        releases=_count(told["releases"], "createdAt"),
        discussions=_count(told["discussions"], "updatedAt"),
    )


def _count(connection: Mapping[str, Any], field: str) -> Count:
    return Count(connection["totalCount"], _newest(connection, field))


def _newest(connection: Mapping[str, Any], field: str) -> datetime | None:
    rows = connection.get("nodes") or connection.get("edges") or []
    return next((moment(row[field]) for row in rows if row), None)
