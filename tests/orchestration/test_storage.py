"""Dagster's storage, written quickly: nothing is lost by it, and not every run's file stays open."""

from __future__ import annotations

from pathlib import Path

import pytest
from dagster import DagsterInstance, job, op

from pipelines.orchestration.storage import FILES_OPEN, quick

RUNS = FILES_OPEN + 4
DESCRIPTORS = Path("/proc/self/fd")


@op
def nothing() -> None:
    """Does nothing."""


@job
def idle() -> None:
    """One step that does nothing."""
    nothing()


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


@pytest.mark.skipif(not DESCRIPTORS.is_dir(), reason="what a process has open is looked up in /proc")
def test_every_event_is_there_and_few_files_stay_open(tmp_path: Path) -> None:
    with quick(), DagsterInstance.local_temp(str(tmp_path)) as instance:
        runs = [idle.execute_in_process(instance=instance).run_id for _ in range(RUNS)]
        assert 1 < len(_open_files(tmp_path)) <= FILES_OPEN
    assert not _open_files(tmp_path)
    with DagsterInstance.local_temp(str(tmp_path)) as again:
        for run_id in runs:
            kinds = [record.dagster_event.event_type_value for record in again.all_logs(run_id) if record.dagster_event]
            assert kinds.count("STEP_SUCCESS") == 1
            assert kinds[-1] == "PIPELINE_SUCCESS"
