"""Reads macros*.sql: the SQL that several metrics share.

First step of the metrics room, beside `definitions`: what a macro is called, takes, does and reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import sqlglot
from sqlglot import exp

ROOT = Path(__file__).parent


@dataclass(frozen=True)
class Macro:
    """One macro.

    Attributes:
        parameters: their names.
        body: an expression, or a SELECT for a table macro.
        reads: tables that a table macro reads, through other macros too, as `schema.table`.
    """

    parameters: tuple[str, ...]
    body: str
    reads: frozenset[str]


def macros() -> list[str]:
    """CREATE MACRO statements in the schema `metrics`, to run before any metric; they are published with the file."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(ROOT.glob("macros*.sql")))
    bare = re.sub(r"^\s*--.*$", "", text, flags=re.MULTILINE)
    return [statement.strip() for statement in re.split(r";\s*$", bare, flags=re.MULTILINE) if statement.strip()]


@cache
def macro_definitions() -> Mapping[str, Macro]:
    """`metrics.<name>` → Macro; a macro may use those that stand before it.

    Raises:
        ValueError: a statement of macros*.sql creates no macro.
    """
    known: dict[str, Macro] = {}
    for statement in macros():
        match = re.fullmatch(
            r"CREATE OR REPLACE MACRO (metrics\.\w+)\(([^)]*)\) AS\s+(TABLE\s)?(.*)", statement, flags=re.DOTALL
        )
        if not match:
            raise ValueError(f"macros*.sql: write CREATE OR REPLACE MACRO metrics.<name>(…) AS …, not {statement[:60]}")
        name, parameters, is_table, body = match.groups()
        reads: set[str] = set()
        for table in tables(sqlglot.parse_one(body, dialect="duckdb")) if is_table else ():
            reads |= known[table].reads if table in known else {table}
        names = tuple(part.strip() for part in parameters.split(",") if part.strip())
        known[name] = Macro(names, body.strip(), frozenset(reads))
    return known


def tables(query: exp.Expr) -> Iterable[str]:
    """Names of the tables and table macros that a statement reads, without its own CTEs.

    `query_table(name)` is left out: it reads what the caller of a macro names, which stands in the caller's own query.
    """
    own = {cte.alias_or_name for cte in query.find_all(exp.CTE)}
    for table in query.find_all(exp.Table):
        if table.db:
            yield f"{table.db}.{table.this.name}"
        elif table.name and table.name not in own:
            yield table.name
