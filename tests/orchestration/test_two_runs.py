"""Two runs at once on one home: the second waits for the first, says for whom, and both end well."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from git_house import CATALOGUE
from gitmaker import Maker

from pipelines.orchestration.locks import WAREHOUSE, exclusive
from pipelines.settings import Settings

BEGIN = "import sys; sys.argv[0] = 'ecotone'; from pipelines.cli.main import main; sys.exit(main())"
PATIENCE_SECONDS = 300


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", catalogue=tmp_path / "none")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Path]:
    """Three repositories and their catalogue."""
    (tmp_path / "ecosystems.toml").write_text(CATALOGUE)
    for name in "abc":
        maker = Maker(tmp_path / f"o+{name}.git")
        for number in range(10):
            maker.commit(email=f"{number % 3}@example.org", at=1_740_000_000 + number * 900_000)
    return tmp_path


def started(world: Path, *arguments: str) -> subprocess.Popen[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ECOTONE", "HF_", "DAGSTER"))}
    kept["ECOTONE_PACKAGES_URL"] = "off"
    environment = kept | {
        "ECOTONE_HOME": str(world / "home"),
        "ECOTONE_CATALOGUE": str(world / "ecosystems.toml"),
        "ECOTONE_GIT_URL": f"file://{world}/{{owner}}+{{name}}.git",
        "ECOTONE_NOW": "2026-08-22T12:00:00+00:00",
    }
    command = [sys.executable, "-c", BEGIN, *arguments]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def ended(process: subprocess.Popen[str]) -> tuple[str, str]:
    try:
        return process.communicate(timeout=PATIENCE_SECONDS)
    finally:
        process.kill()  # does nothing to one that has ended


def test_the_second_waits_and_is_told_who_holds_it_and_since_when(settings: Settings) -> None:
    told: list[str] = []
    entered = threading.Event()

    def second() -> None:
        with exclusive(settings, WAREHOUSE, holder="process 2", waiting=told.append) as waited:
            assert waited
            entered.set()

    with exclusive(settings, WAREHOUSE, holder="process 1 (ecotone run)", waiting=told.append) as waited:
        assert not waited
        thread = threading.Thread(target=second)
        thread.start()
        assert not entered.wait(0.5)
    thread.join()
    assert entered.is_set()
    (text,) = told
    assert re.fullmatch(
        r"Waiting for process 1 \(ecotone run\), since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC: it holds `warehouse`, "
        r"which one run at a time may use\.",
        text,
    )


def test_a_lock_whose_holder_was_killed_is_free(settings: Settings) -> None:
    code = (
        "import os, sys\nfrom pathlib import Path\nfrom pipelines.orchestration.locks import exclusive\n"
        "from pipelines.settings import Settings\n"
        "with exclusive(Settings(home=Path(sys.argv[1]), catalogue=Path()), 'warehouse', holder='x', waiting=print):\n"
        "    os._exit(9)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(settings.home)], check=False)
    assert done.returncode == 9
    with exclusive(settings, WAREHOUSE, holder="process 2", waiting=pytest.fail) as waited:
        assert not waited


@pytest.mark.slow
def test_two_runs_started_together_on_a_new_home_and_again_both_end_well(world: Path) -> None:
    for _ in range(2):  # on a new home, then with nothing new
        both = [started(world, "run") for _ in range(2)]
        said = [ended(process) for process in both]
        assert [process.returncode for process in both] == [0, 0], said
    with duckdb.connect(str(world / "home" / "ecotone.duckdb"), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM staging.commit").fetchone() == (30,)
        fetched = connection.execute("SELECT sum(rows) FROM ops.batch WHERE source = 'git'").fetchone()
    assert fetched == (30,)  # neither fetched what the other had


@pytest.mark.slow
def test_the_one_that_waits_names_the_other_on_stderr(world: Path, settings: Settings) -> None:
    process = None
    with exclusive(settings, "git_commits", holder="process 4711 (ecotone run)", waiting=pytest.fail):
        process = started(world, "run", "--source", "git_commits", "--no-publish")
        assert process.stderr is not None
        first = process.stderr.readline()
    ended(process)
    assert first.startswith("Waiting for process 4711 (ecotone run), since ")
    assert process.returncode == 0


@pytest.mark.slow
def test_rebuild_waits_for_a_run(world: Path, settings: Settings) -> None:
    assert ended(process := started(world, "run"))
    assert process.returncode == 0
    with exclusive(settings, WAREHOUSE, holder="process 4711 (ecotone run)", waiting=pytest.fail):
        process = started(world, "rebuild")
        assert process.stderr is not None
        assert process.stderr.readline().startswith("Waiting for process 4711 (ecotone run), since ")
        assert (settings.home / "warehouse.duckdb").exists()
    ended(process)
    assert process.returncode == 0
