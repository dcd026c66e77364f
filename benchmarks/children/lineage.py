"""Makes a million models' families in DuckDB, then times the SQL that finds their roots. Prints one line of JSON."""

from __future__ import annotations

import json
import sys
import tempfile
import time

import duckdb
from _peak import peak_bytes  # type: ignore[import-not-found]  # this folder is the script's own

from pipelines.staging import macros

MEMORY = "1GB"
LEVELS = 13  # a root and up to 12 below it
FAMILIES = f"""
CREATE TABLE model AS
SELECT i, (hash(i) % {LEVELS})::INTEGER AS level, row_number() OVER (PARTITION BY level ORDER BY i) - 1 AS place,
    'hf:' || lpad(to_hex(hash(i * 5)), 16, '0') || '00c0ffee' AS model_id,
    TIMESTAMPTZ '2023-01-01' + to_hours(level * 1000 + (hash(i * 3) % 900)::INTEGER) AS created_at
FROM range(?) AS t(i);
CREATE TABLE size AS SELECT level, count(*) AS models FROM model GROUP BY level;
CREATE TABLE named AS
SELECT child.i AS child, parent.i AS parent
FROM model AS child
JOIN size ON size.level = child.level - 1
CROSS JOIN (VALUES (7, 100), (11, 2)) AS draw(seed, percent)
JOIN model AS parent ON parent.level = child.level - 1 AND parent.place = hash(child.i * draw.seed) % size.models
WHERE hash(child.i * 31) % 100 < draw.percent;
-- one in a hundred names a model that derives from it: cycles of two and of three
INSERT INTO named
SELECT lower.parent, min(CASE WHEN hash(lower.parent) % 2 = 0 THEN lower.child ELSE upper.child END)
FROM named AS lower JOIN named AS upper ON upper.parent = lower.child
WHERE hash(lower.parent * 17) % 100 < 2 GROUP BY lower.parent;
CREATE TABLE links AS
SELECT DISTINCT child.model_id, parent.model_id AS parent_id, 'finetune' AS relation
FROM named JOIN model AS child ON child.i = named.child JOIN model AS parent ON parent.i = named.parent
WHERE child.i <> parent.i;
CREATE VIEW ages AS SELECT model_id, created_at FROM model;
"""


def main() -> None:
    """Measure and print."""
    models = int(sys.argv[1])
    with tempfile.TemporaryDirectory(prefix="ecotone-bench-") as folder, duckdb.connect() as connection:
        connection.execute(f"SET memory_limit = '{MEMORY}'")
        connection.execute(f"SET temp_directory = '{folder}'")
        for statement in connection.extract_statements(FAMILIES):
            connection.execute(statement, [models] if "?" in statement.query else [])
        for macro in macros():
            connection.execute(macro)
        start = time.perf_counter()
        connection.execute("CREATE TABLE found AS SELECT * FROM lineage('links', 'ages')")
        took = time.perf_counter() - start
        (rows, told) = connection.execute("SELECT count(*), count(DISTINCT model_id) FROM found").fetchall()[0]
        (wanted,) = connection.execute("SELECT count(DISTINCT model_id) FROM links").fetchall()[0]
    if told != wanted:
        raise RuntimeError(f"{wanted - told} models have no root")
    print(json.dumps({"seconds": took, "rows": rows, "peak_bytes": peak_bytes()}))


if __name__ == "__main__":
    main()
