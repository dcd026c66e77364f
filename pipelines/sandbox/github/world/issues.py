"""Issues of a simulated repository: who opens them, when somebody answers, who gives up, what closes them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from pipelines.sandbox.cast import MONTHS, Frame, RepositoryPlan
from pipelines.sandbox.chance import Chance
from pipelines.sandbox.git.history import CORE, Contributor
from pipelines.sandbox.github.world.crowd import CARETAKER, COPILOT, Crowd
from pipelines.sandbox.github.world.facts import Account, ChangeRequest, Comment, Discussion, Event, Issue
from pipelines.sandbox.laws import Law
from pipelines.sandbox.times import midnight, month_after

BY_CONTRIBUTORS = 0.35  # of the issues; visitors open the others
BY_A_BOT = 0.02
ANSWERED_BY_CORE, ANSWERED_BY_VISITORS = 0.65, 0.12
CLOSED_AT_ONCE = 0.12  # of the answers are a closing without a word
STALE_DAYS = 60  # after which the caretaker remarks on an unanswered issue; it closes it a week later
WIDE = 1 << 32  # from here ids do not fit GraphQL's Int
SHORTEST_HOURS = 1 / 60


@dataclass(frozen=True)
class Outcome:
    """What would have become of an issue, whether or not it has come yet.

    Attributes:
        id: of the issue.
        author: its author's account.
        created_at: when it was opened.
        answered_at: by a human other than the author, None if that would never be or the author gave up before.
        gave_up_at: closed unanswered by its author; None otherwise.
        responder: who answers.
    """

    id: int
    author: Account
    created_at: datetime
    answered_at: datetime | None
    gave_up_at: datetime | None
    responder: Account | None


class Scene:
    """What all makers of one repository's facts share: people, chances, ids, times."""

    def __init__(  # noqa: PLR0913, PLR0917 - a scene is made of all these
        self,
        frame: Frame,
        plan: RepositoryPlan,
        ecosystem: str,
        crowd: Crowd,
        contributors: Sequence[Contributor],
        first_id: int,
    ) -> None:
        self.frame, self.plan, self.ecosystem, self.crowd, self._contributors = (
            frame, plan, ecosystem, crowd, contributors
        )  # fmt: skip
        self._ids = first_id
        accounts = [crowd.people[one.person.key].id for one in contributors]
        self._core, self._others = set(accounts[:CORE]), set(accounts[CORE:])

    def id(self) -> int:
        """A new id."""
        self._ids += 1
        return self._ids

    def wide_id(self) -> int:
        """A new id that does not fit GraphQL's Int."""
        return WIDE + self.id()

    def chance(self, what: str) -> Chance:
        """A chance of its own for each kind of fact."""
        return Chance(self.frame.seed, "github", what, self.plan.name)

    def times(self, what: str, total: float) -> list[datetime]:
        """So many moments over all months, in order; more of them later where contributors arrive later."""
        chance = self.chance(f"times of {what}")
        weights = [(month + 1) ** (self.plan.arrivals - 1) for month in range(MONTHS)]
        found = []
        for month, weight in zip(self.frame.months, weights, strict=True):
            start, seconds = midnight(month), (midnight(month_after(month)) - midnight(month)).total_seconds()
            for _ in range(chance.poisson(total * self.frame.scale * weight / sum(weights))):
                moment = start + timedelta(seconds=int(chance.uniform(0, seconds)))
                if moment < self.frame.now:
                    found.append(moment)
        return sorted(found)

    def contributor(self, chance: Chance, moment: datetime, *, core: float = 0.5) -> Account:
        """Somebody who commits there at that time; with that probability, one of the core."""
        month = min(
            MONTHS - 1, (moment.year - self.frame.months[0].year) * 12 + moment.month - self.frame.months[0].month
        )
        active = [one for one in self._contributors[CORE:] if one.active(month)]
        chosen = chance.pick(self._contributors[:CORE] if not active or chance.happens(core) else active)
        return self.crowd.people[chosen.person.key]

    def visitor(self, chance: Chance, *, lasting: bool = False) -> Account:
        """A visitor of the ecosystem, some oftener than others; `lasting`: one whose account is not deleted."""
        most = max(20, round(300 * self.frame.scale))
        while True:
            found = self.crowd.visitor(self.ecosystem, int(most * chance.uniform(0, 1) ** 1.5))
            if not lasting or found.deleted_at is None:
                return found

    def association(self, account: Account) -> str:
        """What the repository calls its author."""
        if account.id in self._core:
            return "MEMBER"
        return "CONTRIBUTOR" if account.id in self._others else "NONE"

    def other(self, chance: Chance, author: Account, moment: datetime) -> Account:
        """A human other than the author who answers."""
        while True:
            if chance.happens(ANSWERED_BY_VISITORS):
                found = self.visitor(chance, lasting=True)
            else:
                found = self.contributor(chance, moment, core=ANSWERED_BY_CORE)
            if found.id != author.id:
                return found

    def number(
        self, issues: Sequence[Issue], changes: Sequence[ChangeRequest], talk: Sequence[Discussion]
    ) -> tuple[list[Issue], list[ChangeRequest], list[Discussion]]:
        """Give all of them their numbers, which they share, in order of time."""
        everything: list[Any] = sorted((*issues, *changes, *talk), key=lambda one: (one.created_at, one.id))
        numbers = {(type(one), one.id): at for at, one in enumerate(everything, start=1)}

        def numbered(some: Sequence[Any]) -> list[Any]:
            return [replace(one, number=numbers[type(one), one.id]) for one in some]

        return numbered(issues), numbered(changes), numbered(talk)


