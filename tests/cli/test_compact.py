"""`ecotone compact`: fewer files, the same rows."""

from __future__ import annotations

from pathlib import Path

from small_world import World, call


def test_small_files_are_joined_and_nothing_else_changes(own: World) -> None:
    said = own.call("compact")
    assert said.code == 0
    assert "Joined 12 batches into 3 files; the lake has 11 files, it had 15." in said.out
    assert own.call("doctor").code == 0
    assert "Nothing to join" in own.call("compact").out
    again = own.run("--source", "git_commits", "--source", "huggingface_models", "--project", "sound")
    assert again.code == 0
    assert "Nothing new: " in again.out


def test_without_a_lake_it_says_so_and_makes_none(tmp_path: Path) -> None:
    said = call("compact", ECOTONE_HOME=str(tmp_path))
    assert said.code == 2
    assert "there is no lake" in said.err
    assert list(tmp_path.iterdir()) == []
