"""The benchmarks' own parts: histories come again from their seed, and a figure below its target is called that."""

from __future__ import annotations

import subprocess
from pathlib import Path

from benchmarks import __main__ as command
from benchmarks.histories import History
from benchmarks.measure import Sample, interleaved, seconds, table, verdict


def git(path: Path, *arguments: str) -> str:
    return subprocess.run(["git", "-C", str(path), *arguments], capture_output=True, text=True, check=True).stdout


def test_the_same_seed_gives_the_same_history(tmp_path: Path) -> None:
    one = History(60, files=12).write(tmp_path / "one")
    other = History(60, files=12).write(tmp_path / "other")
    another = History(60, files=12, seed=7).write(tmp_path / "another")
    assert git(one, "rev-parse", "main") == git(other, "rev-parse", "main") != git(another, "rev-parse", "main")


def test_a_history_has_what_a_reader_must_cope_with(tmp_path: Path) -> None:
    path = History(300, files=20).write(tmp_path / "history")
    assert git(path, "rev-list", "--count", "--all").strip() == "300"
    assert int(git(path, "rev-list", "--count", "--merges", "main")) > 5
    assert "Co-authored-by" in git(path, "log", "--format=%(trailers)", "main")
    assert git(path, "log", "--numstat", "--format=", "main").count("\n") > 500
    assert len(set(git(path, "log", "--date=format:%z", "--format=%ad", "main").split())) > 3


def test_a_history_without_files_has_empty_trees(tmp_path: Path) -> None:
    path = History(20).write(tmp_path / "history")
    assert not git(path, "ls-tree", "-r", "main")


def test_sides_take_turns_and_the_first_turn_does_not_count() -> None:
    turns: list[str] = []

    def side(name: str) -> Sample:
        turns.append(name)
        return Sample(float(len(turns)), 1)

    samples = interleaved({"a": lambda _number: side("a"), "b": lambda _number: side("b")}, runs=3)
    assert turns == ["a", "b"] * 4
    assert seconds(samples["a"]) == 5.0


def test_a_missed_target_is_called_that() -> None:
    assert "**missed**" in verdict(met=False, target="at least 6")
    assert table(("", "s"), [("one", "1.0")]) == "|  | s |\n| --- | ---: |\n| one | 1.0 |"


def test_benchmarks_are_discovered() -> None:
    assert "git_commits" in command.names()
    assert "measure" not in command.names()
