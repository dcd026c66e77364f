"""The first factory of assets: source → asset, partitioned by project, fetching into the lake.

Each project that came well is told of as it comes; the step fails at the end if one did not. So one repository that
fails is one red partition. (Dagster reads annotations when it decorates: this module does without postponed ones.)
"""

from collections.abc import Iterator, Mapping
from typing import cast

from dagster import (
    AssetExecutionContext,
    AssetKey,
    AssetMaterialization,
    AssetsDefinition,
    DagsterType,
    Failure,
    MetadataValue,
    Nothing,
    Output,
    StaticPartitionsDefinition,
    TableColumn,
    TableSchema,
    asset,
)
from dagster._core.definitions.source_asset import SYSTEM_METADATA_KEY_SOURCE_ASSET_OBSERVATION
from dagster._core.storage.partition_status_cache import AssetPartitionStatus

from pipelines.ingestion.catalogue_record import record
from pipelines.ingestion.fetching import Ingestion
from pipelines.ingestion.outcomes import ProjectOutcome
from pipelines.lake import Lake
from pipelines.orchestration.automation import fresh, on_schedule
from pipelines.orchestration.installation import Installation
from pipelines.orchestration.partitions import ONE_RUN
from pipelines.sources import Source

OWNERS = ["team:ecotone"]
METADATA_ROWS = "dagster/row_count"


def of_source(
    source: Source, projects: StaticPartitionsDefinition, streams: Mapping[str, Source] | None = None
) -> AssetsDefinition:
    """`[sources, name]`, partitioned by project: fetches into the lake. `streams`: the others, by `source/stream`."""
    before = [(streams or {})[stream] for stream in source.after if stream in (streams or {})]

    @asset(
        key=AssetKey(["sources", source.name]),
        description=source.description,
        group_name="sources",
        kinds={source.source, "parquet", *source.kinds} if len(source.kinds) < 2 else set(source.kinds),  # noqa: PLR2004 - Dagster allows three
        deps=[AssetKey(["sources", each.name]) for each in before],
        partitions_def=projects,
        backfill_policy=ONE_RUN,
        pool=source.pool,
        dagster_type=cast("DagsterType", Nothing),
        owners=OWNERS,
        automation_condition=on_schedule,
        freshness_policy=fresh,
        required_resource_keys={"installation"},
        metadata={
            "dagster/column_schema": TableSchema(
                [
                    TableColumn(
                        column.name, str(column.type), (column.metadata or {}).get(b"comment", b"").decode() or None
                    )
                    for column in source.schema
                ],
            ),
            "stream": f"{source.source}/{source.stream}",
        },
    )
    def fetched(context: AssetExecutionContext) -> Iterator[Output]:  # type: ignore[type-arg] # Dagster refuses the parameter here
        installation: Installation = context.resources.installation
        wanted = [installation.catalogue.project(slug) for slug in context.partition_keys]
        failed, quiet, skipped = list[ProjectOutcome](), list[str](), ""
        done = context.instance.get_materialized_partitions(context.asset_key)
        stale = {project.slug for project in wanted} - done | _red(context)
        _ = installation.settings.key  # before there is a lake: one without its key is refused
        with Lake(installation.settings.lake) as lake:
            record(lake, installation.catalogue, installation.settings.now())
            ingestion = Ingestion(
                source,
                installation.catalogue,
                installation.settings,
                lake,
                progress=lambda done, total, text: installation.reporter(source.name, done, total, text),
            )
            for outcome in ingestion.run(wanted):
                if outcome.failures:
                    failed.append(outcome)
                    continue
                if outcome.skipped:
                    skipped = outcome.skipped
                    continue
                if not outcome.noted and outcome.project.slug not in stale:
                    quiet.append(outcome.project.slug)
                    continue
                context.log_event(
                    AssetMaterialization(
                        asset_key=context.asset_key, partition=outcome.project.slug, metadata=_fetched_metadata(outcome)
                    ),
                )
        if skipped:
            context.log.info("skipped: %s", skipped)
        if quiet:
            context.log.info("nothing new in %d projects: %s", len(quiet), ", ".join(quiet))
        if failed:
            raise Failure(
                description="\n".join(
                    f"{outcome.project.slug}: {one.subject}: {one.reason}"
                    for outcome in failed
                    for one in outcome.failures
                ),
                allow_retries=False,
            )
        # With this key Dagster tells of no partition by itself: it would tell of all again, however quiet they were.
        yield Output(None, metadata={SYSTEM_METADATA_KEY_SOURCE_ASSET_OBSERVATION: True})

    return fetched


def _red(context: AssetExecutionContext) -> set[str]:
    """Partitions whose last run failed: they are told of again as soon as they are well."""
    status = context.instance.get_status_by_partition(
        context.asset_key, list(context.partition_keys), context.assets_def.partitions_def
    )
    return {slug for slug, state in (status or {}).items() if state == AssetPartitionStatus.FAILED}


def _fetched_metadata(outcome: ProjectOutcome) -> dict[str, MetadataValue]:
    remarks = "\n".join(
        f"- `{one.subject}`: {one.status}{f': {one.reason}' if one.reason else ''}" for one in outcome.outcomes
    )
    return {
        METADATA_ROWS: MetadataValue.int(outcome.rows),
        "subjects": MetadataValue.md(remarks or "none in the catalogue"),
    }
