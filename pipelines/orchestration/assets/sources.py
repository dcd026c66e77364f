"""The assets that fetch: each source is one, partitioned by project, and writes into the lake.

The step logs the materialization of a project as soon as all of it has been fetched, and fails at its end if one
could not be: one repository that fails is one failed partition. (Dagster reads annotations when it decorates: this
module does without postponed ones.)
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from dagster import (
    AssetExecutionContext,
    AssetKey,
    AssetMaterialization,
    AssetPartitionStatus,
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

from pipelines.ingestion.catalogue_record import record
from pipelines.ingestion.fetching import Ingestion
from pipelines.ingestion.outcomes import ProjectOutcome
from pipelines.lake import Lake
from pipelines.orchestration.automation import fresh, on_schedule
from pipelines.orchestration.installation import Installation
from pipelines.orchestration.partitions import ONE_RUN
from pipelines.sources import Source
from pipelines.sources.contract import Reach

OWNERS = ["team:ecotone"]
REACH_TAG = "ecotone/reach"
"""Of a run: how far back streams with a long past are fetched; without it, as far as the budget allows."""
METADATA_ROWS = "dagster/row_count"


def assets_of(sources: Mapping[str, Source], projects: StaticPartitionsDefinition) -> list[AssetsDefinition]:
    """The assets of these sources."""
    keys = {f"{source.source}/{source.stream}": _key(source) for source in sources.values()}
    return [
        _asset_of(source, projects, [keys[stream] for stream in source.after if stream in keys])
        for source in sources.values()
    ]


def lock_of(source: Source) -> str:
    """The lock under which a source fetches: its pool, as an account has one budget there, or else its own name."""
    return source.pool or source.name


def _key(source: Source) -> AssetKey:
    return AssetKey(["sources", source.name])


def _asset_of(source: Source, projects: StaticPartitionsDefinition, after: Sequence[AssetKey]) -> AssetsDefinition:
    """`[sources, name]`, partitioned by project; `after`: the assets whose streams it reads.

    No output is required of it: Dagster would yield a materialization of every partition, however little was new.
    """

    @asset(
        key=_key(source),
        description=source.description,
        group_name="sources",
        kinds={source.source, "parquet", *source.kinds} if len(source.kinds) < 2 else set(source.kinds),  # noqa: PLR2004 - Dagster allows three
        deps=list(after),
        output_required=False,
        partitions_def=projects,
        backfill_policy=ONE_RUN,
        pool=source.pool,
        op_tags={"dagster/priority": str(source.priority)},
        dagster_type=cast("DagsterType", Nothing),
        owners=OWNERS,
        automation_condition=on_schedule,
        freshness_policy=fresh,
        required_resource_keys={"installation", lock_of(source)},
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
        failed, unchanged, skipped = list[ProjectOutcome](), list[str](), ""
        done = context.instance.get_materialized_partitions(context.asset_key)
        never_or_failed = {project.slug for project in wanted} - done | failed_partitions(context)
        _ = installation.settings.key  # before there is a lake: one without its key is refused
        with Lake(installation.settings.lake) as lake:
            record(lake, installation.catalogue, installation.settings.now())
            ingestion = Ingestion(
                source,
                installation.catalogue,
                installation.settings,
                lake,
                reach=Reach(context.run.tags.get(REACH_TAG, Reach.WHOLE)),
                progress=lambda done, total, text: installation.reporter(source.name, done, total, text),
            )
            for outcome in ingestion.run(wanted):
                if outcome.failures:
                    failed.append(outcome)
                    continue
                if outcome.skipped:
                    skipped = outcome.skipped
                    continue
                if not outcome.noted and outcome.project.slug not in never_or_failed:
                    unchanged.append(outcome.project.slug)
                    continue
                context.log_event(
                    AssetMaterialization(
                        asset_key=context.asset_key, partition=outcome.project.slug, metadata=_fetched_metadata(outcome)
                    ),
                )
        if skipped:
            context.log.info("skipped: %s", skipped)
        if unchanged:
            context.log.info("nothing new in %d projects: %s", len(unchanged), ", ".join(unchanged))
        if failed:
            raise Failure(
                description="\n".join(
                    f"{outcome.project.slug}: {one.subject}: {one.reason}"
                    for outcome in failed
                    for one in outcome.failures
                ),
                allow_retries=False,
            )
        yield from ()  # a generator that yields nothing: what was materialized has been logged

    return fetched


def failed_partitions(context: AssetExecutionContext) -> set[str]:
    """Partitions whose last run failed: they are materialized as soon as a fetch succeeds, even if nothing is new."""
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
