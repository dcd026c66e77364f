"""The composition root: every asset, job, sensor and resource of the project. It reads like a table of contents."""

from __future__ import annotations

from dagster import (
    AssetsDefinition,
    Definitions,
    StaticPartitionsDefinition,
    define_asset_job,
    definitions,
    in_process_executor,
)

from pipelines.orchestration import automation, partitions, resources
from pipelines.orchestration.assets import pages, published, table_specs, tables
from pipelines.orchestration.assets import sources as source_assets
from pipelines.orchestration.installation import Installation

INGEST = "ingest"
INGEST_LATER = "ingest_later"
PUBLISH = "publish"


def build(installation: Installation, *, publishing: bool = True) -> Definitions:
    """Everything that this installation can run; without `publishing`, only what fetches (it is read much faster)."""
    projects: StaticPartitionsDefinition = partitions.projects(installation.catalogue)
    fetching = source_assets.assets_of(installation.sources, projects)
    later = automation.later(installation.sources)
    ingest = define_asset_job(
        INGEST,
        selection=automation.SOURCES - later,
        description="Fetch what is new, for every project. A project that fails is one red partition.",
    )
    ingest_later = define_asset_job(
        INGEST_LATER,
        selection=later,
        description=f"Fetch by the sources that read what `{INGEST}` has fetched: run it after that.",
    )
    if not publishing:
        return Definitions(
            assets=fetching,
            jobs=[ingest, ingest_later],
            resources=resources.of(installation),
            executor=in_process_executor,
        )
    publish = define_asset_job(
        PUBLISH,
        selection=automation.DOWNSTREAM,
        description="Build what has changed, publish the file, draw the site. Starts whatever ingestion did.",
    )
    return Definitions(
        assets=[*fetching, *_published(installation)],
        jobs=[ingest, ingest_later, publish],
        sensors=automation.sensors,
        resources=resources.of(installation),
        executor=in_process_executor,
    )


def _published(installation: Installation) -> list[AssetsDefinition]:
    """What is downstream of the sources, in the order in which data flows."""
    all_tables = table_specs.load(installation.sources)
    return [
        tables.assets_of(all_tables),
        published.file_of(all_tables),
        published.export(),
        pages.assets_of_site(),
    ]


@definitions
def defs() -> Definitions:
    """What `dagster dev` loads; a mistake in the catalogue is then shown in its UI, with its line."""
    return build(Installation.from_environment())
