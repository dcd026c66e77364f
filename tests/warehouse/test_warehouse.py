"""The warehouse: incremental equals rebuilt, readers meet no lock, a failed build publishes nothing."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest
import soak
from git_house import CATALOGUE, DAY, NOW, House, contents, start
from hypothesis import given
from hypothesis import strategies as st

from pipelines.catalogue import Catalogue
from pipelines.errors import WarehouseError
from pipelines.publication.publishing import publish
from pipelines.publication.record import published_id


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a house published at the start; to be read only."""
    house = House(tmp_path_factory.mktemp("published"))
    start(house)
    return house.build()


def test_commits_of_the_published_file_are_those_of_git(published: Path) -> None:
    with duckdb.connect(str(published), read_only=True) as connection:
        rows = connection.execute("SELECT repository_id, count(*) FROM staging.commit GROUP BY 1 ORDER BY 1").fetchall()
    assert rows == [("github:o/a", 12), ("github:o/b", 1)]


def test_never_observed_is_not_zero(published: Path) -> None:
    with duckdb.connect(str(published), read_only=True) as connection:
        rows = dict(
            connection.execute(
                "SELECT subject_id, status || ' ' || coalesce(reason, '') FROM ops.coverage WHERE stream = 'commits'"
            ).fetchall()
        )
        empty = connection.execute("SELECT count(*) FROM metrics.contributors WHERE entity_id = 'project:c'").fetchone()
    assert rows == {"github:o/a": "ok ", "github:o/b": "ok ", "github:o/c": "ok the repository is empty"}
    assert empty == (0,)


STEP = st.tuples(
    st.sampled_from("abc"),
    st.integers(0, 4),
    st.integers(0, 500),
    st.sampled_from(["commit", "rewrite", "fetch", "build"]),
)


@pytest.mark.slow
@soak.examples(usual=6, full=60)
@given(steps=st.lists(STEP, min_size=4, max_size=9))
def test_incremental_equals_rebuilt(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, int, str]]
) -> None:
    house = House(tmp_path_factory.mktemp("house"))
    base = int(NOW.timestamp()) - 600 * DAY
    for repository, author, day, action in steps:
        house.now += timedelta(hours=7)
        maker = house.makers[repository]
        if action in {"commit", "rewrite"}:
            parents = [] if action == "rewrite" else None
            maker.commit(email=f"{author}@example.org", at=base + day * DAY, message=f"{author} {day}", parents=parents)
        else:
            house.fetch()
        if action == "build":
            house.warehouse().build_all()
    house.fetch()
    incremental = contents(house.build())
    house.settings.published.unlink()
    rebuilt = contents(house.build(name="rebuilt.duckdb"))
    assert incremental == rebuilt
    shown = {(row[0], row[1]) for row in incremental["staging.commit"]}
    for name, maker in house.makers.items():
        shas = maker.git("rev-list", "--all").split()
        assert {sha for repository, sha in shown if repository == f"github:o/{name}"} == set(shas)


def test_second_build_changes_nothing_and_publishes_nothing(house: House) -> None:
    start(house)
    path = house.build()
    before = (path.stat().st_ino, contents(path))
    warehouse = house.warehouse()
    assert not any(built.changed for built in warehouse.build_all())
    assert not publish(warehouse)
    house.fetch()
    assert not publish(house.warehouse())
    assert (path.stat().st_ino, contents(path)) == before


@pytest.mark.slow
def test_as_of_shows_what_was_known_then(house: House) -> None:
    start(house)
    then = contents(house.build())
    house.now += timedelta(days=3)
    house.makers["c"].commit()
    house.fetch()
    assert contents(house.build())["staging.commit"] != then["staging.commit"]
    past = house.warehouse("past.duckdb", until=NOW + timedelta(hours=1))
    past.build_all()
    target = house.settings.home / "as-of.duckdb"
    publish(past, target)
    found = contents(target)
    assert {name: rows for name, rows in found.items() if name != "ops.publication"} == {
        name: rows for name, rows in then.items() if name != "ops.publication"
    }


@pytest.mark.slow
def test_reader_keeps_its_file_and_a_new_one_sees_the_new(house: House) -> None:
    start(house)
    path = house.build()
    count = "SELECT count(*) FROM staging.commit"
    with duckdb.connect(str(path), read_only=True) as reader:
        assert reader.execute(count).fetchone() == (13,)
        house.now += timedelta(days=1)
        house.makers["c"].commit()
        house.fetch()
        house.build()
        assert reader.execute(count).fetchone() == (13,)
    with duckdb.connect(str(path), read_only=True) as reader:
        assert reader.execute(count).fetchone() == (14,)
    assert path.stat().st_mode & 0o222 == 0


