"""Writes the schema `metrics`: macros, one table a metric, the long view and the definitions.

Last step of the metrics room: `Metric` → statements → a DuckDB connection that holds the tables of `contract.sql`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from metrics.definitions import CONTRACT_COLUMNS, Metric, load
from metrics.macro_files import ROOT, macros
from metrics.verdicts import VERDICTS, build_verdicts

if TYPE_CHECKING:
    import duckdb

FIRST_MONTH = "2005-01-01"  # a commit dated before 2005 is a strange date
LAST_MONTH = "2040-12-01"

DEFINITION_COLUMNS = {
    "metric": "name of the metric, and of its table in the schema metrics",
    "room": "which part of a community's health it is about",
    "title": "what is shown",
    "question": "the question it answers",
    "unit": "unit of value, low and high",
    "definition": "exactly what is computed",
    "source": "where the definition comes from",
    "caveats": "what to know before comparing",
    "sql": "the query that computes it",
}
MACROS_THERE = (
    "SELECT CASE function_type WHEN 'table_macro' THEN 'MACRO TABLE' ELSE 'MACRO' END, 'metrics.' || function_name "
    "FROM duckdb_functions() WHERE NOT internal AND schema_name = 'metrics' AND database_name = current_database()"
)


def tables() -> list[str]:
    """Names of the tables of the schema `metrics` in the order of building: the verdicts read the others."""
    return [*load(), VERDICTS]


def create_statement(metric: Metric) -> str:
    """The statement that writes `metrics.<name>`: contract columns cast to their types, then extra ones, in order."""
    columns = [f"CAST({name} AS {kind}) AS {name}" for name, (kind, _) in CONTRACT_COLUMNS.items()]
    selected = ",\n    ".join([*columns, *metric.columns])
    return (
        f"CREATE OR REPLACE TABLE metrics.{metric.name} AS\nSELECT\n    {selected}\n"
        f"FROM (\n{metric.sql}\n)\nORDER BY entity_id, period, series"
    )


def comments(metric: Metric) -> list[str]:
    """COMMENT ON statements for the table and each of its columns."""
    texts = {name: text for name, (_, text) in CONTRACT_COLUMNS.items()} | dict(metric.columns)
    texts["value"] = f"{metric.unit}; NULL = unknown, see reason"
    about = f"{metric.title} ({metric.unit}). {' '.join(metric.definition.split())}"
    return [
        f"COMMENT ON TABLE metrics.{metric.name} IS {_quoted(about)}",
        *(f"COMMENT ON COLUMN metrics.{metric.name}.{name} IS {_quoted(text)}" for name, text in texts.items()),
    ]


def build(connection: duckdb.DuckDBPyConnection, names: Iterable[str] | None = None) -> None:
    """Computes metrics in a database that holds the tables of the contract.

    Args:
        connection: writable; the schema `metrics` is created in its current database.
        names: the metrics to compute; all, and the verdicts on the claims, if None. The view `metrics.value` and the
            table `metrics.definition` cover every metric whose table is there, those of earlier builds included.

    Raises:
        KeyError: there is no metric of that name.
        duckdb.Error: a table of the contract is missing.
    """
    defined = load()
    connection.execute("CREATE SCHEMA IF NOT EXISTS metrics")
    create_macros(connection)
    for metric in [defined[name] for name in names] if names is not None else defined.values():
        connection.execute(create_statement(metric))
        for statement in comments(metric):
            connection.execute(statement)
    if names is None:
        build_verdicts(connection)
    describe(connection)


def create_macros(connection: duckdb.DuckDBPyConnection) -> None:
    """Creates all macros, and drops those that are defined no more.

    Raises:
        duckdb.Error: a table that one of them reads is missing.
    """
    for kind, name in connection.execute(MACROS_THERE).fetchall():
        if name not in macros():
            connection.execute(f"DROP {kind} {name}")
    for statement in macros().values():
        connection.execute(statement)


def describe(connection: duckdb.DuckDBPyConnection) -> None:
    """Writes `metrics.value` and `metrics.definition` over the metric tables that are there."""
    defined = load()
    there = {
        row[0]
        for row in connection.execute(
            "SELECT table_name FROM information_schema.tables "
            "WHERE table_schema = 'metrics' AND table_catalog = current_database()"
        ).fetchall()
    }
    built = [metric for metric in defined.values() if metric.name in there]
    columns = ", ".join(CONTRACT_COLUMNS)
    nothing = ", ".join(f"CAST(NULL AS {kind}) AS {name}" for name, (kind, _) in CONTRACT_COLUMNS.items())
    parts = [f"SELECT '{metric.name}' AS metric, {columns} FROM metrics.{metric.name}" for metric in built]
    parts = parts or [f"SELECT CAST(NULL AS VARCHAR) AS metric, {nothing} WHERE FALSE"]
    connection.execute("CREATE OR REPLACE VIEW metrics.value AS\n" + "\nUNION ALL\n".join(parts))
    connection.execute("COMMENT ON VIEW metrics.value IS 'Every metric in one long table; metric names its definition'")
    connection.execute(
        "CREATE OR REPLACE TABLE metrics.definition (metric VARCHAR, room VARCHAR, title VARCHAR, question VARCHAR, "
        "unit VARCHAR, definition VARCHAR, source VARCHAR, caveats VARCHAR[], sql VARCHAR)"
    )
    connection.execute("COMMENT ON TABLE metrics.definition IS 'What each metric means, and the SQL that computes it'")
    texts = {"value": {"metric": "the metric: metrics.definition"} | {n: t for n, (_, t) in CONTRACT_COLUMNS.items()}}
    texts["definition"] = DEFINITION_COLUMNS
    for table, columns_of in texts.items():
        for name, text in columns_of.items():
            connection.execute(f"COMMENT ON COLUMN metrics.{table}.{name} IS {_quoted(text)}")
    for m in built:
        connection.execute(
            "INSERT INTO metrics.definition VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [m.name, m.room, m.title, m.question, m.unit, m.definition, m.source, list(m.caveats), m.sql],
        )


def create_inputs(connection: duckdb.DuckDBPyConnection) -> None:
    """Creates the tables of the contract, empty but for the calendar: what tests and benchmarks fill."""
    connection.execute((ROOT / "contract.sql").read_text(encoding="utf-8"))
    connection.execute(
        "INSERT INTO catalogue.calendar SELECT CAST(month AS DATE), CAST(month + INTERVAL 1 MONTH AS DATE) "
        f"FROM generate_series(TIMESTAMP '{FIRST_MONTH}', TIMESTAMP '{LAST_MONTH}', INTERVAL 1 MONTH) AS t(month)"
    )


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
