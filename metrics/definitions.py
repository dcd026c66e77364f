"""Reads the metric files: front matter, SQL, and the tables it depends on.

First step of the metrics room: `<room>/*.sql` → `Metric`. A file that is not as it must be is refused with its line.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError

from metrics.macro_files import ROOT, macro_definitions, tables

OPENING = "/*+++"
CLOSING = "+++*/"
CLAIMS = "claims"  # the folder that is no room of metrics: verdicts.py reads it
MACROS = "macros"
NO_ROOMS = frozenset({CLAIMS, MACROS})  # folders of other .sql than metrics

CONTRACT_COLUMNS: Mapping[str, tuple[str, str]] = {
    "entity_id": ("VARCHAR", "repository, project, ecosystem, region or layer: catalogue.entity"),
    "period": ("DATE", "first day of the month, or of the week (Monday) where the metric is weekly (UTC)"),
    "series": ("VARCHAR", "empty for the main value, else the breakdown that the row belongs to"),
    "value": ("DOUBLE", "the value in the metric's unit; NULL = unknown, see reason"),
    "n": ("BIGINT", "sample size"),
    "low": ("DOUBLE", "lower end of the 95 % interval, also of a value not reached; NULL where no sound method exists"),
    "high": ("DOUBLE", "upper end of the 95 % interval; NULL where no sound method exists or unbounded"),
    "complete": ("BOOLEAN", "false if the period had not ended or was not wholly covered"),
    "reason": ("VARCHAR", "why value is NULL"),
    "flag": ("VARCHAR", "remarks on the value, separated by '; '"),
}
"""Columns of every metric table: name → (type, meaning)."""

_TEXTS = ("title", "question", "unit", "definition", "source")
_OPTIONAL = ("caveats", "checks", "columns", "chart")


class MetricError(ValueError):
    """A metric file is not as it must be; the message begins with file and line."""

    def __init__(self, message: str, *, path: Path, line: int) -> None:
        self.path = path
        self.line = line
        super().__init__(f"{path.parent.name}/{path.name}:{line}: {message}")


@dataclass(frozen=True)
class Metric:
    """One metric as its file defines it.

    Attributes:
        name: file name without `.sql`; the table is `metrics.<name>`.
        room: the folder: contributors, growth, adoption, …
        title, question, unit, definition, source: texts of the front matter.
        caveats: what a reader must know before comparing.
        checks: name → SELECT that returns offending rows, besides `GENERIC_CHECKS`.
        columns: columns beyond the contract's: name → meaning.
        chart: hints for the dashboards.
        sql: one SELECT that yields the contract's columns and those in `columns`.
        path: the file.
        reads: tables that the SQL reads, through macros too, as `schema.table`.
    """

    name: str
    room: str
    title: str
    question: str
    unit: str
    definition: str
    source: str
    caveats: tuple[str, ...]
    checks: Mapping[str, str] = field(hash=False)
    columns: Mapping[str, str] = field(hash=False)
    chart: Mapping[str, Any] = field(hash=False)
    sql: str = field(repr=False)
    path: Path
    reads: tuple[str, ...]


def load(root: Path = ROOT) -> dict[str, Metric]:
    """Reads all metrics, ordered by room and name.

    Args:
        root: the folder whose subfolders are the rooms.

    Returns:
        name → Metric.

    Raises:
        MetricError: a file is not as it must be, or two have one name.
    """
    found: dict[str, Metric] = {}
    for path in sorted(path for path in root.glob("*/*.sql") if path.parent.name not in NO_ROOMS):
        metric = parse(path.read_text(encoding="utf-8"), path)
        if metric.name in found:
            raise MetricError(
                f"there is a metric {metric.name} in {found[metric.name].room} already: names are unique across rooms",
                path=path,
                line=1,
            )
        found[metric.name] = metric
    return found


@cache  # the pipeline loads them in every step
def parse(text: str, path: Path) -> Metric:
    """Reads one metric file.

    Args:
        text: its content.
        path: where it stands; the name and the room come from it.

    Raises:
        MetricError: with the line that has to change.
    """
    front, sql = _split(text, path)
    values = _front_matter(front, path)
    query = _query(sql, path, line=front.count("\n") + 1)
    return Metric(
        name=path.stem,
        room=path.parent.name,
        **{key: values[key].strip() for key in _TEXTS},
        caveats=tuple(values.get("caveats", ())),
        checks=dict(values.get("checks", {})),
        columns=dict(values.get("columns", {})),
        chart=dict(values.get("chart", {})),
        sql=sql.strip(),
        path=path,
        reads=through_macros(query),
    )


def _split(text: str, path: Path) -> tuple[str, str]:
    if not text.startswith(OPENING):
        raise MetricError(f"the file must begin with the front matter: {OPENING} … {CLOSING}", path=path, line=1)
    front, closing, sql = text.removeprefix(OPENING).partition(CLOSING)
    if not closing:
        raise MetricError(f"the front matter is not closed: put {CLOSING} after it", path=path, line=1)
    return front, sql


def _front_matter(front: str, path: Path) -> dict[str, Any]:
    """The TOML between the markers; its first line is line 1 of the file, behind the opening marker."""
    try:
        values = tomllib.loads(front)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+)", str(error))
        line = int(place[1]) if place else front.count("\n") + 1
        raise MetricError(f"the front matter is not valid TOML: {error}", path=path, line=line) from error
    for key in _TEXTS:
        if not isinstance(values.get(key), str) or not values[key].strip():
            raise MetricError(f'the front matter needs {key} = "…"', path=path, line=_line_of(key, front))
    for key, value in values.items():
        if key not in (*_TEXTS, *_OPTIONAL):
            known = ", ".join((*_TEXTS, *_OPTIONAL))
            raise MetricError(f"unknown key {key}; known are {known}", path=path, line=_line_of(key, front))
        if key == "caveats" and not _are_texts(value):
            raise MetricError('caveats is a list of texts: ["…", "…"]', path=path, line=_line_of(key, front))
        if key in {"checks", "columns"} and not (isinstance(value, dict) and _are_texts(list(value.values()))):
            raise MetricError(f'[{key}] holds lines of name = "…"', path=path, line=_line_of(key, front))
        if key == "chart" and not isinstance(value, dict):
            raise MetricError("[chart] is a table of hints", path=path, line=_line_of(key, front))
    return values


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _line_of(key: str, front: str) -> int:
    for number, line in enumerate(front.split("\n"), start=1):
        if re.match(rf"\[*{re.escape(key)}\b", line.strip()):
            return number
    return 1


def _query(sql: str, path: Path, line: int) -> exp.Query:
    """The one SELECT of the file; `line` is where the SQL begins."""
    try:
        statements = sqlglot.parse(sql, dialect="duckdb")
    except ParseError as error:
        at = line + (error.errors[0].get("line") or 1) - 1
        raise MetricError(
            f"the SQL cannot be read: {error.errors[0].get('description')}", path=path, line=at
        ) from error
    if len(statements) != 1 or not isinstance(statements[0], exp.Query) or sql.rstrip().endswith(";"):
        raise MetricError("the file holds exactly one SELECT, without a semicolon after it", path=path, line=line)
    selected = statements[0].named_selects
    missing = [name for name in CONTRACT_COLUMNS if name not in selected]
    if missing:
        raise MetricError(f"the SELECT must yield {', '.join(missing)} too", path=path, line=line)
    return statements[0]


def through_macros(query: exp.Expr) -> tuple[str, ...]:
    """Names of the tables read, macros replaced by what they read themselves."""
    reads: set[str] = set()
    for table in tables(query):
        macro = macro_definitions().get(table.lower())
        reads |= macro.reads if macro else {table}
    return tuple(sorted(reads))
