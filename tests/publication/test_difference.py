"""The difference of two published files: by hand, and the same whichever way a row was changed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest

from pipelines.errors import ConfigurationError
from pipelines.publication.difference import Difference, TableDifference, compare

Row = tuple[str, str, float | None, str | None, str | None]
FORKS: list[Row] = [
    ("a", "2026-06-01", 100.0, None, None),
    ("b", "2026-06-01", 4.0, None, "n<5"),
    ("c", "2026-06-01", None, "not observed", None),
    ("d", "2026-06-01", 9.0, None, None),
]
BATCHES = ("01M8ERQHZV75HVBVTX6P6PW6X9", "01M8ERQHQDBJVFNGC2FAJ3NRTV")


def published(
    path: Path,
    forks: Sequence[Row] = FORKS,
    *,
    batches: Sequence[str] = BATCHES,
    email: str = "0" * 32,
    more: str = "",
) -> Path:
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE SCHEMA metrics; CREATE SCHEMA ops; CREATE SCHEMA staging")
        connection.execute(
            "CREATE TABLE metrics.forks (entity_id VARCHAR, period DATE, series VARCHAR, value DOUBLE, reason VARCHAR, "
            "flag VARCHAR)"
        )
        for entity, period, value, reason, flag in forks:
            connection.execute(
                "INSERT INTO metrics.forks VALUES (?, ?, '', ?, ?, ?)", [entity, period, value, reason, flag]
            )
        connection.execute("CREATE TABLE ops.batch AS SELECT unnest(?::VARCHAR[]) AS batch", [list(batches)])
        connection.execute(
            "CREATE TABLE staging.identity AS SELECT * FROM (VALUES (?, 'account:1'), ('account:1', 'account:1')) "
            "AS t(source_key, person_id)",
            [f"email:{email}"],
        )
        connection.execute(
            "CREATE TABLE ops.publication AS SELECT ? AS publication_id, '1' AS code, now() AS published_at, "
            "TIMESTAMPTZ '2026-08-22 12:00:00+00' AS as_of",
            [path.stem],
        )
        if more:
            connection.execute(more)
    return path


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return published(tmp_path / "old.duckdb")


def of_table(difference: Difference, table: str) -> TableDifference:
    (found,) = [each for each in difference.tables if each.table == table]
    return found


def test_the_same_rows_in_another_order_are_equal(old: Path, tmp_path: Path) -> None:
    difference = compare(old, published(tmp_path / "new.duckdb", FORKS[::-1]), most=9)
    assert difference.is_equal
    assert difference.own_ids == ()
    assert compare(old, old, most=9).is_equal


def test_rows_added_removed_and_changed_are_told_apart_by_their_key(old: Path, tmp_path: Path) -> None:
    forks: list[Row] = [
        ("a", "2026-06-01", 150.0, None, None),
        ("b", "2026-06-01", 4.0, None, "n<5; incomplete"),
        ("c", "2026-06-01", 2.0, None, None),
        ("e", "2026-06-01", 1.0, None, None),
        ("f", "2026-06-01", 1.0, None, None),
    ]
    difference = compare(old, published(tmp_path / "new.duckdb", forks), most=9)
    found = of_table(difference, "metrics.forks")
    assert (found.old_rows, found.new_rows, found.added, found.removed, found.changed) == (4, 5, 2, 1, 3)
    assert found.changed_in == ("value", "reason", "flag")
    assert [(each.entity_id, each.old, each.new, each.relative) for each in difference.changes] == [
        ("a", 100.0, 150.0, 0.5),
        ("c", None, 2.0, None),
        ("b", 4.0, 4.0, 0.0),
    ]
    unknown = difference.changes[1]
    assert (unknown.old_reason, unknown.new_reason) == ("not observed", None)
    assert (difference.changes[2].old_flag, difference.changes[2].new_flag) == ("n<5", "n<5; incomplete")
    assert [each.entity_id for each in compare(old, tmp_path / "new.duckdb", most=1).changes] == ["a"]
    back = of_table(compare(tmp_path / "new.duckdb", old, most=9), "metrics.forks")
    assert (back.added, back.removed, back.changed) == (1, 2, 3)


def test_rows_without_a_key_count_as_often_as_they_stand(tmp_path: Path) -> None:
    make = "CREATE TABLE staging.star AS SELECT unnest([{}]) AS n"
    old = published(tmp_path / "old.duckdb", more=make.format("1, 1, 2, 3"))
    new = published(tmp_path / "new.duckdb", more=make.format("1, 2, 2, 4"))
    found = of_table(compare(old, new, most=9), "staging.star")
    assert (found.added, found.removed, found.changed) == (2, 2, 0)


def test_tables_and_columns_added_and_gone(tmp_path: Path) -> None:
    old = published(
        tmp_path / "old.duckdb",
        more="CREATE TABLE staging.gone (i INT); CREATE TABLE staging.both (a INT, b INT, c INT)",
    )
    new = published(
        tmp_path / "new.duckdb",
        more="CREATE VIEW staging.new AS SELECT 1 AS i; CREATE TABLE staging.both (a BIGINT, d INT, b INT)",
    )
    difference = compare(old, new, most=9)
    assert (difference.tables_added, difference.tables_gone) == (("staging.new",), ("staging.gone",))
    found = of_table(difference, "staging.both")
    assert (found.columns_added, found.columns_gone) == (("d",), ("c",))
    assert found.columns_retyped == ("a INTEGER → BIGINT",)
    assert not difference.is_equal


def test_what_differs_in_nothing_but_own_ids_is_equal_and_told(old: Path, tmp_path: Path) -> None:
    others = ("01M8ERQHZV75HVBVTX6P6PW6X8", "01M8ERQHQDBJVFNGC2FAJ3NRTW")
    difference = compare(old, published(tmp_path / "new.duckdb", batches=others, email="1" * 32), most=9)
    assert difference.is_equal
    assert difference.own_ids == ("e-mail hashes", "ids of batches")
    assert [each.table for each in difference.tables if each.only_own_ids] == ["ops.batch", "staging.identity"]


def test_with_the_same_key_another_hash_is_a_difference(tmp_path: Path) -> None:
    row = "INSERT INTO staging.identity VALUES ('email:{}', 'account:{}')"
    old = published(tmp_path / "old.duckdb", more=row.format("2" * 32, 2))
    new = published(tmp_path / "new.duckdb", more=row.format("3" * 32, 2))
    difference = compare(old, new, most=9)
    assert difference.own_ids == ()
    assert [each.table for each in difference.differing] == ["staging.identity"]


def test_a_real_difference_among_own_ids_is_found(old: Path, tmp_path: Path) -> None:
    more = "UPDATE staging.identity SET person_id = 'account:2' WHERE source_key LIKE 'email:%'"
    difference = compare(old, published(tmp_path / "new.duckdb", email="1" * 32, more=more), most=9)
    assert "e-mail hashes" in difference.own_ids
    assert [each.table for each in difference.differing] == ["staging.identity"]


@pytest.mark.parametrize("content", [b"damaged" * 999, b""])
def test_what_is_no_published_file_is_named(old: Path, tmp_path: Path, content: bytes) -> None:
    other = tmp_path / "other.duckdb"
    other.write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"other\.duckdb is not a published file"):
        compare(old, other, most=9)
