"""The long checks: as many as are asked for, from seeds that come again, and an hour at most."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import soak

CHECK = """
import soak

@soak.seeds(sample=2, full=5)
def test_it(seed: int) -> None:
    print("drew", seed)
"""


def ran(folder: Path, root: Path, *options: str, **environment: str) -> str:
    """What pytest prints of a run of that check, with the checkout's own conftest."""
    (folder / "test_planted.py").write_text(CHECK)
    (folder / "conftest.py").write_text((root / "tests" / "conftest.py").read_text())
    (folder / "pytest.ini").write_text(f"[pytest]\npythonpath = {root / 'tests' / 'support'}\nmarkers = soak\n")
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("ECOTONE", "PYTEST", "COV", "CI"))
    }
    command = [sys.executable, "-m", "pytest", "-rA", "-p", "no:cacheprovider", *options]
    done = subprocess.run(command, cwd=folder, env=kept | environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_full_runs_begin_with_the_sample_and_a_printed_seed_brings_a_run_again(tmp_path: Path, root: Path) -> None:
    sample = ran(tmp_path, root)
    (seed,) = re.findall(r"soak: a sample, ECOTONE_SOAK_SEED=(\d+)", sample)
    drawn = re.findall(r"drew (\d+)", sample)
    assert len(drawn) == 2
    full = ran(tmp_path, root, ECOTONE_SOAK="full", ECOTONE_SOAK_SEED=seed)
    assert f"soak: in full, ECOTONE_SOAK_SEED={seed}" in full
    assert re.findall(r"drew (\d+)", full)[:2] == drawn
    assert len(set(re.findall(r"drew (\d+)", full))) == 5
    late = ran(tmp_path, root, ECOTONE_SOAK="full", ECOTONE_SOAK_BEGAN="1000")
    assert "5 skipped" in late
    assert "the 60 minutes of `make soak` are over" in late


def test_each_check_draws_seeds_of_its_own() -> None:
    assert soak.drawn("one", 3) == soak.drawn("one", 5)[:3]
    assert not set(soak.drawn("one", 5)) & set(soak.drawn("other", 5))


@pytest.mark.parametrize(("full", "minutes", "over"), [(True, 59, False), (True, 61, True), (False, 61, False)])
def test_only_a_run_in_full_ends_by_the_clock(
    monkeypatch: pytest.MonkeyPatch, full: bool, minutes: int, over: bool
) -> None:
    monkeypatch.setattr(soak, "FULL", full)
    assert soak.time_is_over(soak.BEGAN + 60 * minutes) == over
