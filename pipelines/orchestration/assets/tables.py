"""The step that builds tables: all of them, or those that a run asks for, each an asset of its own.

One step, because Dagster's own bookkeeping of a step takes longer than building most tables. Each table is shown as
built as soon as it is; one that fails is red, what is downstream is skipped and named, the rest is built, and the step
fails at its end. (Dagster reads annotations when it decorates: this module does without postponed ones.)
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dagster import (
    AssetCheckResult,
    AssetExecutionContext,
    AssetsDefinition,
    MaterializeResult,
    MetadataValue,
    multi_asset,
)

from pipelines.errors import WarehouseError
from pipelines.orchestration.assets import checks
from pipelines.orchestration.assets.charts import chart_file
from pipelines.orchestration.assets.outcomes import Outcomes
from pipelines.orchestration.assets.sources import METADATA_ROWS
from pipelines.orchestration.assets.table_specs import COLUMNS, Table
from pipelines.orchestration.installation import Installation
from pipelines.orchestration.locks import WAREHOUSE
from pipelines.warehouse import Built, Warehouse

Event = MaterializeResult[Any] | AssetCheckResult
AllFound = Mapping[str, Mapping[str, checks.Found]]


def assets_of(tables: Sequence[Table]) -> AssetsDefinition:
    """The assets of these tables, which are in the order in which they are built."""

    @multi_asset(
        name="tables",
        description="Builds what has changed, and checks it.",
        specs=[table.spec for table in tables],
        check_specs=[checks.spec(table.key, check) for table in tables for check in table.checks],
        can_subset=True,
        pool=WAREHOUSE,
        required_resource_keys={WAREHOUSE},
    )
    def built(context: AssetExecutionContext) -> Iterator[Event]:
        yield from _build_selected(context, getattr(context.resources, WAREHOUSE), tables)

    return built


def _build_selected(
    context: AssetExecutionContext, installation: Installation, tables: Sequence[Table]
) -> Iterator[Event]:
    """The step: build and check the tables that the run selects, then fail if something failed."""
    outcomes = Outcomes()
    warehouse = installation.warehouse()
    to_check = {key.asset_key for key in context.selected_asset_check_keys}
    with warehouse.open():  # once for all tables
        for table in tables:
            to_build = table.key in context.selected_asset_keys
            if not to_build and table.key not in to_check:
                continue
            if outcomes.skips(table.key, table.parents):
                context.log.warning("%s is skipped: what it is made from failed.", table.name)
                continue
            installation.reporter("building", 0, 0, table.name)
            try:
                events, found = (_built if to_build else _checked)(context, warehouse, table)
            except Exception as error:  # one table's surprise must not stop the others; it is shown with its trace
                context.log.exception("%s failed.", table.name)
                outcomes.failed[table.key] = f"{type(error).__name__}: {error}"
                continue
            yield from events
            if broken := checks.failing(found):
                context.log.error("%s does not pass its checks: %s", table.name, broken)
                outcomes.failed[table.key] = f"checks failed: {broken}"
    outcomes.raise_if_any_failed()


def _built(context: AssetExecutionContext, warehouse: Warehouse, table: Table) -> tuple[list[Event], AllFound]:
    done, found = _build(warehouse, table)
    results = checks.results(found, table.key, context.selected_asset_check_keys)
    metadata = _metadata(warehouse, table, done)
    return [MaterializeResult(asset_key=table.key, metadata=metadata, check_results=results)], found


def _checked(context: AssetExecutionContext, warehouse: Warehouse, table: Table) -> tuple[list[Event], AllFound]:
    """The checks that the run asks for, of the table as it stands."""
    asked = {key.name for key in context.selected_asset_check_keys if key.asset_key == table.key}
    found = checks.run(warehouse, table.name, [each for each in table.checks if each.name in asked], anew=True)
    return [*checks.results(found, table.key, context.selected_asset_check_keys)], found


def _build(warehouse: Warehouse, table: Table) -> tuple[Built, AllFound]:
    """Build the table if what it is made from has changed, and check it then."""
    done = warehouse.build(table.name)
    if done.changed:
        checks.forget(warehouse, table.name)
    return done, checks.run(warehouse, table.name, table.checks, anew=done.changed)


def complete(warehouse: Warehouse, tables: Sequence[Table]) -> None:
    """Build and check what a run of some assets alone has left out: a file is made from one input.

    Raises:
        WarehouseError: a table cannot be built, or does not pass its checks.
    """
    for table in tables:
        if broken := checks.failing(_build(warehouse, table)[1]):
            raise WarehouseError(f"{table.name} does not pass its checks: {broken}. The file that is there stays.")


def _metadata(warehouse: Warehouse, table: Table, done: Built) -> dict[str, MetadataValue]:
    types = _types(warehouse, table.name)
    metadata: dict[str, MetadataValue] = {
        METADATA_ROWS: MetadataValue.int(done.rows),
        "changed": MetadataValue.bool(done.changed),
        "seconds": MetadataValue.float(round(done.seconds, 3)),
        COLUMNS: MetadataValue.table_schema(table.schema(types)),
    }
    if span := _span(warehouse, table.name, types):
        metadata["span"] = MetadataValue.text(" to ".join(span))
    if table.has_chart and (chart := chart_file(warehouse, table.name, changed=done.changed)):
        metadata["chart"] = MetadataValue.path(chart)
    return metadata


def _types(warehouse: Warehouse, table: str) -> dict[str, str]:
    """Column → type."""
    with warehouse.open() as connection:
        return {name: kind for name, kind, *_ in connection.execute(f"DESCRIBE {table}").fetchall()}


def _span(warehouse: Warehouse, table: str, types: Mapping[str, str]) -> tuple[str, str] | None:
    """First and last day in the table's first column of time; None if it has none or no rows."""
    dated = [name for name, kind in types.items() if kind in {"DATE", "TIMESTAMP WITH TIME ZONE"}]
    if not dated:
        return None
    with warehouse.open() as connection:
        row = connection.execute(
            f"SELECT min({dated[0]})::DATE::VARCHAR, max({dated[0]})::DATE::VARCHAR FROM {table}"
        ).fetchone()
    return (str(row[0]), str(row[1])) if row and row[0] is not None else None
