"""What happens on the simulated GitHub: issues and their answers, change requests, forks, stars, releases, discussions.

Everything is planned at once, beyond the world's now too: who shows it leaves out what came later. The latent outcome
of each issue (who would have answered, when) is kept for the truth.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from pipelines.sandbox.cast import LAWS, PROJECTS, Frame, ProjectPlan, RepositoryPlan
from pipelines.sandbox.chance import Chance
from pipelines.sandbox.git.history import Planner
from pipelines.sandbox.git.writer import commits_of
from pipelines.sandbox.github.world.changes import Changes
from pipelines.sandbox.github.world.crowd import Crowd
from pipelines.sandbox.github.world.facts import ChangeRequest, GitHubWorld, Issue, Policies, Repository, Star
from pipelines.sandbox.github.world.forks import ForkPlan
from pipelines.sandbox.github.world.issues import Issues, Outcome, Scene
from pipelines.sandbox.github.world.talk import advisories, discussions, releases
from pipelines.sandbox.laws import Law
from pipelines.sandbox.people import Person
from pipelines.sandbox.rankings.counters import renamed_on
from pipelines.sandbox.rankings.growth import moments
from pipelines.sandbox.times import midnight

FIRST_REPOSITORY = 1_900_000_000  # GitHub's ids are far from there
IDS = 10_000_000  # room for the ids of what is in one repository
PUSH_HOURS = 40.0
TOPICS = ("llm", "machine-learning", "inference", "agents", "transformers", "open-weights")


@dataclass(frozen=True)
class GitHubLife:
    """A world's GitHub, and what only its maker knows.

    Attributes:
        world: all facts.
        laws: of answers to issues and of reviews, by repository.
        outcomes: of each issue, by repository.
    """

    world: GitHubWorld
    laws: Mapping[str, tuple[Law, Law]]
    outcomes: Mapping[str, Sequence[Outcome]]

    def open_issues(self) -> Callable[[str, date], int]:
        """Counts open issues and change requests of a repository at a day's first moment, as GitHub's counter does."""
        spans = {one.full_name: _spans(one) for one in self.world.repositories}
        begun = {name: sorted(begins for begins, _ in some) for name, some in spans.items()}
        ended = {name: sorted(ends for _, ends in some) for name, some in spans.items()}

        def count(name: str, day: date) -> int:
            moment = midnight(day)
            return bisect_right(begun[name], moment) - bisect_right(ended[name], moment)

        return count


def _spans(repository: Repository) -> list[tuple[datetime, datetime]]:
    """From when to when each issue and change request was open; one that was reopened has several."""
    found = []
    threads: list[Issue | ChangeRequest] = [*repository.issues, *repository.change_requests]
    for one in threads:
        begins: datetime | None = one.created_at
        for event in one.events:
            if event.kind in {"closed", "merged"} and begins is not None:
                found.append((begins, event.at))
                begins = None
            elif event.kind == "reopened":
                begins = event.at
        if begins is not None:
            found.append((begins, datetime.max.replace(tzinfo=begins.tzinfo)))
    return found


def law_of(ecosystem: str, slowness: float) -> Law:
    """The law of answers to issues of a repository."""
    law = Law(**LAWS[ecosystem])
    return Law(
        law.never,
        law.fast,
        law.fast_median * slowness,
        law.slow_median * slowness,
        law.sigma,
        law.impatient,
        law.patience,
    )


def review_law_of(law: Law) -> Law:
    """The law of first reviews: change requests are looked at sooner, and seldom never; nobody gives up on them."""
    return Law(law.never / 2, law.fast, law.fast_median * 0.7, law.slow_median * 0.5, law.sigma, 0.0, law.patience)


def live(frame: Frame, people: Mapping[str, Sequence[Person]], git: Path) -> GitHubLife:
    """Plan everything; `git` is the folder of the repositories, read when somebody asks for a commit."""
    crowd = Crowd(frame, people)
    repositories, laws, outcomes = [], {}, {}
    number = 0
    for project in PROJECTS:
        for plan in project.repositories:
            number += 1
            maker = _Repository(frame, project, plan, number, crowd, people)
            repositories.append(maker.repository(git))
            laws[plan.name] = (maker.law, review_law_of(maker.law))
            outcomes[plan.name] = maker.outcomes
    return GitHubLife(GitHubWorld.of(repositories, accounts=crowd.all(), now=frame.now), laws, outcomes)


class _Repository:
    def __init__(  # noqa: PLR0913, PLR0917 - a repository is made of all these
        self,
        frame: Frame,
        project: ProjectPlan,
        plan: RepositoryPlan,
        number: int,
        crowd: Crowd,
        people: Mapping[str, Sequence[Person]],
    ) -> None:
        self._frame, self._project, self._plan, self._number, self._crowd = frame, project, plan, number, crowd
        self.law = law_of(project.ecosystem, plan.slowness)
        self.outcomes: list[Outcome] = []
        contributors = Planner(frame, plan, project.ecosystem, people).contributors
        self._scene = Scene(frame, plan, project.ecosystem, crowd, contributors, number * IDS)

    def repository(self, git: Path) -> Repository:
        """All of one repository."""
        frame, plan, scene = self._frame, self._plan, self._scene
        forks = ForkPlan(scene, moments(frame, plan, "forks"))
        issues = Issues(scene, self.law) if plan.commits else None
        made = issues.made() if issues else []
        self.outcomes = issues.outcomes if issues else []
        changes = Changes(scene, review_law_of(self.law), forks).made() if plan.commits else []
        talk = discussions(scene) if plan.commits else []
        made, changes, talk = scene.number(made, changes, talk)
        renamed = renamed_on(frame, plan)
        chance = Chance(frame.seed, "repository", plan.name)
        start = midnight(frame.months[0])
        return Repository(
            id=FIRST_REPOSITORY + self._number,
            full_name=plan.name,
            owner=self._crowd.organizations[plan.name.partition("/")[0]],
            created_at=start - timedelta(days=420),
            issues=made,
            change_requests=changes,
            forks=forks.made(),
            stars=[Star(self._crowd.passer_by(), at) for at in moments(frame, plan, "stars")],
            releases=releases(scene) if plan.commits else [],
            discussions=talk,
            pushes=_pushes(start, frame.now, chance) if plan.commits else [],
            former=((plan.former, midnight(renamed)),) if plan.former and renamed else (),
            description=f"{self._project.label}, made up.",
            language="Python" if plan.commits else None,
            topics=tuple(chance.sample(TOPICS, 3)),
            policies=_policies(chance, plan),
            advisories=advisories(scene),
            commits=commits_of(git / f"{plan.name}.git"),
            watchers=chance.integer(5, 80),
            elsewhere=chance.integer(0, 40),
            has_issues=bool(plan.commits),
            has_discussions=bool(talk),
        )


def _pushes(start: datetime, now: datetime, chance: Chance) -> list[datetime]:
    found, moment = [], start
    while (moment := moment + timedelta(hours=chance.exponential(PUSH_HOURS))) < now:
        found.append(moment.replace(microsecond=0))
    return found


def _policies(chance: Chance, plan: RepositoryPlan) -> Policies:
    return Policies(
        readme=chance.happens(0.95),
        code_of_conduct=chance.happens(0.5),
        contributing=chance.happens(0.6),
        security=plan.advisories > 0 or chance.happens(0.3),
        issue_templates=chance.integer(0, 3),
        pull_request_templates=chance.integer(0, 1),
    )
