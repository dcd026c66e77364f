"""Building: makes one table of the working file, in one transaction with the note of what it was made from.

After `planning`, which says what is to be made. Data passes from new batches of the lake, by the SQL of staging, and
from staging, by the SQL of metrics, to the table. A build that was killed or that failed leaves the table as it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import duckdb

import metrics
from pipelines.errors import EcotoneError, LakeError, WarehouseError
from pipelines.staging import Entity, inputs
from pipelines.warehouse.planning import VERDICTS, Plan
from pipelines.warehouse.sql import comments, scalar

MEMORY_LIMITS = ("256MB", "1GB", "4GB", "80%")  # of DuckDB: what does not fit goes to disk, else the next is tried
INPUTS_THERE = "SELECT count(*) FROM duckdb_tables() WHERE temporary AND table_name = 'input_batch'"


class Building:
    """Makes the tables of one plan."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.provenance = plan.provenance

    def make(self, connection: duckdb.DuckDBPyConnection, table: str) -> None:
        """Make the table with as little memory as it takes, or as its front matter says that it takes.

        Raises:
            WarehouseError: it could not be built; what there was before is unchanged.
        """
        declared = self.provenance.entities[table].memory if table in self.provenance.entities else None
        limits = MEMORY_LIMITS if declared is None else (declared, *MEMORY_LIMITS[2:])
        for limit in limits:
            connection.execute(f"SET memory_limit = '{limit}'")
            try:
                with transaction(connection):
                    self._make(connection, table)
                    self.plan.note(connection, table)
            except duckdb.OutOfMemoryException as error:
                if limit == limits[-1]:
                    raise WarehouseError(f"{table} could not be built: {error}") from error
            except (duckdb.Error, EcotoneError, OSError) as error:
                raise WarehouseError(f"{table} could not be built: {error}") from error
            else:
                return

    def _make(self, connection: duckdb.DuckDBPyConnection, table: str) -> None:
        if table in self.provenance.entities:
            self._make_entity(connection, self.provenance.entities[table])
            return
        for name, statement in self.plan.macros(connection, table).items():
            connection.execute(statement)
            self.plan.note_macro(connection, name, statement)
        if table == VERDICTS:
            metrics.build_verdicts(connection)
            return
        metric = self.provenance.metrics[table.partition(".")[2]]
        connection.execute(metrics.create_statement(metric))
        for comment in metrics.comments(metric):
            connection.execute(comment)

    def _make_entity(self, connection: duckdb.DuckDBPyConnection, entity: Entity) -> None:
        self._make_inputs(connection)
        merged = [batch for stream in entity.streams for batch in self._offer(connection, entity, stream)]
        for statement in connection.extract_statements(entity.sql):
            connection.execute(statement)
        for comment in comments(connection, entity):
            connection.execute(comment)
        if merged:
            self.plan.note_merged(connection, entity, merged)

    def _make_inputs(self, connection: duckdb.DuckDBPyConnection) -> None:
        """What Python knows, as temporary tables: once for a connection, and again if the transaction was undone."""
        if scalar(connection, INPUTS_THERE):
            return
        inputs.create(
            connection,
            catalogue=self.provenance.catalogue,
            sources=self.provenance.sources.values(),
            entries=self.provenance.entries,
            key=self.provenance.settings.key,
            links=self.provenance.people,
        )

    def _offer(self, connection: duckdb.DuckDBPyConnection, entity: Entity, stream: str) -> list[str]:
        """Make the relation `new_<source>_<stream>` of the batches that the entity has not merged; returns them."""
        batches = [entry.batch for entry in self.plan.new_batches(connection, entity, stream)]
        files = list(dict.fromkeys(self.provenance.files[batch] for batch in batches))
        missing = [path for path in files if not path.exists()]
        if missing:
            raise LakeError(f"{missing[0]} is in the manifest but not there: restore the lake from its backup.")
        inputs.create_new(connection, self.provenance.sources[stream], batches, files)
        return batches


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """What is done within the block is done as a whole, or not at all, whatever the error is."""
    connection.execute("BEGIN")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with suppress(duckdb.Error):  # the transaction ended with the error, or the file with it
            connection.execute("ROLLBACK")
        raise
