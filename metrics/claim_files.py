"""Reads the claim files: published sentences, each turned into a query that says on which days it held.

Beside `definitions`: `claims/*.sql` → `Claim`. A file that is not as it must be is refused with its line.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError

from metrics.definitions import CLAIMS, CLOSING, OPENING, MetricError, through_macros
from metrics.macro_files import ROOT

KINDS = ("event", "state")
TEXTS = ("title", "kind", "said_by", "said_on", "source", "refuted_by")
YIELDS = ("day", "holds", "evidence")
ALLOWED = (*TEXTS, "needs", "takes", "caveats", "speaks_of", "every", "coverage")
COVERAGE = 0.9  # of what a claim speaks of, that must be known before it is decided
EVERY = 31  # days: a claim is judged by the month unless it says otherwise


@dataclass(frozen=True)
class Claim:
    """One claim as its file defines it.

    Attributes:
        name: file name without `.sql`.
        title: the sentence, in our words.
        kind: `event`, which is true once it has happened, or `state`, which is true as long as it lasts.
        said_by, said_on, source: who said it, when, and where.
        refuted_by: what would refute it.
        needs: which data it needs, to be told where there is none.
        caveats: what a reader must know before believing the verdict.
        speaks_of: first and last day of the time that the sentence is about.
        every: at most so many days lie between two days of judgement, where the time is observed without a gap.
        coverage: which part of what it speaks of must be known, where the query yields `covered`.
        takes: of a claim whose data is not public: which data it would take; it has no query.
        sql: one SELECT that yields `day, holds, evidence`; None: not testable. It may yield `covered` (the part of what
            the claim speaks of that is known) and `rests_on` (projects without which the judgement changes), too.
        yields: the columns of the query.
        reads: tables that it reads, through macros too, as `schema.table`.
        path: the file.
    """

    name: str
    title: str
    kind: str
    said_by: str
    said_on: str
    source: str
    refuted_by: str
    path: Path
    speaks_of: tuple[date, date]
    needs: str = ""
    takes: str = ""
    caveats: tuple[str, ...] = ()
    every: int = EVERY
    coverage: float = COVERAGE
    sql: str | None = field(default=None, repr=False)
    reads: tuple[str, ...] = ()
    yields: tuple[str, ...] = ()


@cache
def load_claims(folder: Path = ROOT / CLAIMS) -> Mapping[str, Claim]:
    """All claims by name, in the order of their names.

    Raises:
        MetricError: a file is not as it must be.
    """
    return {path.stem: parse_claim(path.read_text(encoding="utf-8"), path) for path in sorted(folder.glob("*.sql"))}


def parse_claim(text: str, path: Path) -> Claim:
    """Reads one claim file; MetricError with the line that has to change."""
    front, closing, sql = text.removeprefix(OPENING).partition(CLOSING)
    if not text.startswith(OPENING) or not closing:
        raise MetricError(f"the file must begin with the front matter: {OPENING} … {CLOSING}", path=path, line=1)
    try:
        said: dict[str, Any] = tomllib.loads(front)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+)", str(error))
        line = int(place[1]) if place else 1
        raise MetricError(f"the front matter is not valid TOML: {error}", path=path, line=line) from error
    sql = sql.strip()
    query = _query(sql, path, front.count("\n") + 1) if sql else None
    for problem in _problems(said, has_query=bool(sql)):
        raise MetricError(problem, path=path, line=1)
    return Claim(
        name=path.stem,
        path=path,
        caveats=tuple(said.pop("caveats", ())),
        speaks_of=tuple(said.pop("speaks_of")),
        every=said.pop("every", EVERY),
        coverage=said.pop("coverage", COVERAGE),
        **{key: value.strip() for key, value in said.items()},
        sql=sql or None,
        reads=through_macros(query) if query else (),
        yields=tuple(query.named_selects) if query else (),
    )


def _problems(said: Mapping[str, Any], *, has_query: bool) -> Iterator[str]:
    """What is wrong with the front matter."""
    yield from (f"unknown key {key}; known are {', '.join(ALLOWED)}" for key in said if key not in ALLOWED)
    for key in (*TEXTS, "needs" if has_query else "takes"):
        if not isinstance(said.get(key), str) or not said[key].strip():
            yield f'the front matter needs {key} = "…"'
    if said.get("kind") not in KINDS:
        yield f"kind is {' or '.join(KINDS)}, not {said.get('kind')}"
    if not str(said.get("source")).startswith("https://"):
        yield "source must be a public address, https://…"
    if "takes" in said and has_query:
        yield "takes is for a claim without a query: leave one of the two out"
    yield from _problems_of_time(said)
    caveats = said.get("caveats", [])
    if not isinstance(caveats, list) or not all(isinstance(each, str) for each in caveats):
        yield 'caveats is a list of texts: ["…", "…"]'


def _problems_of_time(said: Mapping[str, Any]) -> Iterator[str]:
    span = said.get("speaks_of")
    if not isinstance(span, list) or [type(day) for day in span] != [date, date] or span[0] > span[1]:
        yield "speaks_of is the first and the last day of the time that the sentence is about: [2026-02-01, 2026-02-28]"
    if "every" in said and (type(said["every"]) is not int or said["every"] < 1):
        yield "every is a number of days, 1 or more"
    if "coverage" in said and (type(said["coverage"]) is not float or not 0 < said["coverage"] <= 1):
        yield "coverage is a part of one, such as 0.9"


def _query(sql: str, path: Path, line: int) -> exp.Query:
    try:
        statements = sqlglot.parse(sql, dialect="duckdb")
    except ParseError as error:
        raise MetricError(
            f"the SQL cannot be read: {error.errors[0].get('description')}", path=path, line=line
        ) from error
    if len(statements) != 1 or not isinstance(statements[0], exp.Query) or sql.endswith(";"):
        raise MetricError("the file holds exactly one SELECT, without a semicolon after it", path=path, line=line)
    if missing := [name for name in YIELDS if name not in statements[0].named_selects]:
        raise MetricError(f"the SELECT must yield {', '.join(missing)} too", path=path, line=line)
    return statements[0]
