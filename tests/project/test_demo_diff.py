"""tools/demo_diff.sh fails nothing: where there is nothing to compare with, it says why."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

GIT = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]


@pytest.fixture
def checkout(root: Path, tmp_path: Path) -> Path:
    """A repository of one commit that holds the script alone."""
    folder = tmp_path / "checkout"
    (folder / "tools").mkdir(parents=True)
    shutil.copy(root / "tools" / "demo_diff.sh", folder / "tools")
    (folder / ".venv").symlink_to(root / ".venv")
    subprocess.run([*GIT, "init", "-q", "-b", "change"], cwd=folder, check=True)
    commit(folder)
    return folder


def commit(folder: Path) -> None:
    subprocess.run([*GIT, "add", "tools"], cwd=folder, check=True)
    subprocess.run([*GIT, "commit", "-q", "--allow-empty", "-m", "a commit"], cwd=folder, check=True)


def run(folder: Path) -> str:
    done = subprocess.run(["tools/demo_diff.sh"], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


def test_without_a_commit_before_there_is_nothing_to_compare_with(checkout: Path) -> None:
    assert "not compared with that of the commit before: there is none" in run(checkout)


def test_a_commit_before_that_cannot_be_run_is_named_with_its_error(checkout: Path) -> None:
    commit(checkout)
    said = run(checkout)
    assert "(a commit) could not be run here:" in said
    assert "FileNotFoundError" in said


def test_outside_of_git_it_says_so(checkout: Path) -> None:
    shutil.rmtree(checkout / ".git")
    assert "no git checkout" in run(checkout)
