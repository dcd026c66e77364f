"""Resources: the installation, and the locks that one run at a time holds until it ends.

Dagster makes the resources of a run before its first step, in the order of their names, and so every run takes its
locks in one order, before it waits for a slot of a pool (docs/decisions/0010).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

from dagster import InitResourceContext, ResourceDefinition, resource

from pipelines.orchestration.assets.sources import lock_of
from pipelines.orchestration.installation import Installation
from pipelines.orchestration.locks import WAREHOUSE, exclusive, this_process
from pipelines.orchestration.runs import LOCK_TAG, mark_dead_runs_failed, run_lock


def of(installation: Installation) -> Mapping[str, ResourceDefinition]:
    """The resources of all steps, by name.

    `installation` is what a step works on. A resource named like a pool or a source is a lock and nothing else.
    `warehouse` is a lock, too, and gives the installation anew, with the one build that all steps of the run share.
    """

    @resource(description="Settings, catalogue and lake of this installation.")
    def of_run(context: InitResourceContext) -> Iterator[Installation]:
        run = context.run
        with ExitStack() as stack:
            if run is not None and LOCK_TAG not in run.tags:  # the command that made a run holds its lock already
                stack.enter_context(run_lock(installation.settings, run.run_id))
                _free_what_dead_runs_hold(context, installation)
            yield installation

    locks = {lock_of(source) for source in installation.sources.values()}
    return {
        "installation": of_run,
        **{name: _exclusive(name, f"The lock `{name}`: one run at a time fetches by it.") for name in sorted(locks)},
        WAREHOUSE: _warehouse(),
    }


def _exclusive(name: str, description: str) -> ResourceDefinition:
    @resource(description=description, required_resource_keys={"installation"})
    def held(context: InitResourceContext) -> Iterator[None]:
        with _held(context, name):
            yield

    return held


def _warehouse() -> ResourceDefinition:
    @resource(
        description="The lock `warehouse`: one run at a time builds. Gives the build that all steps of the run share.",
        required_resource_keys={"installation"},
    )
    def held(context: InitResourceContext) -> Iterator[Installation]:
        installation: Installation = context.resources.installation
        with _held(context, WAREHOUSE), installation.one_build() as of_this_run:
            yield of_this_run

    return held


@contextmanager
def _held(context: InitResourceContext, name: str) -> Iterator[None]:
    """Hold the lock; who is waited for stands in the run's log and is told by the command."""
    installation: Installation = context.resources.installation

    def waiting(text: str) -> None:
        if context.log:
            context.log.warning(text)
        installation.notify(text)

    run = context.run
    by_command = run is not None and LOCK_TAG in run.tags
    by_ui = "" if run is None or by_command else f"run {run.run_id[:8]} of the Dagster UI (process {os.getpid()})"
    with exclusive(installation.settings, name, holder=by_ui or this_process(), waiting=waiting) as waited:
        if waited:
            _free_what_dead_runs_hold(context, installation)
        yield


def _free_what_dead_runs_hold(context: InitResourceContext, installation: Installation) -> None:
    """A slot of a pool that a killed run holds would be waited for in vain."""
    if context.instance is not None:
        mark_dead_runs_failed(context.instance, installation.settings)
