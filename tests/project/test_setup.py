"""`tools/setup.sh` where something is missing: it names the thing and how to get it, and installs nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

USED = ("awk", "cat", "cksum", "dirname", "grep", "rm")
GOOD_PYTHON = '#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.12.1"\nexit 0\n'
OLD_PYTHON = '#!/bin/sh\n[ "$1" = --version ] && { echo "Python 3.9.2"; exit 0; }\nexit 1\n'
NO_VENV = (
    '#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.12.1"\ncase "$*" in *ensurepip*) exit 1 ;; *) exit 0 ;; esac\n'
)


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder of programs, for PATH: the standard ones, Python 3.12 and git."""
    for name in USED:
        found = shutil.which(name)
        assert found is not None
        (tmp_path / name).symlink_to(found)
    program(tmp_path, "python3", GOOD_PYTHON)
    program(tmp_path, "git", "#!/bin/sh\n")
    return tmp_path


def program(machine: Path, name: str, text: str) -> None:
    path = machine / name
    path.write_text(text)
    path.chmod(0o755)


def check(root: Path, machine: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    environ = {"PATH": str(machine), "HOME": os.environ.get("HOME", "/"), **settings}
    command = ["/bin/sh", str(root / "tools" / "setup.sh"), "check"]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environ)


def test_says_nothing_on_a_machine_that_has_everything(root: Path, machine: Path) -> None:
    done = check(root, machine)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_names_python_when_there_is_none(root: Path, machine: Path) -> None:
    (machine / "python3").unlink()
    done = check(root, machine)
    assert done.returncode == 1
    assert "Missing: Python 3.11 or newer." in done.stderr
    assert "make setup PYTHON=" in done.stderr


def test_names_the_python_that_is_too_old(root: Path, machine: Path) -> None:
    program(machine, "python3", OLD_PYTHON)
    done = check(root, machine)
    assert done.returncode == 1
    assert "python3 is Python 3.9.2, which is too old" in done.stderr


def test_takes_a_newer_python_beside_an_old_one(root: Path, machine: Path) -> None:
    program(machine, "python3", OLD_PYTHON)
    program(machine, "python3.12", GOOD_PYTHON)
    assert check(root, machine).returncode == 0


def test_takes_the_python_it_is_told_and_no_other(root: Path, machine: Path) -> None:
    program(machine, "mine", OLD_PYTHON)
    done = check(root, machine, PYTHON=str(machine / "mine"))
    assert done.returncode == 1
    assert f"{machine / 'mine'} is Python 3.9.2, which is too old" in done.stderr


def test_names_the_venv_module(root: Path, machine: Path) -> None:
    program(machine, "python3", NO_VENV)
    done = check(root, machine)
    assert done.returncode == 1
    assert "Missing: the venv module of python3 (Python 3.12.1)." in done.stderr
    assert "apt install python3-venv" in done.stderr


def test_names_git_and_everything_else_that_is_missing_at_once(root: Path, machine: Path) -> None:
    (machine / "git").unlink()
    (machine / "python3").unlink()
    done = check(root, machine)
    assert done.returncode == 1
    assert "Missing: git" in done.stderr
    assert "Missing: Python" in done.stderr


def test_make_stops_with_that_message(root: Path, machine: Path) -> None:
    make = shutil.which("make")
    if make is None:
        pytest.skip("make is not installed")
    (machine / "git").unlink()
    (machine / "sh").symlink_to("/bin/sh")
    environ = {"PATH": str(machine), "HOME": "/"}
    done = subprocess.run([make, "demo"], cwd=root, capture_output=True, text=True, check=False, env=environ)
    assert done.returncode != 0
    assert "Missing: git" in done.stderr
