"""Reads the published DuckDB file: the only door between the warehouse and the pages.

Every question a page asks is answered here, aggregated in SQL, in an order that does not depend on the file's layout.
What an older publication does not hold is None or empty, never an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import duckdb

from dashboards.chart import GRAINS
from dashboards.files import replacing
from dashboards.streams import STREAMS, Stream

_CALL = re.compile(r"\bmetrics\.\"?(\w+)\"?\s*\(")
CONTRACT = ("value", "n", "low", "high", "complete", "reason", "flag")


@dataclass(frozen=True)
class Facts:
    """ops.publication, as text."""

    publication_id: str
    as_of: str
    published_at: str
    simulated: bool
    code: str | None
    batches: int


@dataclass(frozen=True)
class Entity:
    """One thing to compare; `slot` is its style everywhere on the site (colour and dash pattern)."""

    entity_id: str
    kind: str
    label: str
    parent: str | None
    slot: int


@dataclass(frozen=True)
class Definition:
    """metrics.definition: what a metric means."""

    metric: str
    room: str
    title: str
    question: str
    unit: str
    definition: str
    source: str
    caveats: list[str]
    sql: str


@dataclass(frozen=True)
class StreamCoverage:
    """How much of the catalogue one stream covers; days as ISO dates, None where nothing was observed.

    `expected`: what the source itself counts in its listings; `held`: what of it is stored; None where
    it does not count.
    """

    source: str
    stream: str
    subjects: int
    by_status: dict[str, int]
    oldest: str | None
    newest: str | None
    rows: int
    quarantined: int
    expected: int | None
    held: int | None


class Publication:
    """A published file, open read-only."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self.read: dict[tuple[str, ...], Any] = {}  # what was read by `series`, which several pages draw
        self._rows: dict[tuple[str, str], list[tuple[Any, ...]]] = {}

    def rows(self, sql: str, parameters: list[Any] | dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """The rows of a query; its parameters by place, or by name.

        Asked once: the file does not change while it is open, and a page asks the same in each language.
        """
        key = (sql, repr(parameters))
        if key not in self._rows:
            self._rows[key] = self._connection.execute(sql, parameters or []).fetchall()
        return self._rows[key]

    @cached_property
    def tables(self) -> frozenset[str]:
        """Tables and views that are there, as schema.name."""
        return frozenset(
            f"{schema}.{name}"
            for schema, name in self.rows("SELECT table_schema, table_name FROM information_schema.tables")
        )

    def has(self, metric: str) -> bool:
        """Whether the metric was computed in this publication."""
        return f"metrics.{metric}" in self.tables

    def columns(self, schema: str, table: str) -> list[str]:
        """The columns of a table; none where it is not there."""
        return self._columns.get((schema, table), [])

    @cached_property
    def _columns(self) -> dict[tuple[str, str], list[str]]:
        found: dict[tuple[str, str], list[str]] = {}
        for schema, table, column in self.rows(
            "SELECT table_schema, table_name, column_name FROM information_schema.columns "
            "ORDER BY table_schema, table_name, ordinal_position"
        ):
            found.setdefault((schema, table), []).append(column)
        return found

    @cached_property
    def facts(self) -> Facts:
        """The publication itself.

        Raises:
            LookupError: the file is no publication.
        """
        found = (
            self.rows(
                "SELECT publication_id, strftime(as_of AT TIME ZONE 'UTC', '%Y-%m-%d'), "
                "strftime(published_at AT TIME ZONE 'UTC', '%Y-%m-%d %H:%M UTC'), simulated, code, batches "
                "FROM ops.publication"
            )
            if "ops.publication" in self.tables
            else []
        )
        if not found:
            raise LookupError("The database has no row in ops.publication: it was not published by `ecotone run`.")
        return Facts(*found[0])

    @cached_property
    def entities(self) -> list[Entity]:
        """What can be compared, the most broadly measured first.

        Breadth decides which eight are drawn first, and in which order colours are given out: the number of metrics
        with a known value, then the number of members in the catalogue, then the name. It is no order of merit.
        A project that bears its ecosystem's name looks like it.
        """
        known = (
            "SELECT entity_id, count(DISTINCT metric) AS metrics FROM metrics.value WHERE value IS NOT NULL GROUP BY 1"
            if "metrics.value" in self.tables
            else "SELECT NULL AS entity_id, 0 AS metrics"
        )
        found = self.rows(
            f"WITH known AS ({known}), members AS (SELECT entity_id, count(*) AS subjects FROM catalogue.membership "
            "GROUP BY entity_id) "
            "SELECT e.entity_id, e.kind, e.label, e.parent FROM catalogue.entity e "
            "LEFT JOIN known k ON k.entity_id = e.entity_id LEFT JOIN members m ON m.entity_id = e.entity_id "
            "WHERE list_contains(?, e.kind) "
            "ORDER BY list_position(?, e.kind), coalesce(k.metrics, 0) DESC, coalesce(m.subjects, 0) DESC, e.entity_id",
            [list(GRAINS), list(GRAINS)],
        )
        slots: dict[tuple[str, str], int] = {}
        entities = []
        for entity_id, kind, label, parent in found:
            family = "ecosystem" if kind == "project" else kind
            key = (family, entity_id.partition(":")[2])
            slot = slots.setdefault(key, sum(1 for other, _ in slots if other == family))
            entities.append(Entity(entity_id, kind, label, parent, slot))
        return entities

    @cached_property
    def definitions(self) -> dict[str, Definition]:
        """What the metrics of this publication mean, by name."""
        if "metrics.definition" not in self.tables:
            return {}
        found = self.rows(
            "SELECT metric, room, title, question, unit, definition, source, coalesce(caveats, []), sql "
            "FROM metrics.definition "
            "ORDER BY room, metric"
        )
        return {row[0]: Definition(*row) for row in found}

    @cached_property
    def macros(self) -> dict[str, str]:
        """The macros that metrics are written with, by name, each as the statement that makes it."""
        found = self.rows(
            "SELECT function_name, list_aggregate(parameters, 'string_agg', ', '), function_type, macro_definition "
            "FROM duckdb_functions() WHERE schema_name = 'metrics' AND macro_definition IS NOT NULL ORDER BY ALL"
        )
        return {
            name: f"CREATE MACRO metrics.{name}({parameters or ''}) AS {'TABLE ' * ('table' in kind)}{body}"
            for name, parameters, kind, body in found
        }

    def macros_called(self, sql: str) -> list[str]:
        """The macros that a query calls, and those that they call, each as the statement that makes it."""
        found: dict[str, str] = {}
        asked = [sql]
        while asked:
            for name in sorted(set(_CALL.findall(asked.pop())) & set(self.macros) - set(found)):
                found[name] = self.macros[name]
                asked.append(found[name])
        return [found[name] for name in sorted(found)]

    @cached_property
    def subjects(self) -> dict[str, dict[Stream, tuple[int, int]]]:
        """By entity and stream: how many subjects are catalogued, and how many were ever observed."""
        if "ops.entity_coverage" not in self.tables:
            return {}
        counts: dict[str, dict[Stream, tuple[int, int]]] = {}
        for entity_id, source, stream, subjects, observed in self.rows(
            "SELECT entity_id, source, stream, subjects, observed FROM ops.entity_coverage"
        ):
            counts.setdefault(entity_id, {})[source, stream] = (subjects, observed)
        return counts

    @cached_property
    def coverage(self) -> list[StreamCoverage]:
        """How much of the catalogue each stream covers, in the order of `STREAMS`."""
        if "ops.coverage" not in self.tables:
            return []
        counted: dict[Stream, dict[str, int]] = {}
        for source, stream, status, subjects in self.rows(
            "SELECT source, stream, status, count(*) FROM ops.coverage GROUP BY ALL ORDER BY ALL"
        ):
            counted.setdefault((source, stream), {})[status] = subjects
        day = "strftime({}(observed_until) AT TIME ZONE 'UTC', '%Y-%m-%d')"
        counts = {"expected_total", "held_total"} <= set(self.columns("ops", "coverage"))
        totals = "CAST(sum(expected_total) AS BIGINT), CAST(sum(held_total) AS BIGINT)" if counts else "NULL, NULL"
        found = [
            StreamCoverage(source, stream, subjects, counted[source, stream], *rest)
            for source, stream, subjects, *rest in self.rows(
                f"SELECT source, stream, count(*), {day.format('min')}, {day.format('max')}, "
                "CAST(coalesce(sum(row_count), 0) AS BIGINT), CAST(coalesce(sum(quarantined), 0) AS BIGINT), "
                f"{totals} FROM ops.coverage GROUP BY ALL ORDER BY source, stream"
            )
        ]
        order = {stream: place for place, stream in enumerate(STREAMS)}
        return sorted(found, key=lambda covered: order.get((covered.source, covered.stream), len(order)))

    def whole(self, streams: tuple[Stream, ...]) -> tuple[int, int]:
        """How many subjects the streams have, and of how many all of these streams are whole."""
        [(subjects, whole)] = self.rows(
            "SELECT count(*), count(*) FILTER (is_whole) FROM (SELECT subject_id, bool_and(status = 'ok') AS "
            "is_whole FROM ops.coverage WHERE list_contains(?, source || '/' || stream) GROUP BY subject_id)",
            [["/".join(stream) for stream in streams]],
        )
        return subjects, whole

    @contextmanager
    def writing(self, queries: Mapping[Path, str]) -> Iterator[None]:
        """Writes the rows of queries, as the file's name ends, while the block runs: DuckDB does it by itself."""

        def write() -> None:
            for path, query in queries.items():
                with replacing(path) as part:
                    form = "FORMAT csv, HEADER" if path.suffix == ".csv" else "FORMAT parquet, COMPRESSION zstd"
                    cursor.execute(f"COPY ({query}) TO {_text(str(part))} ({form})")

        with self._connection.cursor() as cursor, ThreadPoolExecutor(1) as other:
            writing = other.submit(write)
            yield
            writing.result()


class Reader:
    """Opens published files; the last one stays open, with what was read of it, for the pages that are drawn next."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._open: tuple[tuple[str, int, int], Publication] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close what is open; the next one opens anew."""
        self._open = None
        self._stack.close()

    def read(self, database: Path) -> Publication:
        """Opens a published file for reading, if it is not what is open: a run replaces it by another.

        Raises:
            FileNotFoundError: there is none.
            LookupError: the database is no publication.
            duckdb.Error: it cannot be opened.
        """
        if not database.is_file():
            raise FileNotFoundError(
                f"There is no published file {database}: run `ecotone run` or `ecotone demo` first."
            )
        stat = database.stat()
        which = (str(database), stat.st_ino, stat.st_mtime_ns)
        if self._open is None or self._open[0] != which:
            self.close()
            connection = self._stack.enter_context(closing(duckdb.connect(str(database), read_only=True)))
            publication = Publication(connection)
            _ = publication.facts  # refuses what is no publication, before a page is begun
            self._open = (which, publication)
        return self._open[1]


@contextmanager
def open_publication(database: Path) -> Iterator[Publication]:
    """Opens a published file for reading; raises what `Reader.read` does."""
    with Reader() as reader:
        yield reader.read(database)


def identifier(name: str) -> str:
    """A quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
