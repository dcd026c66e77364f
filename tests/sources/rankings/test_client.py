"""Ranking files: their two shapes, what is left out of them, and the places they are read from."""

from __future__ import annotations

import gzip
import subprocess
from datetime import date
from pathlib import Path

import pytest

from pipelines.errors import ConfigurationError, TerminalError, TransientError
from pipelines.sources.rankings import rows as ranking_rows
from pipelines.sources.rankings.client import Clone, Files, Listing, Rankings, open_rankings

TABLE = "d,fn,item,stars,forks,issues,last_commit\n"
DAILY = "rank,item,repo_name,stars,forks,language,repo_url,username,issues,last_commit,description\n"
ROW = '1,C,b,500,5,C,https://github.com/A/b,A,1,2025-02-15T00:00:00Z,"a ""quoted""\ntext, on two lines"\n'
NAMES = frozenset({"a/b"})
DAY = date(2025, 2, 20)


def read(text: str | bytes, file: str = "github-ranking-2025-02-20.csv") -> ranking_rows.Rows:
    return ranking_rows.read(text.encode() if isinstance(text, str) else text, file, NAMES)


def test_a_daily_file_has_its_day_in_its_name() -> None:
    expected = {"full_name": "A/b", "day": DAY, "list": "C", "stars": 500, "forks": 5, "open_issues": 1}
    assert read(DAILY + ROW).table.to_pylist() == [expected]
    assert read("\ufeff" + (DAILY + ROW).replace("\n", "\r\n")).table.to_pylist() == [expected]
    assert read(gzip.compress((DAILY + ROW).encode()), "github-ranking-2025-02-20.csv.gz").table.to_pylist() == [
        expected
    ]


def test_columns_are_found_by_name_whatever_their_order() -> None:
    text = "issues,forks,stars,repo_url,item\n1,5,500,https://github.com/a/b,C\n"
    assert read(text).table.to_pylist()[0]["stars"] == 500


def test_only_the_repositories_asked_for_are_decoded() -> None:
    text = (DAILY + ROW).encode() + b"2,\xff,\xfe,1,1,C,https://github.com/x/\xff,x,1,x,\xff\n"
    assert read(text).table.num_rows == 1
    assert [one.text.partition(": ")[2] for one in read(text).left_out] == ["not UTF-8"]
    assert not read(text).left_out[0].names & {"a/b"}  # told with no repository that is asked for


def test_rows_that_cannot_be_read_are_left_out_and_named() -> None:
    rows = read(
        TABLE
        + "2025-02-20,a/b,C,500,5,1,x\n"
        + "2025-02-21,a/b,C,many,5,1,x\n"
        + "2025-02-30,a/b,C,500,5,1,x\n"
        + "2025-02-22,a/b,C,-3,5,1,x\n"
        + "2025-02-23,a/b,C,,,,x\n"
        + "2025-02-24,a/b,C,500\n"
        + "2025-02-25,a/b,C,500,,1,x\n"
        + "2025-02-26,other/one,C,many,5,1,x\n"
        + "2025-02-26,other/one,C\n"
        + "!\n",
        "all.csv",
    )
    assert [(row["day"].day, row["forks"]) for row in rows.table.to_pylist()] == [(20, 5), (25, None)]
    assert [one.text for one in rows.left_out] == [
        "all.csv line 7: 4 columns, not 7",
        "all.csv line 11: 1 columns, not 7",
        "all.csv: a/b on '2025-02-21' in list 'C': stars 'many', forks '5', issues '1'",
        "all.csv: a/b on '2025-02-30' in list 'C': stars '500', forks '5', issues '1'",
        "all.csv: a/b on '2025-02-22' in list 'C': stars '-3', forks '5', issues '1'",
        "all.csv: a/b on '2025-02-23' in list 'C': stars '', forks '', issues ''",
    ]
    assert [one.names for one in rows.left_out] == [NAMES, frozenset(), NAMES, NAMES, NAMES, NAMES]
    assert rows.unreadable == 0


