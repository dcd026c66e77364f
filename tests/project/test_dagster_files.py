"""dagster.yaml and workspace.yaml say to Dagster what they are meant to say."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml
from dagster import DagsterInstance


@pytest.fixture
def instance(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DagsterInstance:
    shutil.copyfile(root / "dagster.yaml", tmp_path / "dagster.yaml")
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    return DagsterInstance.get()


def test_dagster_tells_nobody_what_it_runs(instance: DagsterInstance) -> None:
    with instance:
        assert not instance.telemetry_enabled
        assert not instance.nux_enabled


def test_one_step_at_a_time_in_each_pool(instance: DagsterInstance) -> None:
    with instance:
        pools = instance.get_concurrency_config().pool_config
        assert pools.default_pool_limit == 1
        assert pools.pool_granularity is not None
        assert pools.pool_granularity.value == "op"


def test_everything_is_kept_in_the_home_of_the_installation(instance: DagsterInstance, tmp_path: Path) -> None:
    with instance:
        assert Path(instance.root_directory) == tmp_path
        assert instance.run_monitoring_enabled


def test_the_workspace_is_the_one_code_location(root: Path) -> None:
    (target,) = yaml.safe_load((root / "workspace.yaml").read_text())["load_from"]
    assert target["python_module"]["module_name"] == "pipelines.orchestration.definitions"
    assert target["python_module"]["working_directory"] == "."
