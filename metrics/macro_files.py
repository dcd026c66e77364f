"""Reads macros/*.sql: the SQL that several metrics share, one file a family.

First step of the metrics room, beside `definitions`: what a macro is called, takes, does and reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import sqlglot
from sqlglot import exp

ROOT = Path(__file__).parent
_CREATE = re.compile(r"CREATE OR REPLACE MACRO (metrics\.\w+)\(([^)]*)\) AS\s+(TABLE\s)?(.*)", flags=re.DOTALL)
_CALL = re.compile(r"\bmetrics\.\w+(?=\s*\()")


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


@cache
def macros() -> Mapping[str, str]:
    """`metrics.<name>` → its CREATE MACRO statement, in an order in which they can be made.

    They are published with the file. In which file of macros/ one stands makes no difference.

    Raises:
        ValueError: a statement of macros/*.sql creates no macro, or macros call one another in a circle.
    """
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "macros").glob("*.sql")))
    bare = re.sub(r"^\s*--.*$", "", text, flags=re.MULTILINE)
    statements: dict[str, str] = {}
    for statement in filter(None, map(str.strip, re.split(r";\s*$", bare, flags=re.MULTILINE))):
        match = _CREATE.fullmatch(statement)
        if not match:
            raise ValueError(
                f"macros/*.sql: write CREATE OR REPLACE MACRO metrics.<name>(…) AS …, not {statement[:60]}"
            )
        statements[match[1]] = statement
    graph = {name: [call for call in _calls(text) if call != name] for name, text in statements.items()}
    order = TopologicalSorter({name: [call for call in calls if call in graph] for name, calls in graph.items()})
    return {name: statements[name] for name in order.static_order()}


@cache
def macro_definitions() -> Mapping[str, Macro]:
    """`metrics.<name>` → Macro, in the order of `macros`."""
    known: dict[str, Macro] = {}
    for name, statement in macros().items():
        match = _CREATE.fullmatch(statement)
        assert match  # noqa: S101 - `macros` gives no other
        _, parameters, is_table, body = match.groups()
        reads: set[str] = set()
        for table in tables(sqlglot.parse_one(body, dialect="duckdb")) if is_table else ():
            reads |= known[table].reads if table in known else {table}
        names = tuple(part.strip() for part in parameters.split(",") if part.strip())
        known[name] = Macro(names, body.strip(), frozenset(reads))
    return known


def macros_called(sql: str) -> list[str]:
    """The macros that a query needs, those that they call among them, in an order in which they can be made."""
    needed: set[str] = set()
    asked = [sql]
    while asked:
        for name in _calls(asked.pop()):
            if name in macros() and name not in needed:
                needed.add(name)
                asked.append(macros()[name])
    return [name for name in macros() if name in needed]


def _calls(sql: str) -> list[str]:
    """The names that look like calls of a macro."""
    return list(dict.fromkeys(_CALL.findall(sql)))


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
