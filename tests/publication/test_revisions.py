"""Revisions: which published values a publication changed, and what differs between the two."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.publication import revisions

OLD = [
    ("forks", "a", "2026-06-01", "", 5.0, None, True),
    ("forks", "a", "2026-07-01", "", 6.0, None, False),
    ("forks", "b", "2026-06-01", "", None, "not observed", True),
    ("forks", "c", "2026-06-01", "", 1.0, None, True),
    ("forks", "d", "2026-06-01", "", 9.0, None, True),
]
NEW = [
    ("forks", "a", "2026-06-01", "", 7.0, None, True),
    ("forks", "a", "2026-07-01", "", 8.0, None, True),
    ("forks", "a", "2026-08-01", "", 9.0, None, False),
    ("forks", "b", "2026-06-01", "", 2.0, None, True),
    ("forks", "c", "2026-06-01", "", None, "no data", True),
]


def publication(path: Path, rows: list[tuple[Any, ...]], *, code: str, catalogue: str, batches: list[str]) -> Path:
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE SCHEMA metrics; CREATE SCHEMA ops")
        connection.execute(
            "CREATE TABLE metrics.value (metric VARCHAR, entity_id VARCHAR, period DATE, series VARCHAR, value DOUBLE, "
            "reason VARCHAR, complete BOOLEAN)"
        )
        if rows:
            connection.executemany("INSERT INTO metrics.value VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        connection.execute("CREATE TABLE ops.batch AS SELECT unnest(?::VARCHAR[]) AS batch", [batches])
        connection.execute(
            "CREATE TABLE ops.publication AS SELECT ? AS publication_id, ? AS code, ? AS catalogue_sha256",
            [path.stem, code, catalogue],
        )
    return path


def changed(path: Path) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        return connection.execute(
            "SELECT entity_id, month(period), old_value, new_value, old_reason, new_reason, why, old_publication "
            f"FROM '{path}' ORDER BY ALL"
        ).fetchall()


def test_changed_values_come_with_both_values_and_why(tmp_path: Path) -> None:
    old = publication(tmp_path / "old.duckdb", OLD, code="1", catalogue="1", batches=["x"])
    new = publication(tmp_path / "new.duckdb", NEW, code="1", catalogue="1", batches=["x", "y"])
    assert revisions.write(old, new, tmp_path / "changes.parquet") == 5
    assert changed(tmp_path / "changes.parquet") == [
        ("a", 6, 5.0, 7.0, None, None, "late data", "old"),
        ("a", 7, 6.0, 8.0, None, None, "period not over", "old"),
        ("b", 6, None, 2.0, "not observed", None, "late data", "old"),
        ("c", 6, 1.0, None, None, "no data", "late data", "old"),
        ("d", 6, 9.0, None, None, "no longer there", "late data", "old"),
    ]


@pytest.mark.parametrize(
    ("code", "catalogue", "batches", "why"),
    [
        ("2", "1", ["x"], "new code"),
        ("1", "2", ["x"], "new catalogue"),
        ("2", "2", ["x", "y"], "late data, new code, new catalogue"),
    ],
)
def test_all_causes_that_apply_are_named(
    tmp_path: Path, code: str, catalogue: str, batches: list[str], why: str
) -> None:
    old = publication(tmp_path / "old.duckdb", OLD[:1], code="1", catalogue="1", batches=["x"])
    new = publication(tmp_path / "new.duckdb", NEW[:1], code=code, catalogue=catalogue, batches=batches)
    revisions.write(old, new, tmp_path / "changes.parquet")
    assert [row[6] for row in changed(tmp_path / "changes.parquet")] == [why]


@pytest.mark.parametrize("former", ["absent", "damaged", "other"])
def test_without_a_former_publication_nothing_has_changed(tmp_path: Path, former: str) -> None:
    old = tmp_path / "old.duckdb"
    if former == "damaged":
        old.write_bytes(b"damaged" * 999)
    elif former == "other":
        with duckdb.connect(str(old)) as connection:
            connection.execute("CREATE TABLE a (i INTEGER)")
    new = publication(tmp_path / "new.duckdb", NEW, code="1", catalogue="1", batches=["x"])
    assert revisions.write(old, new, tmp_path / "changes.parquet") == 0
    assert changed(tmp_path / "changes.parquet") == []
