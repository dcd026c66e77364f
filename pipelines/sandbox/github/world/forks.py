"""Forks of a simulated repository: as many as the counters say, some pushed to, some the origin of change requests."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from datetime import datetime, timedelta

from pipelines.sandbox.github.world.facts import Account, Fork
from pipelines.sandbox.github.world.issues import Scene

TAKEN_ALONG = 1  # the id of a fork that is not there
PUSHED_TO = 0.12  # of the forks that no change request comes from


class ForkPlan:
    """Hands forks to those who need one; the others are passers-by's."""

    def __init__(self, scene: Scene, moments: Sequence[datetime]) -> None:
        self._scene, self._moments = scene, moments
        self._ids = [scene.id() for _ in moments]
        self._owners: dict[int, Account] = {}
        self._of: dict[int, int] = {}
        self._pushes: dict[int, list[datetime]] = {}

    def of(self, owner: Account, moment: datetime) -> int | None:
        """The id of the owner's fork, made before the moment; None if every earlier one is somebody else's.

        An account that was deleted took its forks with it: nobody can tell any more where its requests come from.
        """
        if owner.deleted_at is not None:
            return TAKEN_ALONG
        at = self._of.get(owner.id)
        if at is None:
            free = range(bisect_left(self._moments, moment) - 1, -1, -1)
            at = next((place for place in free if place not in self._owners), None)
            if at is None:
                return None
            self._owners[at], self._of[owner.id] = owner, at
        elif self._moments[at] >= moment:
            return None
        self._pushes.setdefault(at, []).append(max(moment - timedelta(minutes=5), self._moments[at]))
        return self._ids[at]

    def made(self) -> list[Fork]:
        """All of them, in order of time."""
        chance = self._scene.chance("forks")
        name = self._scene.plan.name.partition("/")[2]
        found = []
        for at, moment in enumerate(self._moments):
            owner = self._owners.get(at) or self._scene.crowd.passer_by()
            pushes = self._pushes.get(at, [])
            if not pushes and chance.happens(PUSHED_TO):
                pushes = [(moment + timedelta(days=chance.lognormal(3.0, 1.0))).replace(microsecond=0)]
            found.append(Fork(self._ids[at], f"{owner.login}/{name}", owner, moment, tuple(sorted(pushes))))
        return found
