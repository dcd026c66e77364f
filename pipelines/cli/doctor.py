"""`ecotone doctor`: one line a thing that an installation needs, whether it is well, and what to do if it is not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from pipelines.catalogue import Catalogue
from pipelines.cli.checkup import Finding, data, github, machine, online, setup
from pipelines.cli.shell.terminal import plural, progress, say
from pipelines.cli.worlds.origin import adopt, surroundings
from pipelines.errors import CatalogueError, ConfigurationError, LakeError
from pipelines.orchestration.installation import Installation
from pipelines.progress import Reporter
from pipelines.settings import Settings

FAILED = 1
WIDTH = 20  # of the longest thing looked at


def doctor(*, online: bool) -> int:
    """Print the findings; returns 1 if one of them is a failure."""
    levels: list[str] = []
    with progress() as reporter:
        found = list(_findings(reporter, ask_outside=online))
    for finding in found:
        levels.append(finding.level)
        say(f"{finding.level:<6}{finding.what:<{WIDTH}}{finding.text}")
        if finding.remedy:
            say(f"{'':<{6 + WIDTH}}→ {finding.remedy}")
    say(f"\n{plural(levels.count('fail'), 'failure')}, {plural(levels.count('warn'), 'warning')}.")
    return FAILED if "fail" in levels else 0


def _findings(reporter: Reporter, *, ask_outside: bool) -> Iterator[Finding]:
    try:
        adopt(Settings.from_environment().home)
        settings = Settings.from_environment()
    except ConfigurationError as error:
        yield setup.wrong_settings(error)
        return
    yield from machine.findings(settings)
    yield from setup.findings(settings)
    yield from data.findings(settings, reporter)
    with suppress(CatalogueError, LakeError):  # told above
        reporter("asking outside", 0, 0)
        with surroundings(settings.home):
            yield from github.findings(Installation.from_environment())
            if ask_outside:
                yield from online.findings(Settings.from_environment(), Catalogue.load(settings.catalogue))
