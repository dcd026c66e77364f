"""Public rankings become one series a repository: across renames, lists, late files and malformed rows."""

from __future__ import annotations

import gzip
import os
import subprocess
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pytest

from pipelines.catalogue import Catalogue, Project
from pipelines.errors import CatalogueError, Skipped, TerminalError
from pipelines.settings import Settings
from pipelines.sources import Batch, Request
from pipelines.sources.rankings import rows as ranking_rows
from pipelines.sources.rankings.repository_counters import SOURCE

TABLE = "d,fn,item,stars,forks,issues,last_commit"
DAILY = "rank,item,repo_name,stars,forks,language,repo_url,username,issues,last_commit,description"
RENAMED = '{ name = "new-home/tool", former = [{ name = "old-home/tool", until = 2025-02-16 }] }'
NOW = datetime(2025, 3, 1, 12, tzinfo=UTC)


CATALOGUE = """
ecosystem = [{{ id = "tools", label = "Tools" }}]
project = [{{ label = "Tool", ecosystem = "tools", region = "unknown", layer = "framework", repositories = [{}] }}]
"""


def project_of(*repositories: str) -> Project:
    return Catalogue.parse(CATALOGUE.format(", ".join(repositories))).projects[0]


class World:
    """A place for rankings and an installation that reads them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.place = folder / "rankings"
        self.place.mkdir()

    def table(self, *rows: str, name: str = "all.csv") -> Path:
        path = self.place / name
        text = "\n".join([TABLE, *rows, ""]).encode()
        path.write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
        return path

    def daily(self, day: str, *rows: tuple[str, str, int, int, int]) -> None:
        lines = [
            f'1,{item},,{stars},{forks},,https://github.com/{name},,{issues},,"two\nlines, and a comma"'
            for name, item, stars, forks, issues in rows
        ]
        (self.place / f"github-ranking-{day}.csv").write_text("\n".join([DAILY, *lines, ""]), encoding="utf-8")

    def fetch(
        self,
        project: Project,
        *,
        state: Any = None,
        now: datetime = NOW,
        place: str | Path | None = None,
        git_url: str = "",
    ) -> list[Batch]:
        settings = Settings(
            home=self.folder / "home",
            catalogue=self.folder / "ecosystems.toml",
            rankings=str(place or self.place),
            git_url=git_url or "https://github.example/{full_name}",
        )
        subject = SOURCE.subjects(project)[0]
        return list(SOURCE.fetch(Request(subject, project, settings, now, state=state)))


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def rows_of(batches: Iterable[Batch]) -> list[tuple[Any, ...]]:
    return [tuple(row.values())[1:] for batch in batches for row in batch.table.to_pylist()]


def test_both_names_of_a_renamed_repository_are_one_series_each_in_its_period(world: World) -> None:
    world.table(
        "2025-02-15,old-home/tool,C,100,10,1,2025-02-15T00:00:00Z",
        "2025-02-15,new-home/tool,C,7,7,7,2025-02-15T00:00:00Z",  # somebody else's then
        "2025-02-16,New-Home/Tool,C,101,11,2,2025-02-15T00:00:00Z",
        "2025-02-16,old-home/tool,C,3,3,3,2025-02-15T00:00:00Z",  # somebody else's now
        "2025-02-16,other/tool,C,9,9,9,2025-02-15T00:00:00Z",
    )
    batches = world.fetch(project_of(RENAMED))
    assert rows_of(batches) == [
        ("old-home/tool", date(2025, 2, 15), "C", 100, 10, 1),
        ("New-Home/Tool", date(2025, 2, 16), "C", 101, 11, 2),
    ]
    assert {row["repository"] for row in batches[0].table.to_pylist()} == {"github:new-home/tool"}
    assert batches[0].table.schema == SOURCE.schema
    assert batches[-1].complete


def test_two_lists_of_one_day_are_both_kept_as_served(world: World) -> None:
    world.daily("2025-02-20", ("a/b", "top-100-stars", 500, 5, 1), ("a/b", "Python", 501, 5, 1))
    assert rows_of(world.fetch(project_of('"a/b"'))) == [
        ("a/b", date(2025, 2, 20), "Python", 501, 5, 1),
        ("a/b", date(2025, 2, 20), "top-100-stars", 500, 5, 1),
    ]


def test_a_compressed_table_and_daily_files_tell_the_same(world: World) -> None:
    table = world.table("2025-02-20,a/b,C,500,5,1,2025-02-15T00:00:00Z", name="all.csv.gz")
    one = rows_of(world.fetch(project_of('"a/b"'), place=table))
    table.unlink()
    world.daily("2025-02-20", ("a/b", "C", 500, 5, 1))
    assert one == rows_of(world.fetch(project_of('"a/b"'))) == [("a/b", date(2025, 2, 20), "C", 500, 5, 1)]


def test_a_second_run_brings_nothing_and_a_new_day_only_itself(world: World) -> None:
    world.daily("2025-02-20", ("a/b", "C", 500, 5, 1))
    state = world.fetch(project_of('"a/b"'))[-1].state
    assert world.fetch(project_of('"a/b"'), state=state) == []
    world.daily("2025-02-21", ("a/b", "C", 510, 5, 1))
    batches = world.fetch(project_of('"a/b"'), state=state)
    assert rows_of(batches) == [("a/b", date(2025, 2, 21), "C", 510, 5, 1)]
    assert world.fetch(project_of('"a/b"'), state=batches[-1].state) == []


def test_a_late_file_is_noticed(world: World) -> None:
    world.daily("2025-02-20", ("a/b", "C", 500, 5, 1))
    state = world.fetch(project_of('"a/b"'))[-1].state
    world.daily("2025-02-18", ("a/b", "C", 490, 5, 1))
    batches = world.fetch(project_of('"a/b"'), state=state)
    assert rows_of(batches) == [("a/b", date(2025, 2, 18), "C", 490, 5, 1)]
    assert batches[-1].state is not None
    assert batches[-1].state["observed_until"] == "2025-02-21T00:00:00+00:00"
    assert world.fetch(project_of('"a/b"'), state=batches[-1].state) == []


def test_a_table_that_has_grown_brings_what_is_new(world: World) -> None:
    first = "2025-02-20,a/b,C,500,5,1,2025-02-15T00:00:00Z"
    path = world.table(first)
    state = world.fetch(project_of('"a/b"'))[-1].state
    world.table(first, "2025-02-19,a/b,C,495,5,1,x", "2025-02-21,a/b,C,510,5,1,x")
    os.utime(path, ns=(1, 1))
    assert [row[1:4:2] for row in rows_of(world.fetch(project_of('"a/b"'), state=state))] == [
        (date(2025, 2, 19), 495),
        (date(2025, 2, 21), 510),
    ]


def test_a_name_that_is_added_later_brings_its_days(world: World) -> None:
    world.table("2025-02-15,old-home/tool,C,100,10,1,x", "2025-02-16,new-home/tool,C,101,11,2,x")
    state = world.fetch(project_of('"new-home/tool"'))[-1].state
    assert [row[0] for row in rows_of(world.fetch(project_of(RENAMED), state=state))] == ["old-home/tool"]


@pytest.mark.parametrize("shape", ["table", "daily"])
def test_days_after_the_clock_are_not_taken_before_they_come(world: World, shape: str) -> None:
    days = ("2025-02-20", "2025-02-21")
    if shape == "table":
        world.table(*(f"{day},a/b,C,500,5,1,x" for day in days))
    else:
        for day in days:
            world.daily(day, ("a/b", "C", 500, 5, 1))
    then = datetime(2025, 2, 20, 12, tzinfo=UTC)
    first = world.fetch(project_of('"a/b"'), now=then)
    assert [row[1] for row in rows_of(first)] == [date(2025, 2, 20)]
    assert first[-1].state is not None
    assert first[-1].state["observed_until"] == "2025-02-20T12:00:00+00:00"
    assert world.fetch(project_of('"a/b"'), now=then, state=first[-1].state) == []
    assert [row[1] for row in rows_of(world.fetch(project_of('"a/b"'), state=first[-1].state))] == [date(2025, 2, 21)]


def test_malformed_rows_are_left_out_counted_and_named(world: World) -> None:
    good = "2025-02-20,a/b,C,500,5,1,x"
    bad = [f"2025-02-2{day},a/b,C,many,5,1,x" for day in range(1, 6)]
    world.table(good, *bad, "2025-02-26,other/one,C,many,5,1,x", "2025-02-26,other/one,C")
    batch = world.fetch(project_of('"a/b"'))[-1]
    assert len(rows_of([batch])) == 1
    assert batch.complete
    assert batch.reason is not None
    assert batch.reason.startswith(
        "5 rows or files left out as malformed: all.csv: a/b on '2025-02-21' in list 'C': stars"
    )
    assert batch.reason.endswith("; and 2 more")
    assert "other" not in batch.reason


def test_a_damaged_daily_file_is_named_and_the_others_count(world: World) -> None:
    world.daily("2025-02-20", ("a/b", "C", 500, 5, 1))
    (world.place / "github-ranking-2025-02-21.csv").write_bytes(b"<html>502 Bad Gateway</html>")
    (world.place / "github-ranking-2025-02-22.csv.gz").write_bytes(gzip.compress(b"rank,item")[:-6])
    batch = world.fetch(project_of('"a/b"'))[-1]
    assert len(rows_of([batch])) == 1
    assert "github-ranking-2025-02-21.csv: its first line has no column" in (batch.reason or "")
    assert "github-ranking-2025-02-22.csv.gz: it is damaged" in (batch.reason or "")


def test_a_file_that_is_damaged_later_is_told_once(world: World) -> None:
    world.daily("2025-02-20", ("a/b", "C", 500, 5, 1))
    state = world.fetch(project_of('"a/b"'))[-1].state
    bad = world.place / "github-ranking-2025-02-21.csv"
    bad.write_bytes(b"")
    batches = world.fetch(project_of('"a/b"'), state=state)
    assert rows_of(batches) == []
    assert "github-ranking-2025-02-21.csv" in (batches[-1].reason or "")
    assert world.fetch(project_of('"a/b"'), state=batches[-1].state) == []
    world.daily("2025-02-21", ("a/b", "C", 510, 5, 1))
    assert rows_of(world.fetch(project_of('"a/b"'), state=batches[-1].state))[0][1] == date(2025, 2, 21)


def test_two_names_listed_on_one_day_with_other_counts_are_a_catalogue_error(world: World) -> None:
    world.table(
        "2020-06-03,facebookresearch/fairseq,Lua,3590,900,1,x",
        "2020-06-03,pytorch/fairseq,Python,8049,1800,1,x",
    )
    project = project_of('{ name = "facebookresearch/fairseq", former = ["pytorch/fairseq"] }')
    with pytest.raises(CatalogueError) as caught:
        world.fetch(project)
    for part in ("pytorch/fairseq", "facebookresearch/fairseq", "2020-06-03", "8,049", "3,590", "until", "from"):
        assert part in str(caught.value)


def test_two_names_listed_on_the_day_of_the_rename_with_equal_counts_are_one(world: World) -> None:
    world.table("2026-01-30,old-home/tool,TypeScript,106094,1,1,x", "2026-01-30,new-home/tool,Python,106110,1,1,x")
    project = project_of('{ name = "new-home/tool", former = ["old-home/tool"] }')
    assert len(rows_of(world.fetch(project, now=datetime(2026, 2, 1, tzinfo=UTC)))) == 2


def test_a_repository_in_no_list_is_skipped_with_the_reason(world: World) -> None:
    world.table("2025-02-20,other/one,C,500,5,1,x")
    with pytest.raises(Skipped, match="a/b is in none of the public rankings"):
        world.fetch(project_of('"a/b"'))


def test_without_the_setting_it_is_skipped_and_says_what_to_set(world: World) -> None:
    project = project_of('"a/b"')
    settings = Settings(home=world.folder, catalogue=world.folder / "ecosystems.toml")
    with pytest.raises(Skipped, match="set ECOTONE_RANKINGS to"):
        list(SOURCE.fetch(Request("github:a/b", project, settings, NOW)))


def test_a_place_that_is_not_there_is_named(world: World) -> None:
    with pytest.raises(TerminalError, match=r"ECOTONE_RANKINGS names .*nowhere\.csv, which does not exist"):
        world.fetch(project_of('"a/b"'), place=world.folder / "nowhere.csv")


@pytest.mark.parametrize("content", [None, b"", b"a,b\n1,2\n", b"\x1f\x8b broken"])
def test_a_place_without_a_ranking_is_named(world: World, content: bytes | None) -> None:
    if content is not None:
        (world.place / "all.csv").write_bytes(content)
    with pytest.raises(TerminalError, match=r"holds no ranking that can be read\."):
        world.fetch(project_of('"a/b"'))


def test_each_file_is_read_once_for_all_projects(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    project = project_of('"a/b"', '"c/d"')
    (world.folder / "ecosystems.toml").write_text(CATALOGUE.format('"a/b", "c/d"'))
    for day in ("2025-02-20", "2025-02-21"):
        world.daily(day, ("a/b", "C", 500, 5, 1), ("c/d", "C", 400, 5, 1))
    read: list[str] = []
    original = ranking_rows.read

    def counted(data: bytes, file: str, names: frozenset[str]) -> ranking_rows.Rows:
        read.append(file)
        return original(data, file, names)

    monkeypatch.setattr(ranking_rows, "read", counted)
    settings = Settings(world.folder / "home", world.folder / "ecosystems.toml", rankings=str(world.place))
    for subject in SOURCE.subjects(project):
        assert sum(batch.table.num_rows for batch in SOURCE.fetch(Request(subject, project, settings, NOW))) == 2
    assert len(read) == 2


def test_the_public_repository_is_cloned_where_git_is_read(world: World) -> None:
    origin = world.folder / "EvanLi" / "Github-Ranking"
    world.place = origin / "Data"
    world.place.mkdir(parents=True)
    world.daily("2025-02-20", ("a/b", "C", 500, 5, 1))
    identity = ("-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "init.defaultBranch=main")
    for command in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "one")):
        subprocess.run(["git", "-C", str(origin), *identity, *command], check=True, capture_output=True)
    url = f"file://{world.folder}/{{full_name}}"
    batches = world.fetch(project_of('"a/b"'), place="clone", git_url=url)
    assert rows_of(batches) == [("a/b", date(2025, 2, 20), "C", 500, 5, 1)]
    assert world.fetch(project_of('"a/b"'), state=batches[-1].state, place="clone", git_url=url) == []


def test_the_recorded_rankings_are_read_whole(shared_data: Path, world: World) -> None:
    recorded = shared_data / "github" / "ranking-daily.csv.gz"
    listed = pa.csv.read_csv(recorded).select(["d", "fn", "item", "stars", "forks", "issues"]).to_pylist()
    names = ("ggerganov/llama.cpp", "ggml-org/llama.cpp")
    expected = sorted(
        (row["fn"], row["d"], row["item"], row["stars"], row["forks"], row["issues"])
        for row in listed
        if row["fn"] in names
    )
    project = project_of(
        '{ name = "ggml-org/llama.cpp", former = [{ name = "ggerganov/llama.cpp", until = 2025-02-16 }] }'
    )
    batches = world.fetch(project, place=recorded, now=datetime(2026, 8, 22, 12, tzinfo=UTC))
    assert sorted(rows_of(batches)) == expected
    assert batches[-1].reason is None
