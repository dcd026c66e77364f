"""Planning: what has changed since the working file was built, and what must therefore be made again.

Between `provenance` (what a build is made from) and `building` (which makes one table). The working file keeps notes in
its schema `build`: under which fingerprint each table and macro was made, and which batches each fact has merged. Data
passes from those notes and the provenance to lists: tables that are outdated, batches and macros that are new.

Two things are decided here, and they differ in grain. A table is outdated as soon as anything that the publication is
made from has changed (`Plan.fingerprint`): then all tables are made again. But a fact that is made again merges the
batches that it does not hold yet (`Plan.new_batches`), nothing else. Whether `ecotone run` builds at all is decided in
`pipelines.orchestration.installation` (`is_published`), and whether a page is drawn, too (`page_is_drawn`).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

import duckdb

import metrics
from pipelines.lake.manifest import Entry
from pipelines.staging import SCHEMAS, Entity, inputs, upstream
from pipelines.warehouse.provenance import Provenance, sha256

VERDICTS = f"metrics.{metrics.VERDICTS}"
# No primary key: DuckDB would keep an index in the file, which takes room and can be damaged unseen.
NOTES = (
    "CREATE TABLE build.made (name VARCHAR, fingerprint VARCHAR)",
    "CREATE TABLE build.merged (entity VARCHAR, batch VARCHAR)",
)


class Plan:
    """What one build asks of a working file."""

    def __init__(self, provenance: Provenance) -> None:
        self.provenance = provenance

    @cached_property
    def tables(self) -> list[str]:
        """All that is built, in order: entities, metrics, and the verdicts, which read the metrics."""
        return [
            *self.provenance.entities,
            *(f"metrics.{name}" for name in self.provenance.metrics),
            VERDICTS,
        ]

    def layout(self) -> Iterable[str]:
        """Statements that lay out an empty working file."""
        yield from (f"CREATE SCHEMA IF NOT EXISTS {schema}" for schema in SCHEMAS)
        yield from NOTES

    # -- tables -------------------------------------------------------------------------------------------------------

    def reads(self, table: str) -> set[str]:
        """The tables of this build that the table reads, through its own macros too."""
        return upstream(self._reads(table), self.provenance.entities) | {
            read for read in self._reads(table) if read.startswith("metrics.") and read in self.tables
        }

    def _reads(self, table: str) -> frozenset[str]:
        if table == VERDICTS:
            return frozenset(read for claim in metrics.load_claims().values() for read in claim.reads)
        schema, _, name = table.partition(".")
        if schema == "metrics":
            return frozenset(self.provenance.metrics[name].reads)
        return self.provenance.entities[table].reads - {table}

    def needed_for(self, table: str) -> list[str]:
        """All tables that must be there before it, those that they read among them, in order."""
        needed: set[str] = set()
        found = [table]
        while found:
            new = self.reads(found.pop()) - needed
            needed |= new
            found.extend(new)
        return [each for each in self.tables if each in needed]

    def fingerprint(self, table: str) -> str:  # noqa: ARG002 - it is the same for all tables today
        """What a table's rows depend on, as one hash: a table that was made under another one is outdated.

        It is the publication's id for every table: a new batch of any stream makes every table again.
        """
        return self.provenance.publication_id

    def outdated(self, connection: duckdb.DuckDBPyConnection) -> list[str]:
        """The tables that must be made again, in order."""
        made = _made(connection)
        return [table for table in self.tables if made.get(table) != self.fingerprint(table)]

    def is_current(self, connection: duckdb.DuckDBPyConnection, table: str) -> bool:
        """Whether nothing that the table depends on has changed since it was made."""
        return _made(connection).get(table) == self.fingerprint(table)

    def note(self, connection: duckdb.DuckDBPyConnection, table: str) -> None:
        """Remember that the table has just been made.

        One that was made alone, from tables that are outdated themselves, stays outdated: it is made again with them.
        """
        made = _made(connection)
        if all(made.get(read) == self.fingerprint(read) for read in self.reads(table)):
            _note(connection, table, self.fingerprint(table))
        else:
            connection.execute("DELETE FROM build.made WHERE name = ?", [table])

    # -- batches ------------------------------------------------------------------------------------------------------

    def new_batches(self, connection: duckdb.DuckDBPyConnection, entity: Entity, stream: str) -> list[Entry]:
        """The batches of the stream whose rows the entity has not merged yet."""
        merged = connection.execute("SELECT batch FROM build.merged WHERE entity = ?", [entity.table]).fetchall()
        known = {batch for (batch,) in merged}
        counted = inputs.countable(self.provenance.entries, [self.provenance.sources[stream]])
        return [each for each in counted if f"{each.source}/{each.stream}" == stream and each.batch not in known]

    @staticmethod
    def note_merged(connection: duckdb.DuckDBPyConnection, entity: Entity, batches: list[str]) -> None:
        """Remember that the entity holds the rows of these batches."""
        connection.execute("INSERT INTO build.merged SELECT ?, unnest(?::VARCHAR[])", [entity.table, batches])

    # -- macros -------------------------------------------------------------------------------------------------------

    def macros(self, connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
        """The macros that the table of a metric, or of the verdicts, needs and that the file lacks, in order."""
        made = _made(connection)
        called = metrics.macros_called(self._queries(table))
        return {
            name: metrics.macros()[name]
            for name in called
            if made.get(_macro(name)) != sha256([metrics.macros()[name]])
        }

    def _queries(self, table: str) -> str:
        if table == VERDICTS:
            return "\n".join(claim.sql for claim in metrics.load_claims().values() if claim.sql)
        metric = self.provenance.metrics[table.partition(".")[2]]
        return "\n".join([metric.sql, *metric.checks.values()])

    @staticmethod
    def note_macro(connection: duckdb.DuckDBPyConnection, name: str, statement: str) -> None:
        """Remember that the file has the macro as this statement makes it."""
        _note(connection, _macro(name), sha256([statement]))


def _made(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    return dict(connection.execute("SELECT name, fingerprint FROM build.made").fetchall())


def _note(connection: duckdb.DuckDBPyConnection, name: str, fingerprint: str) -> None:
    connection.execute("DELETE FROM build.made WHERE name = ?", [name])
    connection.execute("INSERT INTO build.made VALUES (?, ?)", [name, fingerprint])


def _macro(name: str) -> str:
    return f"macro {name}"  # a macro and a metric may have the same name
