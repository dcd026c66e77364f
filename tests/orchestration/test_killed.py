"""`ecotone run`, killed and started again: the tables of an undisturbed run, no slot held, no run left as running."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
import pytest
import soak
from dagster import DagsterInstance, RunsFilter
from git_house import CATALOGUE, contents
from gitmaker import Maker

from pipelines.orchestration.runs import IN_PROGRESS

pytestmark = pytest.mark.slow
BEGIN = "import sys; from pipelines.cli.main import main; sys.exit(main())"
TOLD_OF_RUNS = {"ops.batch", "ops.publication"}  # batches have ids of their own


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three repositories and their catalogue."""
    folder = tmp_path_factory.mktemp("world")
    (folder / "ecosystems.toml").write_text(CATALOGUE)
    for name, count in (("a", 40), ("b", 20), ("c", 5)):
        maker = Maker(folder / f"o+{name}.git")
        for number in range(count):
            maker.commit(email=f"{number % 7}@example.org", at=1_740_000_000 + number * 900_000)
    return folder


def environment(world: Path, home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ECOTONE", "HF_", "DAGSTER"))}
    kept["ECOTONE_PACKAGES_URL"] = "off"
    return kept | {
        "ECOTONE_HOME": str(home),
        "ECOTONE_CATALOGUE": str(world / "ecosystems.toml"),
        "ECOTONE_GIT_URL": f"file://{world}/{{owner}}+{{name}}.git",
        "ECOTONE_NOW": "2026-08-22T12:00:00+00:00",
    }


def prepared(home: Path) -> Path:
    """A home whose e-mail hashes can be compared with those of another."""
    home.mkdir()
    (home / "key").write_bytes(bytes(range(32)))
    return home


def run(world: Path, home: Path) -> float:
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", BEGIN, "run"], env=environment(world, home), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return time.monotonic() - started


def told(home: Path) -> dict[str, Any]:
    return {name: rows for name, rows in contents(home / "ecotone.duckdb").items() if name not in TOLD_OF_RUNS}


def running(home: Path) -> list[str]:
    os.environ["DAGSTER_HOME"] = str(home / "dagster")  # dagster.yaml reads it
    with DagsterInstance.from_config(str(home / "dagster")) as instance:
        storage = instance.event_log_storage
        slots = [key for key in storage.get_concurrency_keys() if storage.get_concurrency_info(key).claimed_slots]
        return [run.run_id for run in instance.get_runs(RunsFilter(statuses=IN_PROGRESS))] + slots


@soak.seeds(sample=1, full=8)
def test_killed_anywhere_and_run_again_gives_the_same_tables(world: Path, tmp_path: Path, seed: int) -> None:
    calm = prepared(tmp_path / "undisturbed")
    undisturbed = run(world, calm)
    expected = told(calm)
    assert len(expected["staging.commit"]) == 65
    home, chance, killed = prepared(tmp_path / "killed"), random.Random(seed), 0
    for share in (0.35, 0.5, 0.6, 0.75, 0.9):
        process = subprocess.Popen(
            [sys.executable, "-c", BEGIN, "run"],
            env=environment(world, home),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            process.wait(timeout=undisturbed * (share + chance.uniform(-0.05, 0.05)))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            killed += 1
    assert killed > 1
    again = run(world, home)
    assert told(home) == expected
    assert running(home) == []
    assert again < 3 * undisturbed + 10  # it waited for nobody's slot


def test_second_run_adds_no_row_and_changes_no_value(world: Path, tmp_path: Path) -> None:
    home = tmp_path / "twice"
    run(world, home)
    before = (contents(home / "ecotone.duckdb"), sorted((home / "lake").rglob("*.parquet")))
    run(world, home)
    assert (contents(home / "ecotone.duckdb"), sorted((home / "lake").rglob("*.parquet"))) == before


def test_reader_in_a_loop_never_gets_an_error(world: Path, tmp_path: Path) -> None:
    home = tmp_path / "read"
    run(world, home)
    Maker.commit(_opened(world / "o+c.git"), email="new@example.org", at=1_780_000_000)
    process = subprocess.Popen(
        [sys.executable, "-c", BEGIN, "run"],
        env=environment(world, home),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    counts, asked = set(), 0
    while process.poll() is None or asked == 0:
        with duckdb.connect(str(home / "ecotone.duckdb"), read_only=True) as connection:
            counts.add(connection.execute("SELECT count(*) FROM staging.commit").fetchone())
            connection.execute("SELECT count(*) FROM metrics.value").fetchone()
        asked += 1
    assert process.returncode == 0
    with duckdb.connect(str(home / "ecotone.duckdb"), read_only=True) as connection:
        counts.add(connection.execute("SELECT count(*) FROM staging.commit").fetchone())
    assert asked > 20
    assert len(counts) == 2


def _opened(path: Path) -> Maker:
    """The repository that is there already."""
    maker = Maker.__new__(Maker)
    maker.path = path
    return maker
