"""`ecotone sql`: questions to the published file, asked once or one after the other; it is opened read-only."""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from typing import Any

import duckdb

from pipelines.cli.reports.published import open_published
from pipelines.cli.shell.terminal import complain, plural, print_table, say, seen
from pipelines.errors import WarehouseError
from pipelines.settings import Settings

ROWS_AT_ONCE = 10_000  # that memory holds
MOST_IN_A_TABLE = 200  # rows: more than anybody reads; CSV and JSON have them all
NUMERIC = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DOUBLE|FLOAT|DECIMAL\(.*\)")  # names of DuckDB's types
SCHEMAS = """
    SELECT schema_name, string_agg(name, ', ' ORDER BY name) FROM (
        SELECT schema_name, table_name AS name FROM duckdb_tables() WHERE NOT internal
        UNION ALL SELECT schema_name, view_name FROM duckdb_views() WHERE NOT internal
    ) GROUP BY schema_name ORDER BY schema_name
"""
HELP = "End a question with ; and Enter. DESCRIBE schema.table; tells its columns. Ctrl-D ends."


def sql(query: str | None, style: str | None, as_of: date | None = None) -> int:
    """Ask and show.

    Args:
        query: SQL, one statement or several; None: from stdin, or from a prompt if that is a terminal.
        style: `table`, `csv` or `json`; None: a table on a terminal, CSV elsewhere.
        as_of: ask what was known on that day, as `ecotone rebuild --as-of` built it.

    Raises:
        WarehouseError: there is no published file, or DuckDB refuses the question.
    """
    style = style or ("table" if seen() else "csv")
    with open_published(Settings.from_environment(), as_of) as connection:
        if query is None and sys.stdin.isatty():
            converse(connection, style)
            return 0
        ask(connection, query if query is not None else sys.stdin.read(), style)
    return 0


def ask(connection: duckdb.DuckDBPyConnection, text: str, style: str) -> None:
    """Carry out each statement and show what it answers; WarehouseError with DuckDB's words if it refuses one."""
    try:
        statements = connection.extract_statements(text)
        if not statements:
            raise WarehouseError('there is no question. Ask one: ecotone sql "SELECT * FROM ops.publication"')
        for statement in statements:
            connection.execute(statement)
            if statement.type == duckdb.StatementType.SELECT or _columns(connection) not in (
                [],
                ["Count"],
                ["Success"],
            ):
                SHOW[style](connection)
    except duckdb.Error as error:
        raise WarehouseError(str(error).strip()) from error


def converse(connection: duckdb.DuckDBPyConnection, style: str) -> None:
    """Ask at a prompt, one question after the other, until Ctrl-D; Ctrl-C drops what was typed or asked."""
    with suppress(ImportError):  # where Python has no readline, lines cannot be edited
        __import__("readline")
    for schema, tables in connection.execute(SCHEMAS).fetchall():
        say(f"{schema}: {tables}")
    say(HELP)
    question = ""
    while True:
        try:
            question += input("   ...> " if question else "ecotone> ") + "\n"
        except EOFError:
            say()
            return
        except KeyboardInterrupt:
            question = ""
            say()
            continue
        if question.strip() in {"exit", "quit", ".quit", ".exit"}:
            return
        if not question.strip().endswith(";"):
            question = question if question.strip() else ""
            continue
        try:
            ask(connection, question, style)
        except WarehouseError as error:
            complain(str(error))
        except KeyboardInterrupt:
            connection.interrupt()
            say()
        question = ""


def _rows(connection: duckdb.DuckDBPyConnection) -> Iterator[Sequence[Any]]:
    while rows := connection.fetchmany(ROWS_AT_ONCE):
        yield from rows


def _columns(connection: duckdb.DuckDBPyConnection) -> list[str]:
    return [str(column[0]) for column in connection.description or ()]


def _show_table(connection: duckdb.DuckDBPyConnection) -> None:
    columns = _columns(connection)
    kinds = [str(column[1]) for column in connection.description or ()]
    numbers = [name for name, kind in zip(columns, kinds, strict=True) if NUMERIC.fullmatch(kind)]
    shown = connection.fetchmany(MOST_IN_A_TABLE)
    print_table(columns, [[_text(value) for value in row] for row in shown], right=numbers)
    more = sum(1 for _ in _rows(connection))
    if more:
        say(f"… and {plural(more, 'row')} more: --format csv has them all.")


def _show_csv(connection: duckdb.DuckDBPyConnection) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(_columns(connection))
    writer.writerows([_text(value) for value in row] for row in _rows(connection))


def _show_json(connection: duckdb.DuckDBPyConnection) -> None:
    """One array, an object a row, written as it comes."""
    columns = _columns(connection)
    opening = "[\n"
    for row in _rows(connection):
        record = dict(zip(columns, map(_plain, row), strict=True))
        sys.stdout.write(opening + json.dumps(record, ensure_ascii=False, allow_nan=False))
        opening = ",\n"
    sys.stdout.write("[]\n" if opening == "[\n" else "\n]\n")


def _text(value: object) -> str:
    """For a cell: nothing for NULL, ISO 8601 for times, JSON for lists and structs."""
    plain = _plain(value)
    match plain:
        case None:
            return "" if value is None else str(value)
        case str():
            return plain
        case _:
            return json.dumps(plain, ensure_ascii=False)


def _plain(value: object) -> Any:  # noqa: ANN401 - whatever JSON has
    """As JSON has it: times as ISO 8601, decimals as numbers, NULL for a number that is none."""
    match value:
        case None | bool() | int() | str():
            return value
        case float() | Decimal():
            return float(value) if isfinite(value) else None
        case datetime() | date():
            return value.isoformat()
        case dict():
            return {str(_plain(key)): _plain(each) for key, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
        case _:
            return str(value)


SHOW = {"table": _show_table, "csv": _show_csv, "json": _show_json}
