"""Ranking CSVs: bytes of one file → rows of the repositories asked for, and what had to be left out.

Two shapes are read, told apart by their first line: that of the public repository EvanLi/Github-Ranking, whose daily
files carry the day in their name, and one table over many days with the columns d, fn, item, stars, forks, issues.
"""

from __future__ import annotations

import gzip
import io
import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from pipelines.sources.untrusted import lines_of

SCHEMA = pa.schema(
    [
        pa.field("full_name", pa.string()),
        pa.field("day", pa.date32()),
        pa.field("list", pa.string()),
        pa.field("stars", pa.int64()),
        pa.field("forks", pa.int64()),
        pa.field("open_issues", pa.int64()),
    ],
)
COUNTERS = {"stars": "stars", "forks": "forks", "issues": "open_issues"}
TABLE_COLUMNS = frozenset({"d", "fn", "item", *COUNTERS})
DAILY_COLUMNS = frozenset({"item", "repo_url", *COUNTERS})
DAY_IN_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})\.csv(?:\.gz)?$")
BLOCK_BYTES = 64 << 20
_NOBODYS = frozenset({"\ufffd"})  # of a line that names no repository asked for: told with none of them
GITHUB = "https://github.com/"
_FULL_NAME = re.compile(r"(?:https?://github\.com/|^|[,\"\s])([A-Za-z0-9_-]+/[A-Za-z0-9._-]+)(?=[,\"\s]|$)")


@dataclass(frozen=True)
class LeftOut:
    """A row that could not be read, or a whole file.

    Attributes:
        text: which and why.
        names: lower-case full names that it may be of; empty: it may be of any.
    """

    text: str
    names: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Rows:
    """What one file or several say of the repositories asked for.

    Attributes:
        table: `SCHEMA`, as served.
        left_out: rows and files that could not be read.
        unreadable: how many files could not be read at all.
    """

    table: pa.Table
    left_out: Sequence[LeftOut] = field(default_factory=tuple)
    unreadable: int = 0


def day_of(file: str) -> date | None:
    """The day in a file's name; None if there is none."""
    match = DAY_IN_NAME.search(file)
    try:
        return date.fromisoformat(match[1]) if match else None
    except ValueError:
        return None


def join(pieces: Iterable[Rows]) -> Rows:
    """Several files as one."""
    pieces = list(pieces)
    return Rows(
        pa.concat_tables([SCHEMA.empty_table(), *(piece.table for piece in pieces)]),
        [one for piece in pieces for one in piece.left_out],
        sum(piece.unreadable for piece in pieces),
    )


def read(data: bytes, file: str, names: frozenset[str]) -> Rows:
    """The rows of one file whose full name, in lower case, is in `names`; a file that cannot be read has none."""
    try:
        if data.startswith(b"\x1f\x8b"):
            data = gzip.decompress(data)
        text, bad = lines_of(data)
        found = _parse(text.encode() if bad else data, file, names)
        if found.unreadable and 1 in bad:
            return _unreadable(file, "it is not a CSV (its first line is not UTF-8)")
        damaged = [_damaged(data, file, number, names) for number in sorted(bad)]
        return replace(found, left_out=[*found.left_out, *damaged])
    except (EOFError, OSError, zlib.error) as error:
        return _unreadable(file, f"it is damaged ({error})")
    except pa.ArrowException as error:
        return _unreadable(file, f"it is not a CSV ({' '.join(str(error).split())[:200]})")


def _damaged(data: bytes, file: str, number: int, names: frozenset[str]) -> LeftOut:
    """A line with bytes that are not UTF-8; the rest of the file is read, and the line, if it says what is asked."""
    line = data.split(b"\n", number)[number - 1].decode("utf-8", "replace")
    found = frozenset(match.lower() for match in _FULL_NAME.findall(line)) & names
    return LeftOut(f"{file} line {number}: not UTF-8", found or _NOBODYS)


def _unreadable(file: str, why: str) -> Rows:
    return Rows(SCHEMA.empty_table(), [LeftOut(f"{file}: {why}")], unreadable=1)


