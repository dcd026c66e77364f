"""Releases, discussions and security advisories of a simulated repository."""

from __future__ import annotations

from datetime import timedelta

from pipelines.sandbox.github.world.facts import Advisory, Comment, Discussion, Release
from pipelines.sandbox.github.world.issues import Scene, after
from pipelines.sandbox.times import midnight

RELEASE_DAYS = 45.0
DISCUSSIONS = 0.12  # for each issue
SEVERITIES = ("low", "medium", "high", "critical")


def releases(scene: Scene) -> list[Release]:
    """One now and then, by the core; some are trials of what comes next."""
    chance = scene.chance("releases")
    found: list[Release] = []
    moment = midnight(scene.frame.months[0])
    while (moment := after(moment, chance.exponential(RELEASE_DAYS * 24))) < scene.frame.now:
        number, trial = len(found), chance.happens(0.2)
        author = scene.contributor(chance, moment, core=1.0)
        published = after(moment, chance.lognormal(1.0, 1.0))
        tag = f"v0.{number}.0{'rc1' if trial else ''}"
        found.append(Release(scene.id(), tag, author, moment, published, prerelease=trial))
    return found


def discussions(scene: Scene) -> list[Discussion]:
    """Questions with answers and replies; none where they are switched off."""
    if "no-discussions" in scene.plan.quirks:
        return []
    chance = scene.chance("discussions")
    found = []
    for at in scene.times("discussions", scene.plan.issues * DISCUSSIONS):
        author, moment = scene.visitor(chance), at
        comments = []
        for _ in range(chance.poisson(1.3)):
            moment = after(moment, chance.lognormal(10.0, 1.2))
            speaker = scene.other(chance, author, moment)
            replies = tuple(
                Comment(scene.id(), author, after(moment, chance.lognormal(4.0, 1.0)))
                for _ in range(chance.poisson(0.4))
            )
            comments.append(Comment(scene.id(), speaker, moment, replies))
        chosen = comments[0] if comments and chance.happens(0.4) else None
        answered = after(chosen.at, chance.lognormal(12.0, 1.0)) if chosen else None
        closed = after(moment, chance.lognormal(300.0, 1.0)) if chance.happens(0.2) else None
        found.append(
            Discussion(0, scene.id(), author, at, tuple(comments), chosen.id if chosen else None, answered, closed)
        )
    return found


def advisories(scene: Scene) -> tuple[Advisory, ...]:
    """As many as planned, each fixed some days after it was reported."""
    chance = scene.chance("advisories")
    found = []
    for number in range(scene.plan.advisories):
        reported = scene.frame.now - timedelta(days=chance.uniform(20, 600))
        fixed = after(reported, chance.lognormal(24 * 12, 0.7))
        name = "-".join(f"{chance.integer(0, 16**4 - 1):04x}" for _ in range(3))
        published = after(fixed, 5.0)
        found.append(Advisory(f"GHSA-{name}", SEVERITIES[number % 4], after(reported, 0), published, fixed))
    return tuple(found)
