"""Runs: tells a run whose process is gone from a living one, marks it as failed, and frees its pool slots.

A run that is killed keeps its status and its pool slots in Dagster's storage for ever. Each living run holds a lock
that the kernel frees when its process ends, however it ends; a run in progress whose lock can be had is dead.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dagster import DagsterInstance, DagsterRun, DagsterRunStatus, RunRecord, RunsFilter

from pipelines.settings import Settings

LOCK_TAG = "ecotone/lock"
IN_PROGRESS = [
    DagsterRunStatus.NOT_STARTED,
    DagsterRunStatus.STARTING,
    DagsterRunStatus.STARTED,
    DagsterRunStatus.CANCELING,
]
LAUNCH_TIME = timedelta(minutes=10)  # a run without a lock may be on its way to its process, since its last status


def dagster_home(settings: Settings) -> Path:
    """The installation's DAGSTER_HOME, with the instance's configuration in it."""
    home = settings.home / "dagster"
    home.mkdir(parents=True, exist_ok=True)
    root = Path(__file__).resolve().parent.parent.parent
    packaged = Path(__file__).parent.parent / "defaults" / "dagster.yaml"
    source = root / "dagster.yaml" if (root / "dagster.yaml").exists() else packaged
    target = home / "dagster.yaml"
    if not target.exists() or target.read_bytes() != source.read_bytes():
        temporary = home / f".dagster.yaml-{os.getpid()}"  # another process may be reading the one that is there
        shutil.copyfile(source, temporary)
        temporary.replace(target)
    return home


@contextmanager
def run_lock(settings: Settings, name: str) -> Iterator[None]:
    """Hold the lock `name` (a run's id, or what its tag says) as long as the block runs."""
    path = _lock_path(settings, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def open_instance(settings: Settings) -> DagsterInstance:
    """The installation's Dagster instance: the same one that `ecotone dev` shows."""
    os.environ["DAGSTER_HOME"] = str(dagster_home(settings))
    return DagsterInstance.get()


@dataclass(frozen=True)
class RunState:
    """How a run is, for whoever looks: no command but those that run anything changes it.

    Attributes:
        run_id: Dagster's.
        job: what runs.
        began: when it was made.
        status: Dagster's, in small letters.
        ended: whether it is over.
        dead: whether it is shown as in progress though its process is gone.
    """

    run_id: str
    job: str
    began: datetime
    status: str
    ended: bool
    dead: bool


def run_states(settings: Settings) -> list[RunState]:
    """The runs in progress, or else the last one that ended; none before the first run. Changes nothing."""
    home = settings.home / "dagster"
    if not (home / "dagster.yaml").exists():
        return []
    os.environ["DAGSTER_HOME"] = str(home)
    with DagsterInstance.get() as instance:
        records = instance.get_run_records(RunsFilter(statuses=IN_PROGRESS)) or instance.get_run_records(limit=1)
        return [
            RunState(
                record.dagster_run.run_id,
                record.dagster_run.job_name,
                record.create_timestamp.astimezone(UTC),
                record.dagster_run.status.value.lower(),
                record.dagster_run.is_finished,
                record.dagster_run.status in IN_PROGRESS and _is_dead(record, settings),
            )
            for record in records
        ]


def dead_runs(instance: DagsterInstance, settings: Settings) -> list[DagsterRun]:
    """Runs that are shown as in progress though their process is gone."""
    records = instance.get_run_records(RunsFilter(statuses=IN_PROGRESS))
    return [record.dagster_run for record in records if _is_dead(record, settings)]


def mark_dead_runs_failed(instance: DagsterInstance, settings: Settings) -> list[str]:
    """Mark runs whose process is gone as failed and free their pool slots; returns their ids."""
    dead = dead_runs(instance, settings)
    for run in dead:
        instance.report_run_failed(
            run, message="The process of this run is gone: it was killed, or the machine stopped."
        )
    for run in [*dead, *_ended_with_slots(instance)]:
        instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
        _lock_path(settings, run.tags.get(LOCK_TAG, run.run_id)).unlink(missing_ok=True)
    return [run.run_id for run in dead]


def _ended_with_slots(instance: DagsterInstance) -> list[DagsterRun]:
    """Runs that have ended but still hold a slot: they were killed while they gave it back."""
    storage = instance.event_log_storage
    holders = {
        slot.run_id
        for key in storage.get_concurrency_keys()
        for slot in storage.get_concurrency_info(key).claimed_slots
    }
    runs = [instance.get_run_by_id(run_id) for run_id in holders]
    return [run for run in runs if run is not None and run.is_finished]


def _is_dead(record: RunRecord, settings: Settings) -> bool:
    run = record.dagster_run
    path = _lock_path(settings, run.tags.get(LOCK_TAG, run.run_id))
    try:
        with path.open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        if LOCK_TAG in run.tags:
            return True  # the command that made it has ended
        return datetime.now(UTC) - record.update_timestamp.astimezone(UTC) > LAUNCH_TIME
    except BlockingIOError:
        return False
    return True


def _lock_path(settings: Settings, name: str) -> Path:
    return settings.home / "runs" / f"{name}.lock"
