"""The warehouse: provenance, plan, building and working file put together; what the other rooms call.

Data passes from batches of the lake to the tables of warehouse.duckdb. `pipelines.publication` makes of it what people
open.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Self

import duckdb

from pipelines.catalogue import Catalogue
from pipelines.errors import WarehouseError
from pipelines.lake import Lake
from pipelines.lake.manifest import Entry
from pipelines.settings import Settings
from pipelines.sources import Source
from pipelines.staging import Entity
from pipelines.warehouse.building import Building
from pipelines.warehouse.planning import Plan
from pipelines.warehouse.provenance import Provenance
from pipelines.warehouse.sql import scalar
from pipelines.warehouse.working_file import WorkingFile


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
        self.path = path or settings.home / "warehouse.duckdb"
        by_stream = {f"{source.source}/{source.stream}": source for source in sources.values()}
        lake = lake or Lake(settings.lake)
        self._put_together(Provenance(settings, catalogue, by_stream, lake, until=until, only=only))

    def _put_together(self, provenance: Provenance) -> None:
        self.provenance = provenance
        self.plan = Plan(provenance)
        self.building = Building(self.plan)
        self.working_file = WorkingFile(
            self.path,
            code=provenance.staging_code,
            layout=self.plan.layout(),
            published=self.settings.published,
        )

    # -- what it is made from -----------------------------------------------------------------------------------------

    @property
    def entities(self) -> Mapping[str, Entity]:
        """`schema.name` → what staging makes. Others may be set before anything is built."""
        return self.provenance.entities

    @entities.setter
    def entities(self, entities: Mapping[str, Entity]) -> None:
        self._put_together(replace(self.provenance, entities=entities))

    @property
    def batches(self) -> list[tuple[Entry, str]]:
        """The batches as first written that this build may see, each with the file that holds its rows now."""
        return self.provenance.batches

    @property
    def code(self) -> str:
        """Hash of all SQL and rules that a number can depend on."""
        return self.provenance.code

    @property
    def publication_id(self) -> str:
        """Hash of batches, code, catalogue and people.toml: the same one means the same rows."""
        return self.provenance.publication_id

    @property
    def links_sha256(self) -> str | None:
        """Hash of the installation's people.toml; None without one."""
        return self.provenance.people_sha256

    # -- its working file ---------------------------------------------------------------------------------------------

    @contextmanager
    def open(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection to the working file, locked for this process; another that builds is waited for. It nests."""
        with self.working_file.open() as connection:
            yield connection

    @contextmanager
    def kept_open(self) -> Iterator[Self]:
        """Within the block, the working file stays open and locked once it has been opened."""
        with self.working_file.kept_open():
            yield self

    def discard(self, *, with_lock: bool = False) -> None:
        """Throw the working file away, once nobody else has it: the next build starts from the lake."""
        self.working_file.discard(with_lock=with_lock)

    # -- its tables ---------------------------------------------------------------------------------------------------

    @property
    def tables(self) -> list[str]:
        """All that is built, in order: entities, metrics, and what stands over all metrics."""
        return self.plan.tables

    def outdated(self) -> list[str]:
        """The tables that are not built from what this build is made from, in order."""
        with self.open() as connection:
            return self.plan.outdated(connection)

    def build(self, table: str) -> Built:
        """Build one entity (`staging.commit`) or metric (`metrics.forks`) if anything it depends on has changed.

        If the working file proves to be damaged, it is thrown away, and what the table needs is made again.

        Raises:
            WarehouseError: it could not be built; what there was before is unchanged.
        """
        started = time.perf_counter()
        with self.open():
            try:
                changed, rows = self._build(table)
            except (duckdb.Error, WarehouseError) as error:
                if not self.recover(error):
                    raise
                changed, rows = self._build(table)
        return Built(table, changed, rows, time.perf_counter() - started)

    def _build(self, table: str) -> tuple[bool, int]:
        """Whether there was anything to do, and the rows that it has now."""
        if self.working_file.was_damaged:
            for needed in self.plan.needed_for(table):
                self._build_one(needed)
        return self._build_one(table)

    def _build_one(self, table: str) -> tuple[bool, int]:
        with self.open() as connection:
            changed = not self.plan.is_current(connection, table)
            if changed:
                self.building.make(connection, table)
            return changed, int(scalar(connection, f"SELECT count(*) FROM {table}"))

    def build_all(self) -> list[Built]:
        """Everything in order. What fails does not keep the rest from being built.

        Raises:
            WarehouseError: something failed; it names each table that did, and those that read it.
        """
        built: list[Built] = []
        failed: dict[str, str] = {}
        with self.open():
            for table in self.tables:
                if missing := sorted(self.plan.reads(table) & failed.keys()):
                    failed[table] = f"{table} was not built: it reads {', '.join(missing)}."
                    continue
                try:
                    built.append(self.build(table))
                except WarehouseError as error:
                    failed[table] = str(error)
        if failed:
            raise WarehouseError("\n".join(failed.values()))
        return built

    # -- damage -------------------------------------------------------------------------------------------------------

    def recover(self, error: BaseException) -> bool:
        """Whether a damaged working file, which is open, caused the error; it has then been thrown away."""
        return self.working_file.recover(error) or self.working_file.recover(error.__cause__)

    def rebuild_what_was_lost(self) -> None:
        """If a damaged working file was thrown away, make what was in it again."""
        if self.working_file.was_damaged:
            for table in self.outdated():
                self.build(table)
