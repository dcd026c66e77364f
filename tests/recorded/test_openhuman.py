"""The recorded forks and stars of one agent: as they lie beside the checkout, by way of `ecotone replay`."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path

import duckdb
import pytest
from small_world import call

pytestmark = pytest.mark.slow
ENTITY = "repository:tinyhumansai/openhuman"


@pytest.fixture(scope="module")
def published(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("openhuman")
    (folder / "recordings" / "github").mkdir(parents=True)
    (folder / "recordings" / "github" / "openhuman").symlink_to(shared_data / "github" / "openhuman")
    said = call("replay", str(folder / "recordings"), "--home", str(folder / "home"))
    assert said.code == 0, said.err
    assert "stargazers.jsonl.gz:10803: the line tells of something that one before it told of otherwise" in said.err
    return folder / "home" / "ecotone.duckdb"


def test_forks_and_stars_are_those_of_the_files(published: Path, shared_data: Path) -> None:
    with gzip.open(shared_data / "github" / "openhuman" / "forks.jsonl.gz", "rt") as file:
        forks = {row["databaseId"]: row["createdAt"][:7] for row in map(json.loads, file)}
    with gzip.open(shared_data / "github" / "openhuman" / "stargazers.jsonl.gz", "rt") as file:
        stars = {row["login"]: row["starredAt"][:7] for row in map(json.loads, file)}
    with duckdb.connect(str(published), read_only=True) as connection:
        months = "SELECT strftime({} AT TIME ZONE 'UTC', '%Y-%m'), count(*) FROM staging.{} GROUP BY ALL"
        assert dict(connection.execute(months.format("created_at", "fork")).fetchall()) == Counter(forks.values())
        assert dict(connection.execute(months.format("starred_at", "star")).fetchall()) == Counter(stars.values())


def test_what_was_not_recorded_is_unknown(published: Path) -> None:
    with duckdb.connect(str(published), read_only=True) as connection:
        known = "SELECT stream, observed_until::DATE::VARCHAR FROM ops.coverage WHERE observed_until IS NOT NULL"
        assert sorted(connection.execute(known).fetchall()) == [("forks", "2026-05-20"), ("stargazers", "2026-05-20")]
        value = "SELECT period::VARCHAR, complete FROM metrics.{} WHERE entity_id = ? AND series = 'new:dated'"
        for metric in ("forks", "stars"):
            months = connection.execute(f"{value.format(metric)} ORDER BY ALL", [ENTITY]).fetchall()
            assert months == [("2026-03-01", True), ("2026-04-01", True), ("2026-05-01", False)]
        others = "SELECT metric, count(value) FROM metrics.value WHERE entity_id = ? AND metric NOT IN {} GROUP BY ALL"
        told = "('forks', 'stars', 'fork_growth')"
        assert not [row for row in connection.execute(others.format(told), [ENTITY]).fetchall() if row[1]]
