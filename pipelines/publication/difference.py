"""The difference of two published files: tables, columns, rows, and the values that changed most.

Beside the way of the data: two published DuckDB files, read-only, to a `Difference`, for whoever reviews a change. Two
installations never have the same ids of batches, and e-mail hashes under two keys differ for the same address: what is
equal but for those is counted as equal, and said to be so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from pipelines.errors import ConfigurationError
from pipelines.publication.fingerprints import ABOUT_THE_BUILD
from pipelines.warehouse.sql import quoted

VALUE_KEY = ("entity_id", "period", "series")
KEYS: Mapping[str, Sequence[str]] = {
    "metrics.definition": ("metric",),
    "metrics.claim_verdict": ("claim",),
    "metrics.claim_observation": ("claim", "day"),
}
REPEATS = frozenset({"metrics.value"})  # what stands in the metrics' own tables
EMAIL_HASH, BATCH_ID = "email:[0-9a-f]{32}", r"\b[0-7][0-9A-HJKMNP-TV-Z]{25}\b"
OWN_IDS: Mapping[str, tuple[str, str, str]] = {
    "e-mail hashes": ("staging.identity", "source_key LIKE 'email:%'", "source_key"),
    "ids of batches": ("ops.batch", "TRUE", "batch"),
}
"""What each installation makes itself → the table where all of it stands, which of its rows, and in which column."""
PATTERNS: Mapping[str, str] = {"e-mail hashes": EMAIL_HASH, "ids of batches": BATCH_ID}
RELATIONS = """
    SELECT schema_name || '.' || table_name, column_name, data_type
    FROM duckdb_columns()
    WHERE NOT internal AND database_name = ?
    ORDER BY schema_name, table_name, column_index
