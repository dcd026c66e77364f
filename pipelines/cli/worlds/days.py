"""Playing a world to the pipeline day by day: what `ecotone demo` and `ecotone replay` have in common.

The Hub keeps no history, so its days are fetched in order, each with the clock at that day's end. Everything else has
its history in it: it is fetched on the last day, which publishes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from pipelines.cli.reports import run as report
from pipelines.cli.shell.terminal import complain
from pipelines.cli.worlds.origin import (
    Played,
    known_listings,
    served_github,
    served_openrouter,
    served_packages,
    variables,
)
from pipelines.orchestration import launch
from pipelines.orchestration.installation import Installation
from pipelines.progress import Reporter
from pipelines.sandbox.huggingface.server import HubServer
from pipelines.settings import Settings

DAILY_SOURCES = ("huggingface_models", "huggingface_spaces", "huggingface_trending", "packages")


@dataclass(frozen=True)
class DayPlayed:
    """What one day brought.

    Attributes:
        day: which.
        installation: as it was set up for that day.
        before: how it was before.
        summary: of the launch.
        parts: what it fetched.
    """

    day: date
    installation: Installation
    before: report.Before
    summary: launch.Summary
    parts: Sequence[report.Fetched]

    @property
    def exit_code(self) -> int:
        """As `ecotone run` has it."""
        return report.exit_code(self.parts, self.summary)


def play(
    world: Played, *, after: date | None, reporter: Reporter, ended: Callable[[DayPlayed], None]
) -> list[DayPlayed]:
    """Run over the days after `after`; the last one always, because what it publishes may have to be made anew.

    Args:
        world: what is played.
        after: the last day that was played to its end before; None: none.
        reporter: told what goes on.
        ended: told of each day when it is over.
    """
    last, home = world.days[-1], Settings.from_environment().home
    days = [day for day in world.days if after is None or day > after or day == last]
    played: list[DayPlayed] = []
    with (
        HubServer(world.hub_for(days[0])) as hub,
        served_github(world, last) as github,
        served_openrouter(world, last) as openrouter,
        served_packages(world, days[0]) as packages,
    ):
        for number, day in enumerate(days, start=1):
            hub.models = world.hub_for(day)
            if packages is not None:
                packages.looked = world.packages_for(day) or {}
            others = [None if server is None else server.endpoint for server in (github, openrouter, packages)]
            settings = {**world.environment(hub.endpoint, day, *others), **known_listings(home, world, day)}
            with variables(settings):
                played.append(_play(day, _naming(reporter, f"day {number} of {len(days)}: "), whole=day == last))
            ended(played[-1])
    return played


def _play(day: date, reporter: Reporter, *, whole: bool) -> DayPlayed:
    installation = replace(Installation.from_environment(), reporter=reporter, notify=complain)
    before = report.Before.of(installation)
    sources = list(installation.sources) if whole else list(DAILY_SOURCES)
    summary = launch.run(installation, sources=sources, publish=whole)
    return DayPlayed(day, installation, before, summary, report.fetched(installation, before, summary, sources))


def _naming(reporter: Reporter, prefix: str) -> Reporter:
    def named(task: str, done: int, total: int, text: str = "") -> None:
        reporter(prefix + task, done, total, text)

    return named
