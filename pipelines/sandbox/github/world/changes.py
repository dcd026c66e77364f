"""Change requests of a simulated repository: drafts, reviews, merges, where they come from."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from pipelines.sandbox.github.world.crowd import COPILOT, DEPENDABOT
from pipelines.sandbox.github.world.facts import Account, ChangeRequest, Comment, Event, Review
from pipelines.sandbox.github.world.forks import ForkPlan
from pipelines.sandbox.github.world.issues import SHORTEST_HOURS, Scene, after
from pipelines.sandbox.laws import Law

BY_BOTS, BY_VISITORS = 0.1, 0.2
DRAFTS = 0.15
MERGED = {"MEMBER": 0.85, "CONTRIBUTOR": 0.75, "NONE": 0.45}  # in the end, by the author's association
CLOSED = 0.6  # of the others are closed without being merged
OWN_FORK = 0.6  # of the contributors' come from a fork of theirs


class Changes:
    """Makes the change requests of a repository."""

    def __init__(self, scene: Scene, law: Law, forks: ForkPlan) -> None:
        self._scene, self._law, self._forks, self._chance = scene, law, forks, scene.chance("changes")

    def made(self) -> list[ChangeRequest]:
        """All of them, in order of time."""
        return [self._change(at) for at in self._scene.times("changes", self._scene.plan.change_requests)]

    def _change(self, at: datetime) -> ChangeRequest:
        chance, scene = self._chance, self._scene
        author = self._author(at)
        association = scene.association(author)
        drafted = author.kind == "User" and chance.happens(DRAFTS)
        events: list[Event] = []
        ready = at
        if drafted:
            ready = after(at, chance.lognormal(20.0, 1.0))
            events.append(Event("ready", ready, author))
        comments, reviews, looked = self._reviewed(ready, author)
        self._ended(ready, looked, association, author, events)
        return ChangeRequest(
            0,
            scene.id(),
            author,
            at,
            tuple(sorted(comments, key=lambda one: one.at)),
            tuple(sorted(reviews, key=lambda one: one.at)),
            tuple(sorted(events, key=lambda one: one.at)),
            drafted=drafted,
            head=self._head(author, association, at),
            association=association,
        )

    def _author(self, at: datetime) -> Account:
        chance, scene = self._chance, self._scene
        if chance.happens(BY_BOTS):
            return COPILOT if "copilot" in scene.plan.quirks and chance.happens(0.5) else DEPENDABOT
        return scene.visitor(chance) if chance.happens(BY_VISITORS) else scene.contributor(chance, at, core=0.25)

    def _head(self, author: Account, association: str, at: datetime) -> int | None:
        if author.kind != "User" or (association != "NONE" and not self._chance.happens(OWN_FORK)):
            return None
        return self._forks.of(author, at)

    def _reviewed(self, ready: datetime, author: Account) -> tuple[list[Comment], list[Review], datetime | None]:
        """Comments, reviews, and when the first human other than the author looked; None for never."""
        chance, scene = self._chance, self._scene
        comments: list[Comment] = []
        reviews: list[Review] = []
        if "actions" in scene.plan.quirks:
            comments.append(Comment(scene.wide_id(), DEPENDABOT, after(ready, SHORTEST_HOURS)))
        hours = max(SHORTEST_HOURS, self._law.answer(chance))
        if math.isinf(hours):
            return comments, reviews, None
        looked = moment = after(ready, hours)
        for _ in range(1 + chance.poisson(0.8)):
            reviewer = scene.other(chance, author, moment)
            if chance.happens(0.3):
                comments.append(Comment(scene.wide_id(), reviewer, moment))
            else:
                state = chance.pick(("APPROVED", "COMMENTED", "CHANGES_REQUESTED"), (5, 3, 2))
                reviews.append(Review(scene.wide_id(), reviewer, moment, state))
            moment = after(moment, chance.lognormal(8.0, 1.0))
            if chance.happens(0.5):
                comments.append(Comment(scene.wide_id(), author, moment))
        return comments, reviews, looked

    def _ended(
        self, ready: datetime, looked: datetime | None, association: str, author: Account, events: list[Event]
    ) -> None:
        """Merged by the core after somebody looked, closed by somebody, or left open."""
        chance, scene = self._chance, self._scene
        if looked is not None and chance.happens(MERGED[association]):
            at = after(looked, chance.lognormal(20.0, 1.3))
            merger = scene.contributor(chance, at, core=1.0)
            events += [Event("merged", at, merger), Event("closed", at, merger)]
        elif chance.happens(CLOSED):
            at = after(looked or ready + timedelta(days=3), chance.lognormal(200.0, 1.0))
            closer = author if chance.happens(0.4) else scene.contributor(chance, at, core=1.0)
            events.append(Event("closed", at, closer))
