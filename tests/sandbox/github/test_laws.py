"""The laws of waiting say what a large sample shows, and the world's truth says what its facts show."""

from __future__ import annotations

import math
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import pytest

from pipelines.sandbox.cast import PROJECTS, Frame
from pipelines.sandbox.chance import Chance
from pipelines.sandbox.git.history import Planner
from pipelines.sandbox.github.world.facts import Account, Issue
from pipelines.sandbox.github.world.life import GitHubLife, live
from pipelines.sandbox.github.world.truth import of_github
from pipelines.sandbox.laws import Law, truth
from pipelines.sandbox.people import populate
from pipelines.sandbox.rankings.counters import counters
from pipelines.sandbox.rankings.growth import levels

NOW = datetime(2026, 3, 17, 9, 30, tzinfo=UTC)
FRAME = Frame(5, 0.4, NOW)
HOUR = timedelta(hours=1)
SAMPLE = 40_000


@pytest.fixture(scope="module")
def life() -> GitHubLife:
    return live(FRAME, populate(FRAME.seed, FRAME.scale), Path("nowhere"))


@pytest.mark.parametrize(
    "law",
    [
        Law(),
        Law(never=0.0, fast=1.0, impatient=0.0),
        Law(never=0.3, impatient=0.9, patience=40.0),
        Law(never=0.6, slow_median=300.0),
    ],
)
def test_the_truth_of_a_law_is_what_a_large_sample_shows(law: Law) -> None:
    chance = Chance("sample", law)
    waits = []
    patient = []
    for _ in range(SAMPLE):
        answer, gives_up = law.answer(chance), law.giving_up(chance)
        waits.append(answer if answer < gives_up else math.inf)
        patient.append(answer)
    told = truth({law: 1})
    assert told["within_48h"] == pytest.approx(sum(wait <= 48 for wait in waits) / SAMPLE, abs=0.01)
    assert told["never_answered"] == pytest.approx(sum(map(math.isinf, waits)) / SAMPLE, abs=0.01)
    for name, sample in (("median", waits), ("median_had_nobody_given_up", patient)):
        found = median(sample)
        if math.isinf(found):
            assert told[name] is None
        else:
            assert told[name] == pytest.approx(found, rel=0.04)
    if law == Law(never=0.0, fast=1.0, impatient=0.0):
        assert told["median"] == pytest.approx(5.0, rel=0.001)
        assert told["p75"] == pytest.approx(5.0 * math.exp(1.2 * 0.674490), rel=0.001)


def test_a_mixture_lies_between_its_laws() -> None:
    quick, slow = Law(fast_median=1.0, fast=1.0), Law(fast_median=50.0, fast=1.0)
    both = truth({quick: 3, slow: 1})
    medians = truth({quick: 1})["median"], both["median"], truth({slow: 1})["median"]
    assert medians == tuple(sorted(medians, key=lambda hours: hours or math.inf))


def answered(issue: Issue, now: datetime) -> datetime | None:
    """The first comment, or closing, by a human other than the author: as the metric has it."""

    def counts(who: Account, at: datetime) -> bool:
        return who.kind == "User" and who.id != issue.author.id and at <= now

    said = [comment.at for comment in issue.comments if counts(comment.author, comment.at)]
    closed = [event.at for event in issue.events if event.kind == "closed" and counts(event.actor, event.at)]
    return min([*said, *closed], default=None)


def test_the_outcome_of_each_issue_is_what_its_comments_and_closings_show(life: GitHubLife) -> None:
    kinds: Counter[str] = Counter()
    late = NOW + timedelta(days=40_000)
    for repository in life.world.repositories:
        outcomes = {one.id: one for one in life.outcomes[repository.full_name]}
        assert len(outcomes) == len(repository.issues)
        for issue in repository.issues:
            outcome = outcomes[issue.id]
            assert answered(issue, late) == outcome.answered_at
            first = next((event for event in issue.events if event.kind == "closed"), None)
            if outcome.gave_up_at is not None:
                assert first is not None
                assert (first.actor, first.at) == (issue.author, outcome.gave_up_at)
            kinds["answered" if outcome.answered_at else "gave up" if outcome.gave_up_at else "neither"] += 1
    assert min(kinds.values()) > 30