def after(moment: datetime, hours: float) -> datetime:
    """That many hours later, to the second."""
    return (moment + timedelta(hours=hours)).replace(microsecond=0)


class Issues:
    """Makes the issues of a repository; `outcomes` are theirs."""

    def __init__(self, scene: Scene, law: Law) -> None:
        self._scene, self._law, self._chance = scene, law, scene.chance("issues")
        self.outcomes: list[Outcome] = []

    def made(self) -> list[Issue]:
        """All of them, in order of time."""
        return [self._issue(moment) for moment in self._scene.times("issues", self._scene.plan.issues)]

    def _issue(self, at: datetime) -> Issue:
        chance, scene, law = self._chance, self._scene, self._law
        author = self._author(at)
        answer = max(SHORTEST_HOURS, law.answer(chance))
        gives_up = max(SHORTEST_HOURS, law.giving_up(chance))
        if author.kind == "Bot" or author.deleted_at is not None:
            gives_up = math.inf  # whether a ghost closed its own issue could not be seen
        comments, events = self._machines(at), list[Event]()
        responder = None
        if answer < gives_up:
            responder = scene.other(chance, author, at)
            self._answered(after(at, answer), author, responder, comments, events)
        elif gives_up < answer:
            events.append(Event("closed", after(at, gives_up), author, chance.pick(("COMPLETED", "NOT_PLANNED"))))
        if math.isinf(answer) and math.isinf(gives_up):
            self._neglected(at, author, comments, events)
        id_ = scene.id()
        answered = None if responder is None else after(at, answer)
        gave_up = after(at, gives_up) if gives_up < answer else None
        self.outcomes.append(Outcome(id_, author, at, answered, gave_up, responder))
        return Issue(
            0,
            id_,
            author,
            at,
            tuple(sorted(comments, key=lambda one: one.at)),
            tuple(sorted(events, key=lambda one: one.at)),
            association=scene.association(author),
        )

    def _author(self, at: datetime) -> Account:
        chance, scene = self._chance, self._scene
        if chance.happens(BY_A_BOT):
            return CARETAKER
        return scene.contributor(chance, at) if chance.happens(BY_CONTRIBUTORS) else scene.visitor(chance)

    def _comment(self, author: Account, at: datetime) -> Comment:
        return Comment(self._scene.wide_id(), author, at)

    def _machines(self, at: datetime) -> list[Comment]:
        """What bots and agents say at once: no answer, whoever measures."""
        chance, quirks = self._chance, self._scene.plan.quirks
        found = []
        if "greeter" in quirks:
            found.append(self._comment(CARETAKER, after(at, SHORTEST_HOURS / 2)))
        if "copilot" in quirks and chance.happens(0.15):
            found.append(self._comment(COPILOT, after(at, chance.lognormal(0.2, 0.5))))
        return found

    def _answered(
        self, at: datetime, author: Account, responder: Account, comments: list[Comment], events: list[Event]
    ) -> None:
        """The answer, what is said after it, and what closes the issue."""
        chance = self._chance
        if chance.happens(CLOSED_AT_ONCE):
            events.append(Event("closed", at, responder, "NOT_PLANNED"))
            return
        comments.append(self._comment(responder, at))
        moment = at
        for speaker in (author, responder, author)[: chance.poisson(1.2)]:
            moment = after(moment, chance.lognormal(6.0, 1.2))
            comments.append(self._comment(speaker, moment))
        if chance.happens(0.8):
            self._closed(after(moment, chance.lognormal(50.0, 1.4)), author, responder, events)

    def _closed(self, at: datetime, author: Account, responder: Account, events: list[Event]) -> None:
        chance = self._chance
        who = author if chance.happens(0.3) else CARETAKER if chance.happens(0.1) else responder
        events.append(Event("closed", at, who, "COMPLETED"))
        if chance.happens(0.05):
            again = after(at, chance.lognormal(30.0, 1.0))
            events.append(Event("reopened", again, author))
            if chance.happens(0.6):
                events.append(Event("closed", after(again, chance.lognormal(60.0, 1.0)), responder, "COMPLETED"))

    def _neglected(self, at: datetime, author: Account, comments: list[Comment], events: list[Event]) -> None:
        """Nobody will ever answer: the author asks again, and the caretaker may close it."""
        if self._chance.happens(0.3):
            comments.append(self._comment(author, after(at, self._chance.lognormal(100.0, 0.8))))
        if "stale" in self._scene.plan.quirks:
            remarked = at + timedelta(days=STALE_DAYS)
            comments.append(self._comment(CARETAKER, remarked))
            events.append(Event("closed", remarked + timedelta(days=7), CARETAKER, "NOT_PLANNED"))
