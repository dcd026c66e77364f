"""Reads the .sql files of this room: front matter, statements, what they make and what they read."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import sqlglot
from sqlglot import exp

from pipelines.errors import WarehouseError

FOLDER = Path(__file__).parent
MACROS = "macros"
FRONT_MATTER = ("/*+++", "+++*/")
SCHEMAS = ("fact", "catalogue", "staging", "ops", "metrics", "build")


@dataclass(frozen=True)
class Entity:
    """One .sql of this room.

    Attributes:
        schema: `fact`, `staging`, `catalogue` or `ops`.
        name: of the table or view.
        title: one line, for the Dagster UI.
        description: what its rows are.
        columns: column → comment; all of them, in order.
        streams: `source/stream` whose new batches it merges.
        sql: the statements.
        reads: `schema.name` of the tables it needs, without its own.
        makes: `schema.name` of all that it creates.
        checks: name → query that returns offending rows.
        memory: of DuckDB, to begin with; None: as little as there is.
    """

    schema: str
    name: str
    title: str
    description: str
    columns: Mapping[str, str]
    sql: str
    streams: tuple[str, ...] = ()
    reads: frozenset[str] = frozenset()
    makes: frozenset[str] = frozenset()
    checks: Mapping[str, str] = field(default_factory=dict)
    memory: str | None = None

    @property
    def table(self) -> str:
        """`schema.name`."""
        return f"{self.schema}.{self.name}"


@cache
def load(folder: Path = FOLDER) -> dict[str, Entity]:
    """All entities by `schema.name`, in an order in which they can be built."""
    paths = sorted(path for path in [*folder.glob("*.sql"), *folder.glob("*/*.sql")] if path.parent.name != MACROS)
    entities = {entity.table: entity for entity in (_read(path, folder) for path in paths)}
    makers = {made: entity.table for entity in entities.values() for made in entity.makes}
    graph = {
        entity.table: sorted({makers[table] for table in entity.reads if table in makers} - {entity.table})
        for entity in entities.values()
    }
    return {table: entities[table] for table in TopologicalSorter(graph).static_order()}


@cache
def macros(folder: Path = FOLDER) -> tuple[str, ...]:
    """Statements that make the temporary macros, to run on each connection."""
    return tuple(path.read_text(encoding="utf-8") for path in sorted((folder / MACROS).glob("*.sql")))


def upstream(entity_reads: Sequence[str] | frozenset[str], entities: Mapping[str, Entity]) -> set[str]:
    """The entities (`schema.name`) that make the given tables."""
    makers = {made: entity.table for entity in entities.values() for made in entity.makes}
    return {makers[table] for table in entity_reads if table in makers}


def _read(path: Path, folder: Path) -> Entity:
    text = path.read_text(encoding="utf-8")
    opening, closing = FRONT_MATTER
    if not text.startswith(opening) or closing not in text:
        raise WarehouseError(
            f"{path} must begin with {opening} … {closing}: TOML with title, description and [columns]."
        )
    front, _, sql = text.removeprefix(opening).partition(closing)
    try:
        said = tomllib.loads(front)
    except tomllib.TOMLDecodeError as error:
        raise WarehouseError(f"{path}: the front matter is not TOML: {error}") from error
    missing = {"title", "description", "columns"} - set(said)
    unknown = set(said) - {"title", "description", "columns", "streams", "checks", "memory"}
    if missing or unknown:
        raise WarehouseError(f"{path}: front matter lacks {sorted(missing)} or has unknown keys {sorted(unknown)}.")
    schema = path.parent.name if path.parent != folder else "staging"
    makes, reads = _tables(sql, path)
    return Entity(
        schema=schema,
        name=path.stem,
        title=said["title"],
        description=" ".join(said["description"].split()),
        columns=said["columns"],
        sql=sql,
        streams=tuple(said.get("streams", ())),
        reads=reads,
        makes=makes,
        checks=said.get("checks", {}),
        memory=said.get("memory"),
    )


def _tables(sql: str, path: Path) -> tuple[frozenset[str], frozenset[str]]:
    """What the statements create, and which tables with a schema they read."""
    try:
        statements = [statement for statement in sqlglot.parse(sql, read="duckdb") if statement is not None]
    except sqlglot.errors.ParseError as error:
        raise WarehouseError(f"{path}: {error}") from error
    makes, reads = set(), set()
    for statement in statements:
        if isinstance(statement, exp.Create):
            makes.add(_name(statement.find(exp.Table)))
        reads |= {_name(table) for table in statement.find_all(exp.Table) if table.db}
    return frozenset(makes), frozenset(reads - makes)


def _name(table: exp.Table | None) -> str:
    return f"{table.db}.{table.name}" if table is not None else ""
