"""Dagster's storage with connections that stay open: its own classes read what is written, and few files stay open."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from dagster import DagsterInstance, job, op
from sqlalchemy import text

from pipelines.orchestration.runs import dagster_home, open_instance
from pipelines.orchestration.storage import FILES_OPEN, KeptOpenEvents, KeptOpenRuns, KeptOpenSchedules
from pipelines.settings import Settings

RUNS = FILES_OPEN + 4
DESCRIPTORS = Path("/proc/self/fd")
WRITER = """
import sys, warnings
warnings.simplefilter("ignore")
from pathlib import Path
from dagster import DagsterInstance, job, op
from pipelines.orchestration.runs import open_instance
from pipelines.settings import Settings

@op
def nothing():
    pass

@job
def idle():
    nothing()

with open_instance(Settings(home=Path(sys.argv[1]), catalogue=Path("none"))) as instance:
    for _ in range(3):
        assert idle.execute_in_process(instance=instance).success
"""


@op
def nothing() -> None:
    """Does nothing."""


@job
def idle() -> None:
    """One step that does nothing."""
    nothing()


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    settings = Settings(home=tmp_path / "home", catalogue=tmp_path / "none")
    monkeypatch.setenv("DAGSTER_HOME", str(dagster_home(settings)))
    return settings


@pytest.fixture
def instance(settings: Settings) -> Iterator[DagsterInstance]:
    with open_instance(settings) as instance:
        yield instance


def stock(folder: Path) -> DagsterInstance:
    """The instance of that folder with the storage that Dagster has for SQLite itself."""
    folder.mkdir(exist_ok=True)
    return DagsterInstance.local_temp(str(folder), overrides={"storage": {"sqlite": {"base_dir": str(folder)}}})


def kinds(instance: DagsterInstance, run_id: str) -> list[str]:
    return [record.dagster_event.event_type_value for record in instance.all_logs(run_id) if record.dagster_event]


def _open_files(folder: Path) -> set[str]:
    found = set()
    for descriptor in DESCRIPTORS.iterdir():
        try:
            path = str(descriptor.readlink())
        except FileNotFoundError:  # the one that the listing itself had open
            continue
        if path.startswith(str(folder)) and path.endswith(".db"):
            found.add(path)
    return found


def test_dagster_yaml_names_the_class_and_dagster_finds_its_files_where_it_has_them_by_default(
    settings: Settings, instance: DagsterInstance
) -> None:
    run = idle.execute_in_process(instance=instance)
    assert isinstance(instance.event_log_storage, KeptOpenEvents)
    assert isinstance(instance.run_storage, KeptOpenRuns)
    assert isinstance(instance.schedule_storage, KeptOpenSchedules)
    with stock(settings.home / "dagster") as theirs:
        assert not isinstance(theirs.run_storage, type(instance.run_storage))
        assert [found.run_id for found in theirs.get_runs()] == [run.run_id]
        assert kinds(theirs, run.run_id) == kinds(instance, run.run_id)


def test_the_same_events_are_written_as_by_dagsters_own_classes(instance: DagsterInstance, tmp_path: Path) -> None:
    ours = kinds(instance, idle.execute_in_process(instance=instance).run_id)
    with stock(tmp_path / "stock") as other:
        theirs = kinds(other, idle.execute_in_process(instance=other).run_id)
    assert ours == theirs
    assert ours[-1] == "PIPELINE_SUCCESS"


@pytest.mark.skipif(not DESCRIPTORS.is_dir(), reason="what a process has open is looked up in /proc")
def test_few_files_stay_open_and_none_when_it_is_closed(settings: Settings) -> None:
    others = 3  # runs, index, schedules
    with open_instance(settings) as instance:
        for _ in range(RUNS):
            idle.execute_in_process(instance=instance)
        assert others < len(_open_files(settings.home)) <= FILES_OPEN + others
    assert not _open_files(settings.home)


def test_a_commit_is_not_flushed(instance: DagsterInstance) -> None:
    with instance.event_log_storage.index_connection() as connection:  # type: ignore[attr-defined]
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 1  # NORMAL
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"


def test_files_that_were_moved_away_are_made_anew(settings: Settings, instance: DagsterInstance) -> None:
    former = idle.execute_in_process(instance=instance).run_id
    (settings.home / "dagster" / "history" / "runs").rename(settings.home / "aside")
    run = idle.execute_in_process(instance=instance)
    assert run.success
    assert kinds(instance, run.run_id)[-1] == "PIPELINE_SUCCESS"
    assert kinds(instance, former) == []


def test_what_is_wiped_is_gone_and_what_is_written_afterwards_is_there(instance: DagsterInstance) -> None:
    former = idle.execute_in_process(instance=instance).run_id
    instance.event_log_storage.wipe()
    assert kinds(instance, former) == []
    assert kinds(instance, idle.execute_in_process(instance=instance).run_id)[-1] == "PIPELINE_SUCCESS"


@pytest.mark.slow
def test_several_processes_that_create_it_at_once_all_write_to_it(tmp_path: Path) -> None:
    home = tmp_path / "home"
    command = [sys.executable, "-c", WRITER, str(home)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("DAGSTER", "COV_"))}
    writers = [
        subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    said = [writer.communicate()[1] for writer in writers]
    assert [writer.returncode for writer in writers] == [0] * 4, said
    with stock(home / "dagster") as theirs:
        runs = theirs.get_runs()
        assert len(runs) == 12
        assert all(kinds(theirs, run.run_id)[-1] == "PIPELINE_SUCCESS" for run in runs)