@pytest.mark.parametrize(
    ("data", "file", "why"),
    [
        (b"", "all.csv", "its first line has no column"),
        (b"d,fn,item,stars\n", "all.csv", "its first line has no column forks, issues"),
        (DAILY.encode(), "today.csv", "its name must end in the day of the list"),
        (DAILY.encode(), "github-ranking-2025-02-30.csv", "its name must end in the day of the list"),
        (b"<html>502 Bad Gateway</html>", "all.csv", "its first line has no column"),
        (gzip.compress(TABLE.encode() * 99, mtime=0)[:-9], "all.csv.gz", "it is damaged"),
        (b"\x1f\x8b broken", "all.csv.gz", "it is damaged"),
        (b"\xff\xfe\x00", "all.csv", "it is not a CSV"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(data: bytes, file: str, why: str) -> None:
    rows = read(data, file)
    assert (rows.table.num_rows, rows.unreadable) == (0, 1)
    assert rows.left_out[0].text.startswith(f"{file}: {why}")


def test_a_folder_holds_its_csv_files_in_the_order_of_their_days(tmp_path: Path) -> None:
    for name in ("x-2025-02-21.csv", "a-2025-02-22.csv.gz", "all.csv", "notes.txt"):
        (tmp_path / name).write_text(TABLE)
    files = [one.file for one in Rankings(Files(tmp_path)).listings(until=date(2025, 2, 21))]
    assert files == ["all.csv", "x-2025-02-21.csv"]


def test_each_file_is_read_once_until_it_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for day in (20, 21):
        (tmp_path / f"{day}.csv").write_text(TABLE + f"2025-02-{day},a/b,C,500,5,1,x\n2025-02-{day},c/d,C,1,1,1,x\n")
    asked: list[str] = []
    contents = Files.contents

    def counted(self: Files, listings: list[Listing]) -> object:
        asked.extend(one.file for one in listings)
        return contents(self, listings)

    monkeypatch.setattr(Files, "contents", counted)
    rankings = Rankings(Files(tmp_path))
    for name in ("a/b", "c/d"):
        listings = rankings.listings(until=DAY)
        assert rankings.rows(listings, frozenset({name}), others=frozenset({"a/b", "c/d"})).table.num_rows >= 2
    assert asked == ["20.csv", "21.csv"]
    (tmp_path / "21.csv").write_text(TABLE)
    assert rankings.rows(rankings.listings(until=DAY), NAMES).table.num_rows == 2
    assert asked[2:] == ["21.csv"]
    rankings.rows(rankings.listings(until=DAY), frozenset({"new/name"}))
    assert asked[3:] == ["20.csv", "21.csv"]


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "init.defaultBranch=main")
    subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True)


def commit_day(origin: Path, day: str) -> None:
    (origin / "Data").mkdir(parents=True, exist_ok=True)
    (origin / "Data" / f"github-ranking-{day}.csv").write_text(DAILY + ROW)
    (origin / "Data" / "notes.md").write_text(day)
    if not (origin / ".git").exists():
        git(origin, "init", "-q")
    git(origin, "add", "-A")
    git(origin, "commit", "-qm", day)


def test_a_clone_is_read_without_a_work_tree_and_fetched_again_after_a_while(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    origin = tmp_path / "origin"
    commit_day(origin, "2025-02-20")
    clone = Clone(tmp_path / "cache" / "rankings.git", f"file://{origin}")
    rankings = Rankings(clone)
    first = rankings.listings(until=DAY)
    assert rankings.rows(first, NAMES).table.num_rows == 1
    commit_day(origin, "2025-02-19")
    assert rankings.listings(until=DAY) == first
    monkeypatch.setattr("pipelines.sources.rankings.client.REFRESH_SECONDS", 0)
    assert [one.day for one in rankings.listings(until=DAY)] == [date(2025, 2, 19), DAY]
    assert rankings.rows(rankings.listings(until=DAY), NAMES).table.num_rows == 2
    assert not list((tmp_path / "cache").rglob("*.csv"))


def test_a_clone_that_cannot_be_had_says_so_without_trying_for_each_repository(tmp_path: Path) -> None:
    clone = Clone(tmp_path / "cache" / "rankings.git", f"file://{tmp_path}/none")
    with pytest.raises(TransientError, match=r"public rankings at file://.*/none could not be fetched"):
        clone.listings()
    commit_day(tmp_path / "none", "2025-02-20")
    with pytest.raises(TransientError):
        clone.listings()


def test_a_clone_that_lost_a_file_is_named(tmp_path: Path) -> None:
    commit_day(tmp_path / "origin", "2025-02-20")
    clone = Clone(tmp_path / "cache" / "rankings.git", f"file://{tmp_path}/origin")
    assert len(clone.listings()) == 1
    with pytest.raises(TerminalError, match=r"lacks gone\.csv: delete the folder"):
        list(clone.contents([Listing("gone.csv", "0" * 40, None)]))


def test_a_machine_without_git_is_told_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigurationError, match="git is not installed"):
        Clone(tmp_path / "rankings.git", "file:///nowhere").listings()


def test_rankings_are_opened_once(tmp_path: Path) -> None:
    one = open_rankings(str(tmp_path), cache=tmp_path, url="x")
    assert open_rankings(str(tmp_path), cache=tmp_path, url="x") is one
    assert open_rankings("clone", cache=tmp_path, url="x") is not one
