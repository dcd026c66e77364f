"""`ecotone replay` over recorded listings of GitHub: equal to fetching, and unknown where nothing is recorded."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from small_world import CATALOGUE, call

from pipelines.cli.worlds.days import play
from pipelines.cli.worlds.origin import variables
from pipelines.progress import silent
from pipelines.sandbox.recorded.export import export_github
from pipelines.sandbox.world import write

NOW = datetime(2026, 8, 22, 12, tzinfo=UTC)
TABLES = ("issue", "issue_response", "pull_request", "review", "fork", "star", "release", "discussion")
OF_GITHUB = "WHERE discussion_id LIKE 'github:%'"
AT = "2026-07-{:02}T00:00:00Z"


def rows(home: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(home / "ecotone.duckdb"), read_only=True) as published:
        return published.execute(query).fetchall()


@pytest.mark.slow
def test_what_was_exported_of_a_github_gives_the_tables_that_fetching_from_it_gives(tmp_path: Path) -> None:
    world = write(tmp_path / "world", seed=3, scale=0.05, now=NOW)
    direct, again, exported = tmp_path / "direct", tmp_path / "again", tmp_path / "exported"
    with variables({"ECOTONE_HOME": str(direct)}):
        (day, *_) = reversed(play(world, after=None, reporter=silent, ended=lambda _day: None))
    assert day.exit_code == 0
    export_github(world.github_for(world.days[-1]), exported)
    said = call("replay", str(exported), "--home", str(again), ECOTONE_CATALOGUE=str(world.folder / "ecosystems.toml"))
    assert said.code == 0, said.err
    assert "Not whole" not in said.err
    for table in TABLES:
        query = f"FROM staging.{table} {OF_GITHUB if table == 'discussion' else ''} ORDER BY ALL"
        found = rows(direct, query)
        assert len(found) > 5, table
        assert rows(again, query) == found, table
    known = "SELECT subject_id, stream, status, expected_total, held_total, observed_until IS NULL FROM ops.coverage"
    streams = "('issues', 'pull_requests', 'forks', 'stargazers', 'releases', 'discussions', 'repositories')"
    query = f"{known} WHERE source = 'github' AND stream IN {streams} AND status = 'ok' ORDER BY ALL"
    assert rows(again, query) == rows(direct, query)


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    """Of one repository some forks and issues, of which one line is spoilt; of an uncatalogued one, stars."""
    folder = tmp_path / "recordings"
    for name in ("sound+code", "else+where"):
        (folder / "github" / name).mkdir(parents=True)
    forks = [{"id": n, "owner": f"u{n}", "created_at": AT.format(n)} for n in range(1, 11)]
    with gzip.open(folder / "github" / "sound+code" / "forks.jsonl.gz", "wt") as file:
        file.writelines(json.dumps(fork) + "\n" for fork in forks)
    issues = [
        json.dumps({"number": n, "author": "ann", "created_at": AT.format(n), "comments": []}) for n in range(1, 11)
    ]
    issues[4] = issues[4][:20]
    (folder / "github" / "sound+code" / "issues.jsonl").write_text("\n".join(issues))
    (folder / "github" / "else+where" / "stargazers.jsonl").write_text(
        json.dumps({"login": "ann", "starred_at": AT.format(1)})
    )
    (folder / "ecosystems.toml").write_text(CATALOGUE)
    return folder


def test_a_check_tells_what_is_wrong_and_writes_nothing(recordings: Path, tmp_path: Path) -> None:
    catalogue = str(recordings / "ecosystems.toml")
    said = call("replay", str(recordings), "--check", "--home", str(tmp_path / "home"), ECOTONE_CATALOGUE=catalogue)
    assert said.code == 1
    assert "Not whole: github/sound+code/issues.jsonl:5: the line is not JSON. Write one JSON object a line" in said.err
    assert "recorded, and not in the catalogue, so not used: github/else+where (else/where)." in said.err
    assert "1 thing by which something is not known: see above." in said.out
    assert [line.split() for line in said.out.splitlines() if line.startswith("github/")] == [
        ["github/else+where", "stargazers", "1"],
        ["github/sound+code", "issues", "9"],
        ["github/sound+code", "forks", "10"],
    ]
    assert not (tmp_path / "home").exists()
    (recordings / "github" / "sound+code" / "issues.jsonl").unlink()
    said = call("replay", str(recordings), "--check", ECOTONE_CATALOGUE=catalogue)
    assert (said.code, said.out.splitlines()[-1]) == (0, "All files can be read, and none of them lacks anything.")


@pytest.mark.slow
def test_what_is_not_recorded_is_unknown_and_never_zero_or_gone(recordings: Path, tmp_path: Path) -> None:
    home, catalogue = tmp_path / "home", str(recordings / "ecosystems.toml")
    said = call("replay", str(recordings), "--home", str(home), ECOTONE_CATALOGUE=catalogue)
    assert said.code == 3, said.err
    assert "Not whole: github/sound+code/issues.jsonl:5: the line is not JSON." in said.err
    assert "Failed: issues of github:sound/code: github/sound+code/issues.jsonl:5: the line is not JSON" in said.err
    coverage = "SELECT stream, subject_id, status, observed_until::VARCHAR IS NULL, row_count FROM ops.coverage"
    assert rows(home, f"{coverage} WHERE source = 'github' AND status <> 'never' AND stream <> 'counters'") == [
        ("forks", "github:sound/code", "ok", False, 10),
        ("issues", "github:sound/code", "incomplete", True, 9),
    ]
    reason = "SELECT DISTINCT reason FROM ops.coverage WHERE source = 'github' AND status = 'never'"
    assert rows(home, reason) == [("not fetched yet",)]
    known = "SELECT observed_until AT TIME ZONE 'UTC' FROM ops.coverage WHERE observed_until IS NOT NULL"
    assert rows(home, known) == [(datetime(2026, 7, 10),)]  # noqa: DTZ001 - DuckDB's own
    value = "SELECT period::VARCHAR, value, complete FROM metrics.{} WHERE entity_id = 'repository:sound/code'"
    assert rows(home, value.format("forks") + " AND series = 'origin:dated'") == [("2026-07-01", 10.0, False)]
    for metric in ("issue_closure_ratio", "open_issue_age", "stars", "active_forks"):
        assert not [row for row in rows(home, value.format(metric)) if row[1] is not None], metric


@pytest.mark.slow
def test_what_was_mended_is_known_and_what_was_played_brings_nothing_new(recordings: Path, tmp_path: Path) -> None:
    home, catalogue = tmp_path / "home", str(recordings / "ecosystems.toml")
    issues = (recordings / "github" / "sound+code" / "issues.jsonl").read_text().splitlines()
    issues[4] = issues[3].replace('"number": 4', '"number": 5').replace("-04T", "-05T")
    (recordings / "github" / "sound+code" / "issues.jsonl").write_text("\n".join(issues))
    said = call("replay", str(recordings), "--home", str(home), ECOTONE_CATALOGUE=catalogue)
    assert said.code == 0, said.err
    assert rows(home, "SELECT row_count FROM ops.coverage WHERE stream = 'issues' AND status = 'ok'") == [(10,)]
    said = call("replay", str(recordings), "--home", str(home), ECOTONE_CATALOGUE=catalogue)
    assert said.code == 0, said.err
    assert "Nothing new: " in said.out
    ran = call("run", "--home", str(home), ECOTONE_CATALOGUE=catalogue, HF_ENDPOINT="", ECOTONE_PACKAGES_URL="")
    assert ran.code == 0, ran.err
    assert "Nothing new: " in ran.out
