"""Launching: `ecotone run` is a few Dagster runs on the installation's instance, as the UI would start them.

Fetching is one run over all projects (two, where sources read what others fetched); building, publishing and drawing is
another, which starts whatever became of the first. The summary is read from Dagster's events, which the UI shows too.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter

from dagster import (
    AssetKey,
    DagsterEvent,
    DagsterEventType,
    DagsterExecutionStepExecutionError,
    DagsterInstance,
    Definitions,
    ExecuteInProcessResult,
)

from pipelines.errors import ConfigurationError, EcotoneError
from pipelines.lake import Lake
from pipelines.orchestration.assets.outcomes import failed_assets
from pipelines.orchestration.assets.sources import REACH_TAG
from pipelines.orchestration.definitions import INGEST, INGEST_LATER, PUBLISH, build
from pipelines.orchestration.installation import Installation
from pipelines.orchestration.runs import LOCK_TAG, mark_dead_runs_failed, open_instance, run_lock
from pipelines.sources import Source
from pipelines.sources.contract import Reach
from pipelines.sources.github.client.client import GitHub

RANGE_START = "dagster/asset_partition_range_start"
RANGE_END = "dagster/asset_partition_range_end"
STOPPED = "UNEXPECTED_TERMINATION"  # Dagster's word for a run that Ctrl-C ended
QUIET_CONSOLE = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
GARBAGE_OBJECTS = 20_000  # new ones before Python looks for cycles among them; it is 700 by default
AFTER_PUBLISHING = ("sources__", "dashboards__", "published__export")  # the file can be there although they failed


@dataclass
class Summary:
    """What a launch did.

    Attributes:
        run_ids: of its Dagster runs.
        marked_failed: runs of earlier, killed processes that were marked as failed.
        failed_steps: an asset that failed (`staging__commit`), or else a step or a job → what went wrong, whole.
        seconds: time it took.
    """

    run_ids: list[str] = field(default_factory=list)
    marked_failed: list[str] = field(default_factory=list)
    failed_steps: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def published(self) -> bool:
        """Whether what the lake holds is in the published file."""
        return all(step.startswith(AFTER_PUBLISHING) for step in self.failed_steps)


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
    ranges = _ranges(known, wanted)
    fetching = _known("source", sources, list(installation.sources))
    definitions = build(installation, publishing=publish)
    with _rare_garbage_collection(), open_instance(installation.settings) as instance:
        summary.marked_failed = mark_dead_runs_failed(instance, installation.settings)
        token = f"command-{os.getpid()}-{os.urandom(4).hex()}"
        with _stopped_run_marked_failed(instance, installation), run_lock(installation.settings, token):
            launch = _Launch(definitions, instance, token, summary)
            with _clients_closed():
                for reach, job, names in _fetches(installation, fetching, wanted):
                    for first, last in ranges:
                        launch.execute(job, names, {RANGE_START: first, RANGE_END: last, REACH_TAG: reach.value})
            if publish and (anyway or not installation.is_published()):
                launch.execute(PUBLISH)
    summary.seconds = perf_counter() - started
    return summary


@dataclass(frozen=True)
class _Launch:
    """The Dagster runs of one launch: on one instance, in this process, known as living by one lock."""

    definitions: Definitions
    instance: DagsterInstance
    token: str
    summary: Summary

    def execute(self, job: str, sources: Sequence[str] | None = None, tags: Mapping[str, str] | None = None) -> None:
        """Run the job, of these sources alone if they are named; what failed goes into the summary."""
        result = self.definitions.resolve_job_def(job).execute_in_process(
            instance=self.instance,
            tags={**(tags or {}), LOCK_TAG: self.token},
            asset_selection=None if sources is None else [AssetKey(["sources", name]) for name in sources],
            raise_on_error=False,
            run_config=QUIET_CONSOLE,
        )
        self.summary.run_ids.append(result.run_id)
        self.summary.failed_steps |= _failures(result)


@contextmanager
def _rare_garbage_collection() -> Iterator[None]:
    """Half a million objects of Dagster's own stay while it runs: Python need not look through them again and again."""
    former = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(GARBAGE_OBJECTS, *former[1:])
    try:
        yield
    finally:
        gc.set_threshold(*former)
        gc.unfreeze()


