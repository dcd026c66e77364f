"""Fingerprints of tables: what tells whether two files hold the same rows, whatever their order and the file's bytes.

A row is its JSON as DuckDB writes it (UTC, columns in the table's order), hashed by MD5; a table's fingerprint is the
number of its rows and the sums of the halves of their hashes (8 bytes each, little-endian) as integers: no order, no
rounding, rows that stand twice count twice. Whoever has the rows can compute it again with any tool.
"""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

ABOUT_THE_BUILD = frozenset({"ops.publication", "ops.check_result"})  # how the file was made, not what is in it
TABLES = (
    "SELECT schema_name, table_name FROM duckdb_tables() "
    "WHERE NOT internal AND database_name = current_database() ORDER BY ALL"
)
SUMS = """
    SELECT count(*), coalesce(sum(md5_number_upper(row)::HUGEINT), 0), coalesce(sum(md5_number_lower(row)::HUGEINT), 0)
    FROM (SELECT to_json(t)::VARCHAR AS row FROM {table} AS t)
"""

Fingerprint = tuple[int, str]
"""Rows, and the two sums in hexadecimal."""


def fingerprints(connection: duckdb.DuckDBPyConnection) -> dict[str, Fingerprint]:
    """`schema.name` of every table of the current database → its fingerprint, without those about the build."""
    connection.execute("SET TimeZone = 'UTC'")
    names = [f"{schema}.{name}" for schema, name in connection.execute(TABLES).fetchall()]
    return {name: _fingerprint(connection, name) for name in names if name not in ABOUT_THE_BUILD}


def _fingerprint(connection: duckdb.DuckDBPyConnection, name: str) -> Fingerprint:
    table = ".".join(f'"{part}"' for part in name.split("."))
    ((rows, upper, lower),) = connection.execute(SUMS.format(table=table)).fetchall()
    return int(rows), f"{int(upper):x}-{int(lower):x}"


def differing(one: Mapping[str, Fingerprint], other: Mapping[str, Fingerprint]) -> list[str]:
    """The tables whose rows are not the same in both, in alphabetical order."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))
