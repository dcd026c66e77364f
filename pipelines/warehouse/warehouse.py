"""The warehouse: the pipeline's own working file, built by SQL; `publication` makes of it what people open.

It can be deleted at any time. Each table is made in one transaction with the note of what it was made from: a build
that was killed goes on where it was.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property
from pathlib import Path
from typing import Self

import duckdb

import metrics
from pipelines.catalogue import Catalogue
from pipelines.errors import LakeError, WarehouseError
from pipelines.lake import Lake
from pipelines.lake.manifest import Entry
from pipelines.settings import Settings
from pipelines.sources import Source
from pipelines.staging import SCHEMAS, Entity, inputs
from pipelines.staging import load as load_entities
from pipelines.staging import macros as staging_macros
from pipelines.staging.rules import licenses, machines, organizations, people
from pipelines.warehouse.sql import comments, scalar

STORAGE_VERSION = "v1.5.0"  # so that DuckDB 1.5 clients can open the file
MEMORY_LIMITS = ("256MB", "1GB", "4GB", "80%")  # of DuckDB: what does not fit goes to disk, else the next is tried
VERDICTS = f"metrics.{metrics.VERDICTS}"
LAYOUT = 1  # raise it when the working file's own tables change


@dataclass(frozen=True)
class Built:
    """What building one table did.

    Attributes:
        table: `schema.name`.
        changed: False if nothing that it depends on had changed, so nothing was done.
        rows: rows in it now.
        seconds: time it took.
    """

    table: str
    changed: bool
    rows: int
    seconds: float


class Warehouse:
    """One build: the lake up to a moment, or some of its batches, under one catalogue, into one working file."""

    def __init__(  # noqa: PLR0913 - each is a thing that a build depends on
        self,
        settings: Settings,
        catalogue: Catalogue,
        sources: Mapping[str, Source],
        *,
        path: Path | None = None,
        until: datetime | None = None,
        only: frozenset[str] | None = None,
        lake: Lake | None = None,
    ) -> None:
        self.settings = settings
        self.catalogue = catalogue
        self.sources = {f"{source.source}/{source.stream}": source for source in sources.values()}
        self.path = path or settings.home / "warehouse.duckdb"
        self.until = until
        self.only = only
        self.lake = lake or Lake(settings.lake)
        self.entities = load_entities()
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._kept: ExitStack | None = None
        self._has_inputs = False

    # -- what a build depends on --------------------------------------------------------------------------------------

    @cached_property
    def batches(self) -> list[tuple[Entry, str]]:
        """The batches as first written that this build may see, each with the file that holds its rows now."""
        pairs = self.lake.manifest.originals()
        return [
            pair
            for pair in pairs
            if (self.until is None or pair[0].fetched_at <= self.until)
            and (self.only is None or pair[0].batch in self.only)
        ]

    @cached_property
    def staging_code(self) -> str:
        """Hash of what decides the tables of the working file: another one throws it away."""
        entities = [entity.sql for entity in self.entities.values()]
        return _sha256([str(LAYOUT), *staging_macros(), *entities, *sorted(_metrics())])

    @cached_property
    def code(self) -> str:
        """Hash of all SQL and rules that a number can depend on."""
        claims = metrics.load_claims()
        paths = [_metrics()[name].path for name in sorted(_metrics())] + [claims[name].path for name in sorted(claims)]
        metric_texts = [path.read_text(encoding="utf-8") for path in paths]
        machine_rows = (*machines.rule_rows(b""), *machines.pattern_rows())
        curated = (*machine_rows, *organizations.organization_rows(), *licenses.license_rows())
        rules = [repr(row) for row in curated]
        return _sha256([self.staging_code, *metrics.macros().values(), *metric_texts, *rules])

    @cached_property
    def publication_id(self) -> str:
        """Hash of batches, code and catalogue: the same one means the same rows."""
        links = [self.links] if self.links else []
        return _sha256([self.code, self.catalogue.sha256, *links, *(entry.batch for entry, _ in self.batches)])[:32]

    @cached_property
    def links(self) -> str:
        """The installation's people.toml."""
        return people.text_of(self.settings.home)

    @property
    def links_sha256(self) -> str | None:
        """Its hash; None without one."""
        return _sha256([self.links]) if self.links else None

    # -- the working file ---------------------------------------------------------------------------------------------

    @contextmanager
    def open(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The working file, ours alone: another process that builds is waited for. Within the block, it is the same."""
        if self._connection is None and self._kept is not None:
            self._kept.enter_context(self._opened())
        if self._connection is not None:
            yield self._connection
            return
        with self._opened() as connection:
            yield connection

    @contextmanager
    def _opened(self) -> Iterator[duckdb.DuckDBPyConnection]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.with_suffix(".lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._connection = self._attach()
            try:
                yield self._connection
            finally:
                self._connection.close()
                self._connection = None
                self._has_inputs = False

    @contextmanager
    def kept_open(self) -> Iterator[Self]:
        """Within the block, the working file stays open once it has been opened."""
        with ExitStack() as self._kept:
            yield self
        self._kept = None

    def _attach(self) -> duckdb.DuckDBPyConnection:
        """Open the working file; one that is damaged or was laid out by other code is thrown away and begun anew."""
        try:
            connection = self._connect()
            if self._layout(connection) == self.staging_code:
                return connection
            connection.close()
        except duckdb.Error as error:
            if "lock" in str(error).lower():
                raise WarehouseError(
                    f"{self.path} is open in another program. Close it; to look at data, open "
                    f"{self.settings.published}.",
                ) from error
        self.discard()
        connection = self._connect()
        for schema in SCHEMAS:
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        connection.execute("CREATE TABLE build.merged (entity VARCHAR, batch VARCHAR)")
        connection.execute("CREATE TABLE build.built (entity VARCHAR PRIMARY KEY, fingerprint VARCHAR)")
        connection.execute("CREATE TABLE build.layout AS SELECT ?::VARCHAR AS staging_code", [self.staging_code])
        return connection

    def _connect(self) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect()
        path = str(self.path).replace("'", "''")
        try:
            connection.execute(f"ATTACH '{path}' AS warehouse (STORAGE_VERSION '{STORAGE_VERSION}')")
        except duckdb.Error:
            connection.close()
            raise
        connection.execute("USE warehouse")
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"SET temp_directory = '{path}.tmp'")
        for macro in staging_macros():
            connection.execute(macro)
        return connection

    @staticmethod
    def _layout(connection: duckdb.DuckDBPyConnection) -> str | None:
        """The code that laid the file out; None for a new one."""
        try:
            return str(scalar(connection, "SELECT staging_code FROM build.layout"))
        except duckdb.CatalogException:
            return None

    def discard(self) -> None:
        """Throw the working file away: the next build starts from the lake."""
        for path in (self.path, self.path.with_name(self.path.name + ".wal")):
            path.unlink(missing_ok=True)
        shutil.rmtree(self.path.with_name(self.path.name + ".tmp"), ignore_errors=True)

    # -- building -----------------------------------------------------------------------------------------------------

    def build(self, table: str) -> Built:
        """Build one entity (`staging.commit`) or metric (`metrics.forks`) if anything it depends on has changed."""
        started = time.perf_counter()
        with self.open() as connection:
            changed = not self._is_built(connection, table)
            if changed:
                self._make_in_memory(connection, table)
            rows = int(scalar(connection, f"SELECT count(*) FROM {table}"))
        return Built(table, changed, rows, time.perf_counter() - started)

    def _make_in_memory(self, connection: duckdb.DuckDBPyConnection, table: str) -> None:
        """Make the table in one transaction, with as little memory as it takes, or as it says that it takes."""
        said = self.entities[table].memory if table in self.entities else None
        limits = MEMORY_LIMITS if said is None else (said, *MEMORY_LIMITS[2:])
        for limit in limits:
            connection.execute(f"SET memory_limit = '{limit}'")
            connection.execute("BEGIN")
            try:
                self._make(connection, table)
                connection.execute("INSERT OR REPLACE INTO build.built VALUES (?, ?)", [table, self.publication_id])
                connection.execute("COMMIT")
            except duckdb.Error as error:
                connection.execute("ROLLBACK")
                self._has_inputs = False  # what was made in it is gone with the transaction
                if not isinstance(error, duckdb.OutOfMemoryException) or limit == limits[-1]:
                    raise WarehouseError(f"{table} could not be built: {error}") from error
            else:
                return

    def _is_built(self, connection: duckdb.DuckDBPyConnection, table: str) -> bool:
        row = connection.execute("SELECT fingerprint FROM build.built WHERE entity = ?", [table]).fetchone()
        return row == (self.publication_id,)

    def _make(self, connection: duckdb.DuckDBPyConnection, table: str) -> None:
        schema, _, name = table.partition(".")
        if table == VERDICTS:
            self._make_macros(connection)
            metrics.build_verdicts(connection)
            return
        if schema == "metrics":
            metric = _metrics()[name]
            self._make_macros(connection)
            connection.execute(metrics.create_statement(metric))
            for comment in metrics.comments(metric):
                connection.execute(comment)
            return
        entity = self.entities[table]
        if not self._has_inputs:
            inputs.create(
                connection,
                catalogue=self.catalogue,
                sources=self.sources.values(),
                entries=[entry for entry, _ in self.batches],
                key=self.settings.key,
                links=self.links,
            )
            self._has_inputs = True
        merged = [batch for stream in entity.streams for batch in self._stage(connection, entity, stream)]
        for statement in connection.extract_statements(entity.sql):
            connection.execute(statement)
        for comment in comments(connection, entity):
            connection.execute(comment)
        if merged:
            connection.execute("INSERT INTO build.merged SELECT ?, unnest(?::VARCHAR[])", [table, merged])

    @staticmethod
    def _make_macros(connection: duckdb.DuckDBPyConnection) -> None:
        """The macros stay in the file: made once, and anew when one has changed (most metrics take less time)."""
        made = _sha256(list(metrics.macros().values()))
        if connection.execute("FROM build.built WHERE entity = 'macros' AND fingerprint = ?", [made]).fetchone():
            return
        for macro in metrics.macros().values():
            connection.execute(macro)
        connection.execute("INSERT OR REPLACE INTO build.built VALUES ('macros', ?)", [made])

    def _stage(self, connection: duckdb.DuckDBPyConnection, entity: Entity, stream: str) -> list[str]:
        """Offer the batches of the stream that the entity has not merged yet."""
        done = {
            batch
            for (batch,) in connection.execute(
                "SELECT batch FROM build.merged WHERE entity = ?", [entity.table]
            ).fetchall()
        }
        source = self.sources[stream]
        files = {entry.batch: path for entry, path in self.batches}
        counted = inputs.countable([entry for entry, _ in self.batches], [source])
        new = [entry for entry in counted if f"{entry.source}/{entry.stream}" == stream and entry.batch not in done]
        paths = [self.lake.root / path for path in dict.fromkeys(files[entry.batch] for entry in new)]
        missing = [path for path in paths if not path.exists()]
        if missing:
            raise LakeError(f"{missing[0]} is in the manifest but not there: restore the lake from its backup.")
        batches = [entry.batch for entry in new]
        inputs.create_new(connection, source, batches, paths)
        return batches

    @property
    def tables(self) -> list[str]:
        """All that is built, in order: entities, metrics, and what stands over all metrics."""
        return [*self.entities, *(f"metrics.{name}" for name in metrics.tables())]

    def build_all(self) -> list[Built]:
        """Everything in order."""
        with self.open():
            return [self.build(name) for name in self.tables]


@cache
def _metrics() -> dict[str, metrics.Metric]:
    return metrics.load()


def _sha256(parts: Sequence[str]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.encode() + b"\0")
    return digest.hexdigest()
