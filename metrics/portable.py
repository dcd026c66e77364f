"""A metric's SQL without the macros, for engines that have none: the same text, transpiled.

Beside the way of the data: `Metric` → one self-contained SELECT in the dialect of another engine.
"""

from __future__ import annotations

from itertools import count

import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel

from metrics.definitions import Metric
from metrics.macro_files import macro_definitions


def portable(metric: Metric, dialect: str = "spark") -> str:
    """The metric as one SELECT in another dialect.

    Args:
        metric: whose SQL.
        dialect: a dialect of sqlglot.

    Returns:
        SQL that reads the tables in `metric.reads` and nothing else.

    Raises:
        sqlglot.errors.UnsupportedError: a construct has no equivalent there.
    """
    return inlined(metric.sql).sql(dialect=dialect, pretty=True, unsupported_level=ErrorLevel.RAISE)


def inlined(sql: str) -> exp.Expr:
    """The statement with every macro of macros/*.sql replaced by its body."""
    numbers = count(1)

    def without_macro(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Table) and isinstance(node.this, exp.Anonymous):
            if node.this.name.lower() == "query_table":
                return _named(node)
            # macros within it first: they may read its CTEs by name
            body = _body(node.this).transform(without_macro)
            _rename_ctes(body, f"{node.this.name}_{next(numbers)}_")
            return exp.Subquery(this=body, alias=node.args.get("alias"))
        if isinstance(node, exp.Dot) and node.this.name == "metrics" and isinstance(node.expression, exp.Anonymous):
            return exp.Paren(this=_body(node.expression).transform(without_macro))
        return node

    return sqlglot.parse_one(sql, dialect="duckdb").transform(without_macro)


def _body(call: exp.Anonymous) -> exp.Expr:
    """The macro's body with the call's arguments for its parameters."""
    macro = macro_definitions()[f"metrics.{call.name.lower()}"]
    arguments = dict(zip(macro.parameters, call.expressions, strict=True))

    def argument(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column) and not node.table and node.name in arguments:
            return exp.Paren(this=arguments[node.name].copy())
        return node

    return sqlglot.parse_one(macro.body, dialect="duckdb").transform(argument)


def _named(node: exp.Table) -> exp.Table:
    """The table that `query_table('name')` reads, under that name."""
    name = node.this.expressions[0].unnest().name
    return exp.to_table(name, alias=node.alias or name)


def _rename_ctes(query: exp.Expr, prefix: str) -> None:
    """Gives CTEs names of their own: Spark's dialect moves all of a statement's CTEs to its top."""
    names = {cte.alias for cte in query.find_all(exp.CTE)}
    for cte in query.find_all(exp.CTE):
        cte.set("alias", exp.TableAlias(this=exp.to_identifier(prefix + cte.alias)))
    for table in query.find_all(exp.Table):
        if not table.db and table.name in names:
            alias = table.alias or table.name
            table.replace(exp.to_table(prefix + table.name, alias=alias))
