"""Launching: `ecotone run` is two Dagster runs on the installation's instance, as the UI would start them.

Fetching is one run over all projects (two, where sources go on from others); building, publishing and drawing is
another, which starts whatever became of the first. What was done is told by Dagster's own events, so the UI shows it,
and the summary here is read from them.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import product
from time import perf_counter

from dagster import (
    AssetKey,
    DagsterEventType,
    DagsterExecutionStepExecutionError,
    DagsterInstance,
    ExecuteInProcessResult,
)
from dagster._core.events import RunFailureReason
from dagster._core.execution.plan.objects import StepFailureData

from pipelines.errors import ConfigurationError, EcotoneError
from pipelines.orchestration.definitions import INGEST, PUBLISH, build
from pipelines.orchestration.installation import Installation
from pipelines.orchestration.runs import LOCK_TAG, mark_dead_runs_failed, open_instance, run_lock
from pipelines.orchestration.storage import quick
from pipelines.sources.github.client.client import GitHub

RANGE_START = "dagster/asset_partition_range_start"
RANGE_END = "dagster/asset_partition_range_end"
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
GARBAGE_OBJECTS = 20_000  # new ones before Python looks for cycles among them; it is 700 by default


@dataclass
class Summary:
    """What a launch did.

    Attributes:
        run_ids: of its Dagster runs.
        marked_failed: runs of earlier, killed processes that were marked as failed.
        failed_steps: step → what went wrong, whole.
        seconds: time it took.
    """

    run_ids: list[str] = field(default_factory=list)
    marked_failed: list[str] = field(default_factory=list)
    failed_steps: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def published(self) -> bool:
        """Whether the second run ended well."""
        return not any(not step.startswith("sources__") for step in self.failed_steps)


def run(
    installation: Installation,
    *,
    projects: Sequence[str] | None = None,
    sources: Sequence[str] | None = None,
    publish: bool = True,
    anyway: bool = False,
) -> Summary:
    """Fetch, build, publish, draw.

    Args:
        installation: what to run.
        projects: slugs; None: all.
        sources: names; None: all; an empty list fetches nothing.
        publish: False only fetches.
        anyway: build and draw even if what the lake holds is published already.

    Raises:
        ConfigurationError: an unknown project or source, or addresses of git histories that are no template.
    """
    started = perf_counter()
    installation.settings.check_git_url()
    summary = Summary()
    known = [project.slug for project in installation.catalogue.projects]
    wanted = _known("project", projects, known)
    fetching = _known("source", sources, list(installation.sources))
    definitions = build(installation, publishing=publish)
    with quick(), _settled(), open_instance(installation.settings) as instance:
        summary.marked_failed = mark_dead_runs_failed(instance, installation.settings)
        token = f"command-{os.getpid()}-{os.urandom(4).hex()}"
        with _stopped_run_marked_failed(instance, installation), run_lock(installation.settings, token), _asking():
            ingest = definitions.resolve_job_def(INGEST)
            for names, (first, last) in product(_waves(installation, fetching), _ranges(known, wanted)):
                result = ingest.execute_in_process(
                    instance=instance,
                    tags={RANGE_START: first, RANGE_END: last, LOCK_TAG: token},
                    asset_selection=[AssetKey(["sources", name]) for name in names],
                    raise_on_error=False,
                    run_config=QUIET,
                )
                _take(summary, result)
            if publish and (anyway or not installation.is_published()):
                job = definitions.resolve_job_def(PUBLISH)
                result = job.execute_in_process(
                    instance=instance, tags={LOCK_TAG: token}, raise_on_error=False, run_config=QUIET
                )
                _take(summary, result)
    summary.seconds = perf_counter() - started
    return summary


@contextmanager
def _settled() -> Iterator[None]:
    """Half a million objects of Dagster's own stay while it runs: they need not be looked through again and again."""
    former = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(GARBAGE_OBJECTS, *former[1:])
    try:
        yield
    finally:
        gc.set_threshold(*former)
        gc.unfreeze()


@contextmanager
def _asking() -> Iterator[None]:
    """End what clients keep between fetches: another run of this process has a budget of its own."""
    try:
        yield
    finally:
        GitHub.close_all()


@contextmanager
def _stopped_run_marked_failed(instance: DagsterInstance, installation: Installation) -> Iterator[None]:
    """Mark what Ctrl-C stops as failed: Dagster leaves a run that had not begun its first step as it was."""
    try:
        yield
    except BaseException:
        mark_dead_runs_failed(instance, installation.settings)
        raise


def _known(what: str, wanted: Sequence[str] | None, known: Sequence[str]) -> list[str]:
    if wanted is None:
        return list(known)
    for name in wanted:
        if name not in known:
            raise ConfigurationError(f"there is no {what} {name!r}; there are: {', '.join(known)}.")
    return [name for name in known if name in wanted]


def _waves(installation: Installation, fetching: Sequence[str]) -> list[list[str]]:
    """Sources that go on from others run after them, in a run of their own: Dagster skips what is below a failure.

    One that lacks a setting has nothing to wait for.
    """
    later = [
        name
        for name in fetching
        if installation.sources[name].after
        and all(installation.settings.has(setting) for setting in installation.sources[name].needs)
    ]
    return [wave for wave in ([name for name in fetching if name not in later], later) if wave]


def _ranges(known: Sequence[str], wanted: Sequence[str]) -> list[tuple[str, str]]:
    """Runs of neighbouring partitions: Dagster takes a first and a last one."""
    ranges: list[tuple[str, str]] = []
    for name in wanted:
        if ranges and known.index(name) == known.index(ranges[-1][1]) + 1:
            ranges[-1] = (ranges[-1][0], name)
        else:
            ranges.append((name, name))
    return ranges


def _take(summary: Summary, result: ExecuteInProcessResult) -> None:
    """Read what became of a run from its events; KeyboardInterrupt if it was stopped, which Dagster keeps to itself."""
    summary.run_ids.append(result.run_id)
    for event in result.all_events:
        if event.event_type == DagsterEventType.STEP_FAILURE and event.step_key:
            summary.failed_steps[event.step_key] = _said(event.step_failure_data)
        if event.event_type == DagsterEventType.RUN_FAILURE and (
            event.job_failure_data.failure_reason == RunFailureReason.UNEXPECTED_TERMINATION
        ):
            raise KeyboardInterrupt


def _said(failure: StepFailureData) -> str:
    """What a step failed of, in its own words rather than in Dagster's around them."""
    if failure.user_failure_data and failure.user_failure_data.description:
        return failure.user_failure_data.description.strip()
    error = failure.error
    if error is None:
        return "failed"
    if error.cls_name == DagsterExecutionStepExecutionError.__name__ and error.cause:
        error = error.cause
    return error.message.strip().removeprefix(f"{EcotoneError.__module__}.")