"""
Columns = Mapping[str, Mapping[str, str]]
"""`schema.name` → column → type, in order."""


@dataclass(frozen=True)
class Side:
    """One of the two files: where it is, its publication, and the time of its newest batch (ISO 8601, UTC)."""

    path: Path
    publication_id: str
    as_of: str | None
    code: str


@dataclass(frozen=True)
class TableDifference:
    """How one table or view differs.

    Attributes:
        table: `schema.name`.
        old_rows, new_rows: how many there were and are.
        added, removed, changed: rows; only of a table with a key (each metric's) can a row be said to have changed.
        changed_in: columns that changed in such rows.
        columns_added, columns_gone, columns_retyped: columns; rows are compared by those that both have.
        only_own_ids: the rows are equal but for ids that each installation makes itself.
    """

    table: str
    old_rows: int
    new_rows: int
    added: int = 0
    removed: int = 0
    changed: int = 0
    changed_in: tuple[str, ...] = ()
    columns_added: tuple[str, ...] = ()
    columns_gone: tuple[str, ...] = ()
    columns_retyped: tuple[str, ...] = ()
    only_own_ids: bool = False

    @property
    def is_equal(self) -> bool:
        """Whether columns and rows are the same, but for ids that each installation makes itself."""
        columns = (*self.columns_added, *self.columns_gone, *self.columns_retyped)
        return not (self.added or self.removed or self.changed or columns)


@dataclass(frozen=True)
class Change:
    """One value of a metric that changed; `relative` is (new - old) / |old|, None where that says nothing."""

    metric: str
    entity_id: str
    period: date
    series: str
    old: float | None
    new: float | None
    relative: float | None
    old_reason: str | None
    new_reason: str | None
    old_flag: str | None
    new_flag: str | None


@dataclass(frozen=True)
class Difference:
    """How the new file differs from the old one.

    Attributes:
        old, new: the files.
        tables_added, tables_gone: `schema.name`.
        tables: all that both have, in order.
        changes: the values that changed most: the change over the metric's mean absolute value decides.
        own_ids: what was left out of the comparison, as it differs between any two installations.
    """

    old: Side
    new: Side
    tables_added: tuple[str, ...]
    tables_gone: tuple[str, ...]
    tables: tuple[TableDifference, ...]
    changes: tuple[Change, ...]
    own_ids: tuple[str, ...]

    @property
    def differing(self) -> list[TableDifference]:
        """Those tables whose rows or columns differ."""
        return [each for each in self.tables if not each.is_equal]

    @property
    def is_equal(self) -> bool:
        """Whether the files hold the same."""
        return not (self.tables_added or self.tables_gone or self.differing)


def compare(old: Path, new: Path, *, most: int) -> Difference:
    """Compare two published files, without those tables that are about the build.

    Args:
        old: a file, which is only read.
        new: the other one.
        most: how many of the changed values to give.

    Raises:
        ConfigurationError: one of them cannot be read, or is no published file.
    """
    with _both(old, new) as connection:
        old_side, new_side = _side(connection, "old", old), _side(connection, "new", new)
        there, here = (_columns(connection, name) for name in ("old", "new"))
        own = tuple(what for what in OWN_IDS if _have_nothing_in_common(connection, what, there, here))
        common = [table for table in there if table in here]
        tables = tuple(_table(connection, table, there[table], here[table], own) for table in common)
        changes = [
            change
            for each in tables
            if each.changed and is_metric(there[each.table]) and is_metric(here[each.table])
            for change in _changes(connection, each.table, most)
        ]
    largest = sorted(changes, key=lambda pair: (-pair[0], pair[1].metric, pair[1].entity_id, pair[1].period))
    return Difference(
        old_side,
        new_side,
        tables_added=tuple(table for table in here if table not in there),
        tables_gone=tuple(table for table in there if table not in here),
        tables=tables,
        changes=tuple(change for _weight, change in largest[:most]),
        own_ids=own,
    )


def is_metric(columns: Mapping[str, str]) -> bool:
    """Whether a table with these columns is one of a metric."""
    return {*VALUE_KEY, "value", "reason", "flag"} <= columns.keys()


@contextmanager
def _both(old: Path, new: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for path, name in ((old, "old"), (new, "new")):
            try:
                connection.execute(f"ATTACH {quoted(str(path))} AS {name} (READ_ONLY)")
            except duckdb.Error as error:
                raise _unreadable(path, error) from error
        yield connection


def _unreadable(path: Path, error: Exception) -> ConfigurationError:
    reason = str(error).strip().partition("\n")[0]
    return ConfigurationError(f"{path} is not a published file of ecotone, or is damaged: {reason}")


def _side(connection: duckdb.DuckDBPyConnection, name: str, path: Path) -> Side:
    try:
        ((publication_id, as_of, code),) = connection.execute(
            "SELECT publication_id, strftime(as_of AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%SZ'), code "
            f"FROM {name}.ops.publication"
        ).fetchall()
    except (duckdb.Error, ValueError) as error:
        raise _unreadable(path, error) from error
    return Side(path, publication_id, as_of, code)


def _columns(connection: duckdb.DuckDBPyConnection, name: str) -> Columns:
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in connection.execute(RELATIONS, [name]).fetchall():
        if table not in ABOUT_THE_BUILD | REPEATS:
            found.setdefault(table, {})[column] = kind
    return found


def _have_nothing_in_common(connection: duckdb.DuckDBPyConnection, what: str, there: Columns, here: Columns) -> bool:
    """Whether both have such ids and not one of them is the same: then they come from two keys, or from two lakes."""
    table, which, column = OWN_IDS[what]
    if column not in there.get(table, {}) or column not in here.get(table, {}):
        return False
    ours, theirs = (f"SELECT {column} FROM {side}.{table} WHERE {which}" for side in ("old", "new"))
    ((old, new, both),) = connection.execute(
        f"SELECT EXISTS ({ours}), EXISTS ({theirs}), EXISTS ({ours} INTERSECT {theirs})"
    ).fetchall()
    return bool(old and new and not both)


def _table(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    there: Mapping[str, str],
    here: Mapping[str, str],
    own_ids: Sequence[str],
) -> TableDifference:
    shared = [column for column in there if column in here]
    key = KEYS.get(table, VALUE_KEY if table.startswith("metrics.") else ())
    key = key if set(key) <= set(shared) else ()
    old_rows, new_rows, added, removed = _rows(connection, table, shared, ())
    only_own_ids = False
    if own_ids and (added or removed):
        _, _, added, removed = _rows(connection, table, shared, own_ids)
        only_own_ids = not (added or removed)
    others = [name for name in shared if name not in key]
    changed, changed_in = _changed(connection, table, key, others) if key and added and removed else (0, ())
    return TableDifference(
        table,
        old_rows,
        new_rows,
        added=added - changed,
        removed=removed - changed,
        changed=changed,
        changed_in=changed_in,
        columns_added=tuple(name for name in here if name not in there),
        columns_gone=tuple(name for name in there if name not in here),
        columns_retyped=tuple(f"{name} {there[name]} → {here[name]}" for name in shared if there[name] != here[name]),
        only_own_ids=only_own_ids,
    )


def _rows(
    connection: duckdb.DuckDBPyConnection, table: str, shared: Sequence[str], own_ids: Sequence[str]
) -> tuple[int, int, int, int]:
    """Rows of the old and of the new one, and how many of each the other has not; rows that stand twice count twice."""
    row = "to_json(t)::VARCHAR"
    for what in own_ids:
        row = f"regexp_replace({row}, {quoted(PATTERNS[what])}, {quoted(what)}, 'g')"
    listed = ", ".join(f'"{name}"' for name in shared)
    sides = [
        f"SELECT md5_number({row}) AS row, count(*) AS n FROM (SELECT {listed} FROM {side}.{_quoted(table)}) AS t "
        "GROUP BY ALL"
        for side in ("old", "new")
    ]
    ((old_rows, new_rows, added, removed),) = connection.execute(
        "SELECT coalesce(sum(o.n), 0), coalesce(sum(n.n), 0), "
        "coalesce(sum(greatest(coalesce(n.n, 0) - coalesce(o.n, 0), 0)), 0), "
        "coalesce(sum(greatest(coalesce(o.n, 0) - coalesce(n.n, 0), 0)), 0) "
        f"FROM ({sides[0]}) AS o FULL JOIN ({sides[1]}) AS n ON o.row = n.row"
    ).fetchall()
    return int(old_rows), int(new_rows), int(added), int(removed)


def _changed(
    connection: duckdb.DuckDBPyConnection, table: str, key: Sequence[str], others: Sequence[str]
) -> tuple[int, tuple[str, ...]]:
    """How many rows with the same key hold something else, and in which columns."""
    differs = [f'to_json(o."{name}") IS DISTINCT FROM to_json(n."{name}")' for name in others]
    counts = ", ".join(f"count(*) FILTER ({each})" for each in differs)
    same = " AND ".join(f'o."{name}" IS NOT DISTINCT FROM n."{name}"' for name in key)
    ((changed, *by_column),) = connection.execute(
        f"SELECT count(*) FILTER ({' OR '.join(differs)}), {counts} "
        f"FROM old.{_quoted(table)} AS o INNER JOIN new.{_quoted(table)} AS n ON {same}"
    ).fetchall()
    return int(changed), tuple(name for name, number in zip(others, by_column, strict=True) if number)


def _changes(connection: duckdb.DuckDBPyConnection, table: str, most: int) -> list[tuple[float, Change]]:
    """The largest changes of one metric, each with its weight: the change over the metric's mean absolute value."""
    rows = connection.execute(CHANGES.format(table=_quoted(table), most=int(most))).fetchall()
    return [(float(weight), Change(table.partition(".")[2], *values)) for weight, *values in rows]


CHANGES = """
    WITH usual AS (
        SELECT avg(abs(value)) AS size
        FROM (SELECT value FROM old.{table} UNION ALL SELECT value FROM new.{table})
        WHERE isfinite(value)
    )
    SELECT
        coalesce(abs(coalesce(n.value, 0) - coalesce(o.value, 0)) / nullif(usual.size, 0), 0) AS weight,
        o.entity_id,
        o.period,
        o.series,
        o.value AS old,
        n.value AS new,
        (n.value - o.value) / nullif(abs(o.value), 0) AS relative,
        o.reason AS old_reason,
        n.reason AS new_reason,
        o.flag AS old_flag,
        n.flag AS new_flag
    FROM old.{table} AS o
    INNER JOIN new.{table} AS n ON n.entity_id = o.entity_id AND n.period = o.period AND n.series = o.series
    CROSS JOIN usual
    WHERE
        o.value IS DISTINCT FROM n.value OR o.reason IS DISTINCT FROM n.reason OR o.flag IS DISTINCT FROM n.flag
    ORDER BY weight DESC, o.entity_id, o.period, o.series
    LIMIT {most}
"""


def _quoted(table: str) -> str:
    return ".".join(f'"{part}"' for part in table.split("."))