def _parse(data: bytes, file: str, names: frozenset[str]) -> Rows:
    first = data.partition(b"\n")[0].decode("utf-8-sig").strip()
    header = frozenset(column.strip().strip('"') for column in first.split(","))
    daily = header >= DAILY_COLUMNS
    if not daily and not header >= TABLE_COLUMNS:
        missing = sorted(TABLE_COLUMNS - header) if "fn" in header else sorted(DAILY_COLUMNS - header)
        return _unreadable(file, f"its first line has no column {', '.join(missing)}")
    day = day_of(file)
    if daily and day is None:
        return _unreadable(file, "its name must end in the day of the list, like github-ranking-2026-08-22.csv")
    left_out: list[LeftOut] = []

    def invalid(row: csv.InvalidRow) -> str:
        found = frozenset(match.lower() for match in _FULL_NAME.findall(row.text))
        if not found or found & names:
            where = f"{file} line {row.number}: " if row.number else f"{file}: "
            left_out.append(LeftOut(f"{where}{row.actual_columns} columns, not {row.expected_columns}", found & names))
        return "skip"

    columns = sorted(DAILY_COLUMNS if daily else TABLE_COLUMNS)
    table = csv.read_csv(
        io.BytesIO(data),
        read_options=csv.ReadOptions(use_threads=False, block_size=min(len(data) + 1, BLOCK_BYTES)),
        parse_options=csv.ParseOptions(newlines_in_values=daily, invalid_row_handler=invalid),
        convert_options=csv.ConvertOptions(
            check_utf8=False,  # only the rows asked for are ever decoded
            column_types=dict.fromkeys(columns, pa.string()),
            include_columns=columns,
            strings_can_be_null=False,
        ),
    )
    table = _named(table, "repo_url" if daily else "fn", names)
    rows, bad = _typed(table, day, file)
    return Rows(rows, [*left_out, *bad])


def _named(table: pa.Table, column: str, names: frozenset[str]) -> pa.Table:
    """The rows of these repositories, with `full_name`."""
    text = pc.ascii_trim_whitespace(table[column])
    wanted = pa.array([form + name for form in ("", GITHUB) for name in sorted(names)], pa.string())
    mask = pc.is_in(pc.ascii_lower(text), value_set=wanted)
    full = pc.replace_substring_regex(text.filter(mask), f"^(?i:{re.escape(GITHUB)})", "")
    return table.filter(mask).append_column("full_name", full)


def _typed(table: pa.Table, day: date | None, file: str) -> tuple[pa.Table, list[LeftOut]]:
    """The rows with their types; those with a day or a count that is none are left out."""
    rows = table.num_rows
    if day is None:
        text = pc.ascii_trim_whitespace(table["d"])
        days = pc.strptime(text, format="%Y-%m-%d", unit="s", error_is_null=True).cast(pa.date32())
        days = pc.if_else(pc.equal(pc.strftime(days, format="%Y-%m-%d"), text), days, None)  # 30 February rolls on
    else:
        days = pa.repeat(pa.scalar(day, pa.date32()), rows)
    good = pc.is_valid(days)
    counters, told = {}, pa.repeat(pa.scalar(False), rows)
    for column, name in COUNTERS.items():
        text = pc.ascii_trim_whitespace(table[column])
        number = pc.match_substring_regex(text, r"^[0-9]{1,18}$")
        good = pc.and_(good, pc.or_(number, pc.equal(text, "")))
        told = pc.or_(told, number)
        counters[name] = pc.if_else(number, text, None).cast(pa.int64())
    good = pc.and_(good, told)
    typed = pa.table(
        {"full_name": table["full_name"], "day": days, "list": table["item"], **counters},
        schema=SCHEMA,
    )
    bad = table.filter(pc.invert(good)).to_pylist() if not pc.all(good, min_count=0).as_py() else []
    return typed.filter(good), [LeftOut(_why(row, file), frozenset({row["full_name"].lower()})) for row in bad]


def _why(row: dict[str, str], file: str) -> str:
    counts = ", ".join(f"{column} {row[column]!r}" for column in COUNTERS)
    day = f" on {row['d']!r}" if "d" in row else ""
    return f"{file}: {row['full_name']}{day} in list {row['item']!r}: {counts}"