def test_the_drawn_truth_is_counted_from_what_can_be_seen(life: GitHubLife) -> None:
    people = populate(FRAME.seed, FRAME.scale)
    histories = {
        plan.name: Planner(FRAME, plan, project.ecosystem, people).commits()
        for project in PROJECTS
        for plan in project.repositories
    }
    told = of_github(life, FRAME, histories, people)
    drawn = told["responses"]["ecosystem:aurora"]["2025-11-01"]["drawn"]
    issues = [
        issue
        for repository in life.world.repositories
        if repository.full_name.startswith("aurora-lab/")
        for issue in repository.issues
        if issue.author.kind == "User" and (issue.created_at.year, issue.created_at.month) == (2025, 11)
    ]
    seen = [(at - issue.created_at) / HOUR for issue in issues if (at := answered(issue, NOW))]
    assert drawn["issues"] == len(issues)
    assert drawn["answered_by_now"] == len(seen)
    assert drawn["naive_median_by_now"] == median(seen)
    laws = told["responses"]["repository:fenholt/fenholt"]
    assert {month["law"]["median"] for month in laws.values()} == {None}  # most of its issues nobody ever answers
    growth = told["growth"]["repository:elderquay/quay"]
    assert 0 < growth["technical_forks"] <= growth["active_forks"] < growth["forks"]
    whole, part = (told["contributors"][one]["2026-02-01"] for one in ("region:china", "project:lantern"))
    assert whole["people"] > part["people"]
    assert part["people"] <= part["accounts"]
    assert told["totals"]["aurora-lab/aurora"]["issues"] == len(
        [one for one in life.world.repositories[0].issues if one.created_at <= NOW]
    )


def test_dated_stars_forks_and_open_issues_are_those_of_the_daily_counters(life: GitHubLife) -> None:
    rows = [row for row in counters(FRAME, life.open_issues()) if row.list_name == "Python"]
    repositories = {one.full_name: one for one in life.world.repositories}
    last = max(row.day for row in rows)
    checked = 0
    for row in rows:
        if row.day != last:
            continue
        midnight = datetime(last.year, last.month, last.day, tzinfo=UTC)
        one = repositories[row.name]
        assert row.stars == sum(star.at < midnight for star in one.stars)
        assert row.forks == sum(fork.created_at < midnight for fork in one.forks)
        checked += 1
    assert checked >= 10
    assert levels(FRAME, PROJECTS[0].repositories[0])[-1].stars == len(repositories["aurora-lab/aurora"].stars)


def test_it_has_what_real_communities_have(life: GitHubLife) -> None:
    everybody: Counter[str] = Counter()
    drafts = reopened = ghosts = silent = 0
    for repository in life.world.repositories:
        numbers = [one.number for one in (*repository.issues, *repository.change_requests, *repository.discussions)]
        assert sorted(numbers) == list(range(1, len(numbers) + 1))
        for change in repository.change_requests:
            drafts += change.drafted
            everybody[change.author.kind] += 1
        for issue in repository.issues:
            reopened += any(event.kind == "reopened" for event in issue.events)
            ghosts += issue.author.deleted_at is not None
            silent += not issue.comments and not issue.events
            everybody.update(comment.author.kind for comment in issue.comments)
    assert {"User", "Bot"} <= set(everybody)
    assert min(drafts, reopened, ghosts, silent) > 0
    assert any(repository.former for repository in life.world.repositories)
    assert any(not repository.has_issues for repository in life.world.repositories)
    assert any(repository.advisories for repository in life.world.repositories)


def test_the_same_seed_gives_the_same_life(life: GitHubLife) -> None:
    again = live(FRAME, populate(FRAME.seed, FRAME.scale), Path("elsewhere"))
    assert again.outcomes == life.outcomes
    assert [one.stars for one in again.world.repositories] == [one.stars for one in life.world.repositories]
    other = live(Frame(6, 0.05, NOW), populate(6, 0.05), Path("nowhere"))
    assert other.outcomes != life.outcomes