def test_failed_build_publishes_nothing(house: House) -> None:
    start(house)
    before = contents(house.build())
    house.now += timedelta(days=1)
    house.makers["c"].commit()
    house.fetch()
    warehouse = house.warehouse()
    broken = dataclasses.replace(
        warehouse.entities["staging.person"], sql="CREATE OR REPLACE TABLE staging.person AS SELECT * FROM nowhere"
    )
    warehouse.entities = {**warehouse.entities, "staging.person": broken}
    with pytest.raises(WarehouseError, match=r"staging\.person could not be built"):
        warehouse.build_all()
    assert contents(house.settings.published) == before
    house.build()
    assert published_id(house.settings.published) == house.warehouse().publication_id


@pytest.mark.slow
def test_damaged_working_file_is_built_anew(house: House) -> None:
    start(house)
    before = contents(house.build())
    path = house.warehouse().path
    path.write_bytes(b"not a database" * 1000)
    house.settings.published.unlink()
    assert contents(house.build()) == before


def test_strange_dates_are_kept_counted_and_in_no_metric(house: House) -> None:
    start(house)
    house.makers["b"].commit(at=0)
    house.makers["b"].commit(at=4_102_444_800)
    house.fetch()
    with duckdb.connect(str(house.build()), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM staging.commit WHERE strange_date").fetchone() == (2,)
        assert connection.execute("SELECT count(*) FROM staging.contribution").fetchone() == (13,)
        assert connection.execute("SELECT sum(quarantined) FROM ops.coverage").fetchone() == (2,)
        span = connection.execute("SELECT min(period), max(period) FROM metrics.value").fetchone()
    assert span is not None
    assert span[0].year >= 2025
    assert span[1].year <= 2026


@pytest.mark.slow
def test_repository_that_was_renamed_stays_one(house: House) -> None:
    start(house)
    house.build()
    house.now += timedelta(days=1)
    (house.folder / "o+a.git").rename(house.folder / "n+a2.git")
    house.catalogue = Catalogue.parse(
        CATALOGUE.replace('"o/a"', '{ name = "n/a2", id = "o/a", former = [{ name = "o/a" }] }')
    )
    house.makers["a"].path = house.folder / "n+a2.git"
    house.makers["a"].commit(email="new@example.org", at=int(NOW.timestamp()))
    house.fetch()
    with duckdb.connect(str(house.build()), read_only=True) as connection:
        rows = connection.execute(
            "SELECT repository_id, count(*), count(DISTINCT sha) FROM staging.commit GROUP BY 1 ORDER BY 1"
        ).fetchall()
        entities = connection.execute(
            "SELECT count(*) FROM catalogue.entity WHERE entity_id = 'repository:o/a'"
        ).fetchone()
    assert rows == [("github:n/a2", 13, 13), ("github:o/b", 1, 1)]
    assert entities == (1,)


def test_everything_published_says_what_it_means(published: Path) -> None:
    with duckdb.connect(str(published), read_only=True) as connection:
        silent = connection.execute(
            "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE comment IS NULL UNION ALL "
            "SELECT schema_name || '.' || view_name FROM duckdb_views() WHERE comment IS NULL AND NOT internal "
            "UNION ALL "
            "SELECT schema_name || '.' || table_name || '.' || column_name FROM duckdb_columns() "
            "WHERE comment IS NULL AND NOT internal"
        ).fetchall()
        schemas = {
            name for (name,) in connection.execute("SELECT DISTINCT schema_name FROM duckdb_tables()").fetchall()
        }
    assert silent == []
    assert "build" not in schemas


def test_no_address_or_name_reaches_the_file(house: House) -> None:
    house.makers["a"].commit(email="secret.person@jane-doe.me", name="Jane Q Doe", at=int(NOW.timestamp()) - DAY)
    house.fetch()
    house.build()
    for path in (house.folder / "home").rglob("*"):
        if path.is_file() and "git" not in path.relative_to(house.folder / "home").parts:
            content = path.read_bytes().lower()
            assert b"secret.person" not in content, path
            assert b"jane" not in content, path
