"""What people open: the published file, and the same data as files for other programs.

(Dagster reads annotations when it decorates: this module does without postponed ones.)
"""

from collections.abc import Sequence
from typing import Any

from dagster import AssetExecutionContext, AssetKey, AssetsDefinition, MaterializeResult, MetadataValue, asset

from pipelines.orchestration.assets.sources import OWNERS
from pipelines.orchestration.assets.table_specs import Table
from pipelines.orchestration.assets.tables import complete
from pipelines.orchestration.automation import fresh, when_changed
from pipelines.orchestration.installation import Installation
from pipelines.orchestration.locks import WAREHOUSE
from pipelines.publication.export import export as write_export
from pipelines.publication.export import exported_id
from pipelines.publication.publishing import publish

PUBLISHED = AssetKey(["published", "ecotone"])
EXPORT = AssetKey(["published", "export"])


def file_of(tables: Sequence[Table]) -> AssetsDefinition:
    """`[published, ecotone]`: the file that people open."""

    @asset(
        key=PUBLISHED,
        description="The DuckDB file that people open, put in place atomically, or not if a step before it failed.",
        group_name="published",
        kinds={"duckdb"},
        deps=[table.key for table in tables],
        pool=WAREHOUSE,
        owners=OWNERS,
        automation_condition=when_changed,
        freshness_policy=fresh,
        required_resource_keys={WAREHOUSE},
    )
    def published(context: AssetExecutionContext) -> MaterializeResult[Any]:
        installation: Installation = getattr(context.resources, WAREHOUSE)
        warehouse = installation.warehouse()
        with warehouse.open():
            complete(warehouse, tables)
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


def export() -> AssetsDefinition:
    """`[published, export]`: the metrics as files for other programs."""

    @asset(
        key=EXPORT,
        description="Every metric as Parquet and CSV, with a data package that describes them and how to cite them.",
        group_name="published",
        kinds={"parquet", "csv"},
        deps=[PUBLISHED],
        owners=OWNERS,
        automation_condition=when_changed,
        required_resource_keys={WAREHOUSE},
    )
    def exported(context: AssetExecutionContext) -> MaterializeResult[Any]:
        installation: Installation = getattr(context.resources, WAREHOUSE)
        installation.reporter("exporting", 0, 0, "metrics")
        settings = installation.settings
        changed = exported_id(settings) != installation.warehouse().publication_id
        folder = write_export(settings) if changed else settings.home / "export"
        return MaterializeResult(
            metadata={"path": MetadataValue.path(str(folder)), "changed": MetadataValue.bool(changed)}
        )

    return exported
