"""Assets: three factories. source → asset, .sql → asset, page → asset; and the publication between the last two.

Data does not flow through Dagster: assets tell it what was done, and leave the data in the lake and the working file.
The first factory is `pipelines.orchestration.source_assets`.
(Dagster reads annotations when it decorates: this module does without postponed ones.)
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetDep,
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    MaterializeResult,
    MetadataValue,
    StaticPartitionsDefinition,
    TableColumn,
    TableSchema,
    asset,
)

import metrics
from dashboards import pages
from dashboards.page import Page
from dashboards.write import site
from metrics import Metric
from metrics.definitions import CONTRACT_COLUMNS
from metrics.macro_files import macro_definitions
from metrics.verdicts import VERDICT_COLUMNS
from pipelines.orchestration import checks
from pipelines.orchestration.automation import fresh, when_changed
from pipelines.orchestration.charts import markdown_chart
from pipelines.orchestration.installation import SHARED, Installation
from pipelines.orchestration.source_assets import METADATA_ROWS, OWNERS, of_source
from pipelines.publication.export import export as write_export
from pipelines.publication.export import exported_id
from pipelines.publication.publishing import publish
from pipelines.sources import Source
from pipelines.staging import Entity
from pipelines.staging import load as load_entities
from pipelines.warehouse import VERDICTS

PUBLISHED = AssetKey(["published", "ecotone"])
EXPORT = AssetKey(["published", "export"])
# All macros are made before any metric, and bind what they read.
_MACROS_READ = frozenset(table for macro in macro_definitions().values() for table in macro.reads)


def of_entity(entity: Entity, sources: Mapping[str, Source], makers: Mapping[str, str]) -> AssetsDefinition:
    """`[schema, name]`: merges new batches, or derives from other tables."""
    deps = [AssetKey(["sources", source.name]) for stream, source in sources.items() if stream in entity.streams]
    return _of_table(
        entity.table,
        description=f"**{entity.title}.** {entity.description}",
        group=entity.schema,
        columns=entity.columns,
        deps=[*deps, *_made_by(entity.reads, makers, entity.table)],
        own_checks=checks.named(entity.checks, entity.table),
        sql=entity.sql,
    )


def of_metric(metric: Metric, makers: Mapping[str, str]) -> AssetsDefinition:
    """`[metrics, name]`: one table a metric, with its checks."""
    return _of_table(
        f"metrics.{metric.name}",
        description=f"**{metric.question}** ({metric.unit})\n\n{metric.definition}\n\nSource: {metric.source}",
        group=f"metrics_{metric.room}",
        columns={name: text for name, (_, text) in CONTRACT_COLUMNS.items()} | dict(metric.columns),
        deps=_made_by({*metric.reads, *_MACROS_READ}, makers, f"metrics.{metric.name}"),
        own_checks=checks.named({**metrics.GENERIC_CHECKS, **metric.checks}, f"metrics.{metric.name}"),
        sql=metric.sql,
        drawn=True,
    )


def of_verdicts(makers: Mapping[str, str]) -> AssetsDefinition:
    """`[metrics, claim_verdict]`: what the data says of published claims; made after all metrics that they read."""
    claims = metrics.load_claims().values()
    return _of_table(
        VERDICTS,
        description="**What the data of this publication says of published claims**, and on which days they held.",
        group="metrics_claims",
        columns=VERDICT_COLUMNS,
        deps=_made_by({table for claim in claims for table in claim.reads} | _MACROS_READ, makers, VERDICTS),
        own_checks={},
        sql="\n\n".join(f"-- {claim.title}\n{claim.sql or '-- not testable'}" for claim in claims),
    )


def _made_by(reads: Iterable[str], makers: Mapping[str, str], own: str) -> list[AssetKey]:
    tables = {makers[table] for table in reads if table in makers} - {own}
    return [AssetKey(table.split(".")) for table in sorted(tables)]


def _of_table(  # noqa: PLR0913 - what a table's asset shows
    table: str,
    *,
    description: str,
    group: str,
    columns: Mapping[str, str],
    deps: Sequence[AssetKey],
    own_checks: Mapping[str, str],
    sql: str,
    drawn: bool = False,
) -> AssetsDefinition:
    key = AssetKey(table.split("."))

    @asset(
        key=key,
        description=description,
        group_name=group,
        kinds={"duckdb", "sql"},
        deps=[AssetDep(dep) for dep in deps],
        check_specs=checks.specs(key, own_checks),
        pool="warehouse",
        owners=OWNERS,
        automation_condition=when_changed,
        required_resource_keys={"installation"},
        metadata={
            "dagster/column_schema": _schema(columns, {}),
            "sql": MetadataValue.md(f"```sql\n{sql.strip()}\n```"),
        },
    )
    def built(context: AssetExecutionContext) -> MaterializeResult:  # type: ignore[type-arg] # Dagster refuses the parameter here
        installation: Installation = context.resources.installation
        installation.reporter("building", 0, 0, table)
        warehouse = installation.warehouse()
        with warehouse.open():  # once for all that is asked of it here
            done = warehouse.build(table)
            results = checks.run(warehouse, table, own_checks, changed=done.changed)
            span = checks.span(warehouse, table)
            metadata: dict[str, MetadataValue] = {
                METADATA_ROWS: MetadataValue.int(done.rows),
                "changed": MetadataValue.bool(done.changed),
                "dagster/column_schema": MetadataValue.table_schema(_schema(columns, checks.types(warehouse, table))),
            }
            if span:
                metadata["span"] = MetadataValue.text(" to ".join(span))
            if drawn and done.changed and (chart := markdown_chart(warehouse, table)):
                metadata["chart"] = MetadataValue.md(chart)
        return MaterializeResult(
            metadata=metadata,
            check_results=[
                AssetCheckResult(
                    check_name=result.name,
                    passed=result.offending == 0,
                    severity=AssetCheckSeverity.ERROR,
                    metadata={
                        "offending rows": result.offending,
                        "query": MetadataValue.md(f"```sql\n{result.sql}\n```"),
                    },
                )
                for result in results
            ],
        )

    return built


def _schema(columns: Mapping[str, str], types: Mapping[str, str]) -> TableSchema:
    return TableSchema([TableColumn(name, types.get(name, "?"), text) for name, text in columns.items()])


def publication(tables: Sequence[str]) -> AssetsDefinition:
    """`[published, ecotone]`: the file that people open."""

    @asset(
        key=PUBLISHED,
        description="The DuckDB file that people open, put in place atomically, or not if a step before it failed.",
        group_name="published",
        kinds={"duckdb"},
        deps=[AssetDep(AssetKey(table.split("."))) for table in tables],
        pool="warehouse",
        owners=OWNERS,
        automation_condition=when_changed,
        freshness_policy=fresh,
        required_resource_keys={"installation"},
    )
    def published(context: AssetExecutionContext) -> MaterializeResult:  # type: ignore[type-arg] # Dagster refuses the parameter here
        installation: Installation = context.resources.installation
        warehouse = installation.warehouse()
        new = publish(warehouse)
        path = installation.settings.published
        return MaterializeResult(
            metadata={
                "path": MetadataValue.path(str(path)),
                "publication": MetadataValue.text(warehouse.publication_id),
                "new": MetadataValue.bool(new),
                "size (MB)": MetadataValue.float(round(path.stat().st_size / 1e6, 1)),
            },
        )

    return published


def exported() -> AssetsDefinition:
    """`[published, export]`: the metrics as files for other programs."""

    @asset(
        key=EXPORT,
        description="Every metric as Parquet and CSV, with a data package that describes them and how to cite them.",
        group_name="published",
        kinds={"parquet", "csv"},
        deps=[AssetDep(PUBLISHED)],
        owners=OWNERS,
        automation_condition=when_changed,
        required_resource_keys={"installation"},
    )
    def export(context: AssetExecutionContext) -> MaterializeResult:  # type: ignore[type-arg] # Dagster refuses the parameter here
        installation: Installation = context.resources.installation
        installation.reporter("exporting", 0, 0, "metrics")
        settings = installation.settings
        changed = exported_id(settings) != installation.warehouse().publication_id
        folder = write_export(settings) if changed else settings.home / "export"
        return MaterializeResult(
            metadata={"path": MetadataValue.path(str(folder)), "changed": MetadataValue.bool(changed)}
        )

    return export


def shared() -> AssetsDefinition:
    """`[dashboards, assets]`: what all pages share."""
    return _of_drawing(
        SHARED,
        "The one script bundle, the styles and the scripts that all pages share.",
        AssetKey(PUBLISHED.path),
        lambda installation: site.build_shared(installation.site)[0],
    )


def of_page(page: Page) -> AssetsDefinition:
    """`[dashboards, slug]`: one page of the site."""
    return _of_drawing(
        page.slug,
        f"**{page.title}.** {page.lead}",
        AssetKey(["dashboards", SHARED]),
        lambda installation: site.build_page(
            installation.settings.published, installation.site, page.slug, installation.reader
        ),
    )


def _of_drawing(slug: str, description: str, after: AssetKey, draw: Callable[[Installation], Path]) -> AssetsDefinition:
    @asset(
        key=AssetKey(["dashboards", slug]),
        description=description,
        group_name="dashboards",
        kinds={"altair", "html"},
        deps=[AssetDep(after)],
        owners=OWNERS,
        automation_condition=when_changed,
        required_resource_keys={"installation"},
    )
    def drawn(context: AssetExecutionContext) -> MaterializeResult:  # type: ignore[type-arg] # Dagster refuses the parameter here
        installation: Installation = context.resources.installation
        installation.reporter("drawing", 0, 0, slug)
        publication_id = installation.warehouse().publication_id
        changed = not installation.page_is_drawn(slug, publication_id)
        metadata: dict[str, MetadataValue] = {"changed": MetadataValue.bool(changed)}
        if changed:
            metadata["path"] = MetadataValue.path(str(draw(installation)))
            installation.mark_drawn(slug, publication_id)
        return MaterializeResult(metadata=metadata)

    return drawn


def fetching(sources: Mapping[str, Source], projects: StaticPartitionsDefinition) -> Iterator[AssetsDefinition]:
    """The assets that fetch."""
    streams = {f"{source.source}/{source.stream}": source for source in sources.values()}
    yield from (of_source(source, projects, streams) for source in sources.values())


def everything(sources: Mapping[str, Source], projects: StaticPartitionsDefinition) -> Iterator[AssetsDefinition]:
    """All assets of the pipeline, in the order in which data flows."""
    entities = load_entities()
    defined = metrics.load()
    streams = {f"{source.source}/{source.stream}": source for source in sources.values()}
    makers = {made: entity.table for entity in entities.values() for made in entity.makes}
    makers |= {f"metrics.{name}": f"metrics.{name}" for name in defined}
    yield from fetching(sources, projects)
    yield from (of_entity(entity, streams, makers) for entity in entities.values())
    yield from (of_metric(metric, makers) for metric in defined.values())
    yield of_verdicts(makers)
    yield publication([*entities, *(f"metrics.{name}" for name in metrics.tables())])
    yield exported()
    yield shared()
    yield from (of_page(page) for page in pages.load().values())
