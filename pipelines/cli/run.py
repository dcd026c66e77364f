"""`ecotone run`: fetch what is new, build, publish, draw; told on the terminal and in Dagster's UI alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import metrics
from dashboards import pages
from pipelines.cli.reports import run as report
from pipelines.cli.shell.terminal import complain, progress, say
from pipelines.cli.worlds.origin import open_installation, surroundings
from pipelines.orchestration import launch
from pipelines.settings import Settings
from pipelines.staging import load as load_entities


def run(projects: Sequence[str], sources: Sequence[str], *, publish: bool, verbose: bool) -> int:
    """Run and report.

    Args:
        projects: slugs; none: all.
        sources: names; none: all.
        publish: False only fetches.
        verbose: name every failure.

    Returns:
        0: all well; 3: something failed, the rest is published; 1: not published.

    Raises:
        ConfigurationError: an unknown project or source, or a setting or catalogue that is wrong.
    """
    installation = open_installation()
    before = report.Before.of(installation)
    with surroundings(installation.settings.home), progress(totals()) as reporter:
        installation = replace(installation, settings=Settings.from_environment(), reporter=reporter, notify=complain)
        summary = launch.run(
            installation,
            projects=projects or None,
            sources=sources or None,
            publish=publish,
        )
    parts = report.fetched(installation, before, summary, sources or list(installation.sources), projects or None)
    report.tell_fetched(parts, summary, verbose=verbose)
    if publish:
        report.tell_published(installation, before, summary)
    else:
        say("Not published, as you asked: `ecotone run` without --no-publish publishes what was fetched.")
    return report.exit_code(parts, summary)


def totals() -> dict[str, int]:
    """How many tables are built and pages drawn."""
    return {"building": len(load_entities()) + len(metrics.tables()), "drawing": len(pages.load()) + 1}
