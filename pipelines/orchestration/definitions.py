"""The composition root: all that Dagster is told of. It reads like a table of contents."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

from dagster import (
    Definitions,
    InitResourceContext,
    StaticPartitionsDefinition,
    define_asset_job,
    definitions,
    in_process_executor,
    resource,
)

from pipelines.orchestration import assets, automation, partitions
from pipelines.orchestration.installation import Installation
from pipelines.orchestration.runs import LOCK_TAG, run_lock

INGEST = "ingest"
PUBLISH = "publish"


def build(installation: Installation, *, publishing: bool = True) -> Definitions:
    """Everything that this installation can run; without `publishing`, only what fetches (it is read much faster)."""
    projects: StaticPartitionsDefinition = partitions.projects(installation.catalogue)

    @resource(description="Settings, catalogue, lake and warehouse of this installation.")
    def live(context: InitResourceContext) -> Iterator[Installation]:
        run = context.run
        name = run.tags.get(LOCK_TAG) if run else None
        with ExitStack() as stack:
            if run is not None and name is None:  # the command that made a run holds its lock already
                stack.enter_context(run_lock(installation.settings, run.run_id))
            yield stack.enter_context(installation.one_build())

    ingest = define_asset_job(
        INGEST,
        selection=automation.SOURCES,
        description="Fetch what is new, for every project. A project that fails is one red partition.",
    )
    if not publishing:
        fetching = list(assets.fetching(installation.sources, projects))
        return Definitions(
            assets=fetching, jobs=[ingest], resources={"installation": live}, executor=in_process_executor
        )
    publish = define_asset_job(
        PUBLISH,
        selection=automation.BELOW,
        description="Build what has changed, publish the file, draw the site. Starts whatever ingestion did.",
    )
    return Definitions(
        assets=list(assets.everything(installation.sources, projects)),
        jobs=[ingest, publish],
        sensors=automation.sensors,
        resources={"installation": live},
        executor=in_process_executor,
    )


@definitions
def defs() -> Definitions:
    """What `dagster dev` loads; a mistake in the catalogue is then shown in its UI, with its line."""
    return build(Installation.from_environment())
