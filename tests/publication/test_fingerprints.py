"""Fingerprints: rows, whatever their order and the file's bytes; computed again by hand they are the same."""

from __future__ import annotations

import hashlib

import duckdb

from pipelines.publication import fingerprints as module


def test_fingerprints_tell_rows_apart_and_not_their_order() -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE SCHEMA ops; CREATE TABLE ops.publication (i INTEGER)")
        connection.execute("CREATE TABLE a AS SELECT * FROM (VALUES (1, 'x'), (2, 'y'), (2, 'y')) AS t(i, s)")
        connection.execute("CREATE TABLE b AS SELECT * FROM (VALUES (2, 'y'), (1, 'x'), (2, 'y')) AS t(i, s)")
        connection.execute("CREATE TABLE c AS SELECT * FROM (VALUES (1, 'x'), (1, 'x'), (2, 'y')) AS t(i, s)")
        found = module.fingerprints(connection)
    assert set(found) == {"main.a", "main.b", "main.c"}
    assert found["main.a"] == found["main.b"] != found["main.c"]
    assert module.differing(found, {**found, "main.c": found["main.a"]}) == ["main.c"]


def test_a_fingerprint_can_be_computed_without_duckdb() -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE a AS SELECT 1 AS i, 'x' AS s UNION ALL SELECT 2, NULL")
        found = module.fingerprints(connection)["main.a"]
    hashes = [hashlib.md5(row, usedforsecurity=False).digest() for row in (b'{"i":1,"s":"x"}', b'{"i":2,"s":null}')]
    first, second = (
        sum(int.from_bytes(digest[part], "little") for digest in hashes) for part in (slice(8), slice(8, 16))
    )
    assert found == (2, f"{first:x}-{second:x}")