@contextmanager
def _clients_closed() -> Iterator[None]:
    """Close at the end what clients keep between fetches: another run of this process has a budget of its own."""
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


def _jobs(installation: Installation, fetching: Sequence[str]) -> list[tuple[str, list[str]]]:
    """The jobs that fetch these sources: those that read what others fetched come second."""
    later = [name for name in fetching if installation.sources[name].after]
    first = [name for name in fetching if name not in later]
    return [(job, names) for job, names in ((INGEST, first), (INGEST_LATER, later)) if names]


def _fetches(
    installation: Installation, fetching: Sequence[str], wanted: Sequence[str]
) -> Iterator[tuple[Reach, str, list[str]]]:
    """The jobs of a fetch, and how far back each goes: the last months of all, then older ones where there are."""
    for reach in Reach:
        names = list(fetching) if reach is Reach.RECENT else _with_older(installation, fetching, wanted, reach)
        yield from ((reach, job, those) for job, those in _jobs(installation, names))


def _with_older(installation: Installation, fetching: Sequence[str], wanted: Sequence[str], reach: Reach) -> list[str]:
    """The sources of which a fetch that reaches so far would bring more of the past than there is."""
    settings = installation.settings
    manifest = Lake(settings.lake).manifest
    projects = [installation.catalogue.project(slug) for slug in wanted]

    def is_older(source: Source) -> bool:
        if source.has_older is None or not all(getattr(settings, setting) for setting in source.needs):
            return False
        for subject in dict.fromkeys(subject for project in projects for subject in source.subjects(project)):
            last = manifest.last(source.source, source.stream, subject)
            if last is not None and last.status == "skipped":
                continue
            stated = manifest.last_stated(source.source, source.stream, subject)
            if source.has_older(stated.state if stated else None, settings, reach):
                return True
        return False

    return [name for name in fetching if is_older(installation.sources[name])]


def _ranges(known: Sequence[str], wanted: Sequence[str]) -> list[tuple[str, str]]:
    """First and last of neighbouring partitions, which is what Dagster takes."""
    ranges: list[tuple[str, str]] = []
    for name in wanted:
        if ranges and known.index(name) == known.index(ranges[-1][1]) + 1:
            ranges[-1] = (ranges[-1][0], name)
        else:
            ranges.append((name, name))
    return ranges


def _failures(result: ExecuteInProcessResult) -> dict[str, str]:
    """What failed in a run → why; KeyboardInterrupt if the run was stopped, which Dagster does not raise itself."""
    failures: dict[str, str] = {}
    ended: DagsterEvent | None = None
    for event in result.all_events:
        if event.event_type == DagsterEventType.STEP_FAILURE and event.step_key:
            failures |= _of_step(event)
        if event.event_type == DagsterEventType.RUN_FAILURE:
            ended = event
    if ended is not None:
        data = ended.job_failure_data
        if data.failure_reason is not None and data.failure_reason.value == STOPPED:
            raise KeyboardInterrupt
        if not failures:  # it failed before its first step
            error = data.error
            while error is not None and error.cause is not None:
                error = error.cause
            failures[result.job_def.name] = error.message.strip() if error else ended.message or "failed"
    return failures


def _of_step(event: DagsterEvent) -> dict[str, str]:
    """What failed in a step → why, in its own words rather than in Dagster's around them."""
    failure, step = event.step_failure_data, str(event.step_key)
    told = failure.user_failure_data
    if told:
        assets = failed_assets(told.metadata)
        if assets:
            return {key.replace("/", "__"): reason for key, reason in assets.items()}
        if told.description:
            return {step: told.description.strip()}
    error = failure.error
    if error is None:
        return {step: "failed"}
    if error.cls_name == DagsterExecutionStepExecutionError.__name__ and error.cause:
        error = error.cause
    return {step: error.message.strip().removeprefix(f"{EcotoneError.__module__}.")}
