"""What each table's asset shows in the UI: description, owners, kinds, columns, SQL, what it depends on, its checks.

Each .sql of staging and metrics is one table, and the verdicts on all claims are one more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from dagster import AssetKey, AssetSpec, MetadataValue, TableColumn, TableSchema

import metrics
from metrics import Metric
from metrics.definitions import CONTRACT_COLUMNS
from metrics.macro_files import macro_definitions, macros_called
from metrics.verdicts import VERDICT_COLUMNS
from pipelines.orchestration.assets import checks
from pipelines.orchestration.assets.checks import Check
from pipelines.orchestration.assets.sources import OWNERS
from pipelines.orchestration.automation import when_changed
from pipelines.sources import Source
from pipelines.staging import Entity
from pipelines.staging import load as load_entities
from pipelines.warehouse import VERDICTS

COLUMNS = "dagster/column_schema"


@dataclass(frozen=True)
class Table:
    """One table, its asset and its checks.

    Attributes:
        name: `schema.name`.
        spec: what Dagster knows of its asset.
        columns: column → meaning.
        checks: in the order in which they are shown.
        has_chart: whether a small chart of it is linked.
    """

    name: str
    spec: AssetSpec
    columns: Mapping[str, str]
    checks: tuple[Check, ...] = ()
    has_chart: bool = False

    @property
    def key(self) -> AssetKey:
        """Of its asset."""
        return self.spec.key

    @property
    def parents(self) -> list[AssetKey]:
        """Of the assets that it is made from."""
        return [dep.asset_key for dep in self.spec.deps]

    def schema(self, types: Mapping[str, str]) -> TableSchema:
        """Its columns; a type that is not known yet is a question mark."""
        return TableSchema([TableColumn(name, types.get(name, "?"), text) for name, text in self.columns.items()])


def load(sources: Mapping[str, Source]) -> list[Table]:
    """All tables that are built, each after those that it reads."""
    entities = load_entities()
    defined = metrics.load()
    makers = {made: entity.table for entity in entities.values() for made in entity.makes}
    makers |= {f"metrics.{name}": f"metrics.{name}" for name in defined}
    tables = [
        *(_of_entity(entity, sources, makers) for entity in entities.values()),
        *(_of_metric(metric, makers) for metric in defined.values()),
        _of_verdicts(makers),
    ]
    return _parents_first({table.key: table for table in tables})


def _parents_first(tables: Mapping[AssetKey, Table]) -> list[Table]:
    """In the order in which they come, but each after those that it is made from."""
    ordered: dict[AssetKey, Table] = {}

    def add(table: Table) -> None:
        for key in table.parents:
            if key in tables and key not in ordered:
                add(tables[key])
        ordered[table.key] = table

    for table in tables.values():
        if table.key not in ordered:
            add(table)
    return list(ordered.values())


def reads_of_metric(metric: Metric) -> frozenset[str]:
    """The tables that its SQL reads, itself or by a macro."""
    return frozenset(metric.reads) | _by_macros(metric.sql)


def _by_macros(sql: str) -> frozenset[str]:
    """What the macros read that the query calls: DuckDB binds all of a macro when it is made."""
    return frozenset(table for name in macros_called(sql) for table in macro_definitions()[name].reads)


def _of_entity(entity: Entity, sources: Mapping[str, Source], makers: Mapping[str, str]) -> Table:
    """`[schema, name]`: merges new batches, or derives from other tables."""
    fetched = [
        AssetKey(["sources", source.name])
        for source in sources.values()
        if f"{source.source}/{source.stream}" in entity.streams
    ]
    table = _table(
        entity.table,
        description=f"**{entity.title}.** {entity.description}",
        group=entity.schema,
        columns=entity.columns,
        deps=[*fetched, *_made_by(entity.reads, makers, entity.table)],
        sql=entity.sql,
    )
    return replace(table, checks=tuple(checks.own(entity.checks, entity.table)))


def _of_metric(metric: Metric, makers: Mapping[str, str]) -> Table:
    """`[metrics, name]`: one table a metric."""
    name = f"metrics.{metric.name}"
    table = _table(
        name,
        description=f"**{metric.question}** ({metric.unit})\n\n{metric.definition}\n\nSource: {metric.source}",
        group=f"metrics_{metric.room}",
        columns={column: text for column, (_, text) in CONTRACT_COLUMNS.items()} | dict(metric.columns),
        deps=_made_by(reads_of_metric(metric), makers, name),
        sql=metric.sql,
    )
    own = checks.own(metric.checks, name)
    return replace(table, checks=(checks.contract(metrics.GENERIC_CHECKS, name), *own), has_chart=True)


def _of_verdicts(makers: Mapping[str, str]) -> Table:
    """`[metrics, claim_verdict]`: what the data says of published claims; made after all metrics that they read."""
    claims = metrics.load_claims().values()
    reads = {table for claim in claims for table in (*claim.reads, *_by_macros(claim.sql or ""))}
    return _table(
        VERDICTS,
        description="**What the data of this publication says of published claims**, and on which days they held.",
        group="metrics_claims",
        columns=VERDICT_COLUMNS,
        deps=_made_by(reads, makers, VERDICTS),
        sql="\n\n".join(f"-- {claim.title}\n{claim.sql or '-- not testable'}" for claim in claims),
    )


def _made_by(reads: Iterable[str], makers: Mapping[str, str], own: str) -> list[AssetKey]:
    tables = {makers[table] for table in reads if table in makers} - {own}
    return [AssetKey(table.split(".")) for table in sorted(tables)]


def _table(  # noqa: PLR0913 - what a table's asset shows
    name: str, *, description: str, group: str, columns: Mapping[str, str], deps: Iterable[AssetKey], sql: str
) -> Table:
    spec = AssetSpec(
        AssetKey(name.split(".")),
        description=description,
        group_name=group,
        kinds={"duckdb", "sql"},
        deps=list(deps),
        owners=OWNERS,
        automation_condition=when_changed,
        metadata={"sql": MetadataValue.md(f"```sql\n{sql.strip()}\n```")},
    )
    table = Table(name, spec, columns)
    return replace(table, spec=spec.merge_attributes(metadata={COLUMNS: table.schema({})}))
