"""The history of a simulated repository as a plan: who commits when, on which branch, with which agent.

Rates go in, commits come out; what was really drawn is the truth that metrics are held against.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from pipelines.sandbox.cast import ACTIONS, AGENTS, COPILOT_AUTHOR, DEPENDABOT, MONTHS, Frame, RepositoryPlan
from pipelines.sandbox.chance import Chance
from pipelines.sandbox.people import Person
from pipelines.sandbox.times import midnight, month_after

CORE = 3  # contributors who stay throughout
TENURE_MONTHS = 11.0  # mean of the others
GUESTS = 0.1  # of a repository's contributors come from other ecosystems
BRANCH = 0.3  # of the months in which somebody commits twice or more, they do so on a branch
BOT_WEEKS = 2.0  # between a bot's commits
COPILOT_MONTHS = 12  # that the Copilot agent has been writing commits of its own
VERBS = ("add", "fix", "speed up", "document", "simplify", "test", "remove", "rename")
NOUNS = (
    "the loader",
    "attention masks",
    "the sampler",
    "a flag",
    "the cache",
    "tokenizer edge cases",
    "the CLI",
    "docs",
)


@dataclass(frozen=True)
class Commit:
    """One commit to write.

    Attributes:
        who: key of the person, or `bot:NAME`, `agent:NAME`.
        name, email: as the author line has them.
        authored_at: UTC; `offset` minutes east of it.
        committed_at: UTC; when it reached its branch.
        message: without trailers.
        co_authors: `Name <email>` of each.
        agents: which AI agents wrote or co-wrote it.
        branch: commits with one number stand on one side branch; None is the main line.
        merges: the side branch that it merges, None for other commits.
        encoding: of the message and names, None for UTF-8.
        strange: the author date is impossible.
    """

    who: str
    name: str
    email: str
    authored_at: datetime
    offset: int
    committed_at: datetime
    message: str
    co_authors: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    branch: int | None = None
    merges: int | None = None
    encoding: str | None = None
    strange: bool = False


@dataclass(frozen=True)
class Contributor:
    """A person in one repository: `rate` commits a month from month number `begins` until before `ends`."""

    person: Person
    rate: float
    begins: int
    ends: int

    def active(self, month: int) -> bool:
        """Whether they commit in that month."""
        return self.begins <= month < self.ends


class Planner:
    """Plans one repository's history up to now; the same frame and plan give the same one."""

    def __init__(
        self, frame: Frame, plan: RepositoryPlan, ecosystem: str, people: Mapping[str, Sequence[Person]]
    ) -> None:
        self._plan = plan
        self._chance = Chance(frame.seed, "history", plan.name)
        self._now = frame.now
        self._months = frame.months
        self.contributors = self._choose(people, ecosystem, frame.scale) if plan.commits else []
        self._branches = 0

    def commits(self) -> list[Commit]:
        """All commits, in the order in which they are written."""
        if not self.contributors:
            return []
        found: list[Commit] = []
        for month in range(MONTHS):
            for contributor in self.contributors:
                if contributor.active(month):
                    found += self._month_of_work(contributor, month)
        found += self._bots()
        if "copilot" in self._plan.quirks:
            found += self._copilot()
        found.sort(key=lambda commit: (commit.committed_at, commit.email))
        return list(self._with_quirks(_rooted(found)))

    def _choose(self, people: Mapping[str, Sequence[Person]], ecosystem: str, scale: float) -> list[Contributor]:
        """Contributors by rank, with rates that add up to the plan's commits."""
        count = max(CORE + 1, round(self._plan.contributors * scale))
        home = list(people[ecosystem])
        if self._plan.second:
            home = home[CORE:] + home[:CORE]
        guests = self._chance.sample(
            [one for name, some in people.items() if name != ecosystem for one in some], round(count * GUESTS)
        )
        chosen = home[:CORE] + self._chance.sample(home[CORE:], max(0, count - CORE - len(guests))) + guests
        spans = [(0, MONTHS)] * CORE + [self._span() for _ in chosen[CORE:]]
        weights = [(rank + 1) ** -self._plan.skew for rank in range(len(chosen))]
        total = sum(weight * (ends - begins) for weight, (begins, ends) in zip(weights, spans, strict=False))
        unit = self._plan.commits * scale / total
        return [
            Contributor(person, unit * weight, *span)
            for person, weight, span in zip(chosen, weights, spans, strict=False)
        ]

    def _span(self) -> tuple[int, int]:
        begins = int(MONTHS * self._chance.uniform(0, 1) ** (1 / self._plan.arrivals))
        return begins, min(MONTHS, begins + 1 + round(self._chance.exponential(TENURE_MONTHS)))

    def _month_of_work(self, contributor: Contributor, month: int) -> list[Commit]:
        start, end = midnight(self._months[month]), midnight(month_after(self._months[month]))
        elapsed = (min(end, self._now) - start) / (end - start)
        person, chance = contributor.person, self._chance
        times = sorted(
            moment
            for _ in range(chance.poisson(contributor.rate * elapsed))
            if (moment := self._working_time(person, start, min(end, self._now))) < self._now
        )
        commits = [self._commit(person, moment, month) for moment in times]
        merged_at = times[-1] + timedelta(hours=chance.uniform(1, 20)) if times else self._now
        if len(commits) > 1 and merged_at < self._now and chance.happens(BRANCH):
            return self._on_a_branch(commits, merged_at, month)
        return commits

    def _on_a_branch(self, commits: list[Commit], merged_at: datetime, month: int) -> list[Commit]:
        self._branches += 1
        core = [one.person for one in self.contributors[:CORE]]
        merger = self._chance.pick(core)
        merge = replace(
            self._commit(merger, merged_at, month),
            message=f"Merge pull request #{self._branches} from branch-{self._branches}",
            co_authors=(),
            agents=(),
            merges=self._branches,
        )
        return [*(replace(commit, branch=self._branches) for commit in commits), merge]

    def _working_time(self, person: Person, start: datetime, end: datetime) -> datetime:
        """A time of day at which people work where that person lives, on a weekday mostly."""
        chance = self._chance
        day = start + timedelta(days=int(chance.uniform(0, (end - start) / timedelta(days=1))))
        if day.weekday() > 4 and chance.happens(0.7) and day - timedelta(days=2) >= start:  # noqa: PLR2004 - Saturday
            day -= timedelta(days=2)
        local = day + timedelta(hours=chance.triangular(7, 24, 15))
        return (local - timedelta(minutes=person.zone.offset(local))).replace(microsecond=0)

    def _commit(self, person: Person, moment: datetime, month: int) -> Commit:
        chance = self._chance
        agents: tuple[str, ...] = ()
        if chance.happens(self._plan.agents * (month + 1) / MONTHS):
            agents = (chance.pick(list(AGENTS), [weight for _, weight in AGENTS.values()]),)
        return Commit(
            who=person.key,
            name=person.name,
            email=chance.pick(person.emails),
            authored_at=moment,
            offset=person.zone.offset(moment),
            committed_at=moment + timedelta(seconds=chance.integer(0, 600)),
            message=f"{chance.pick(VERBS)} {chance.pick(NOUNS)}",
            co_authors=tuple(AGENTS[agent][0] for agent in agents),
            agents=agents,
        )

    def _by_machine(self, who: str, author: tuple[str, str], moment: datetime, message: str) -> Commit:
        return Commit(who, *author, authored_at=moment, offset=0, committed_at=moment, message=message)

    def _bots(self) -> Iterator[Commit]:
        moment = midnight(self._months[0])
        while (moment := moment + timedelta(weeks=self._chance.exponential(BOT_WEEKS))) < self._now:
            moment = moment.replace(microsecond=0)
            yield self._by_machine("bot:dependabot", DEPENDABOT, moment, "Bump millstone from 1.2 to 1.3")
            if "actions" in self._plan.quirks:
                later = moment + timedelta(minutes=5)
                yield self._by_machine("bot:github-actions", ACTIONS, later, "Update the changelog")

    def _copilot(self) -> Iterator[Commit]:
        """Commits that an agent authored itself."""
        start = midnight(self._months[-COPILOT_MONTHS])
        for _ in range(self._chance.poisson(2.0 * COPILOT_MONTHS)):
            moment = (start + self._chance.uniform(0, 1) * (self._now - start)).replace(microsecond=0)
            commit = self._by_machine("agent:copilot", COPILOT_AUTHOR, moment, "Address review comments")
            yield replace(commit, agents=("copilot",))

    def _with_quirks(self, commits: list[Commit]) -> Iterator[Commit]:
        third = len(commits) // 3
        plain = [
            at for at, commit in enumerate(commits) if at >= third and commit.branch is None and commit.merges is None
        ]
        odd: dict[int, Commit] = {}
        if "strange-dates" in self._plan.quirks:
            for at, year in zip(plain, (1970, 2100), strict=False):
                moment = datetime(year, 1, 2, 3, 4, 5, tzinfo=UTC)
                odd[at] = replace(commits[at], authored_at=moment, offset=0, strange=True)
        if "latin-1" in self._plan.quirks:
            odd[plain[0]] = replace(
                commits[plain[0]], name="Jürgen Øster", message="größere Änderung", encoding="iso-8859-1"
            )
        for at, commit in enumerate(commits):
            yield odd.get(at, commit)


def _rooted(commits: list[Commit]) -> list[Commit]:
    """The commits, with the first one on the main line: a branch needs something to leave from."""
    if not commits or commits[0].branch is None:
        return commits
    first = commits[0].branch
    kept = [
        replace(commit, branch=None) if commit.branch == first else commit
        for commit in commits
        if commit.merges != first
    ]
    return _rooted(kept)
