"""Dagster: a repository that fails is one red partition, the rest is published; what was done is seen in the UI."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest
from dagster import AssetKey, AssetPartitionStatus, DagsterInstance, DagsterRunStatus, Definitions, RunsFilter
from git_house import House, start

import metrics
from dashboards import pages
from pipelines.errors import ConfigurationError
from pipelines.orchestration.definitions import build
from pipelines.orchestration.installation import Installation
from pipelines.orchestration.launch import Summary, run
from pipelines.orchestration.partitions import projects
from pipelines.orchestration.runs import mark_dead_runs_failed, open_instance, run_lock
from pipelines.sources import discover
from pipelines.staging import load as load_entities

COMMITS = AssetKey(["sources", "git_commits"])


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    house = House(tmp_path_factory.mktemp("house"))
    start(house)
    house.now += timedelta(hours=1)
    for path in (house.folder / "o+c.git").iterdir():  # the third repository is no repository any more
        if path.is_file():
            path.unlink()
    return house


@pytest.fixture(scope="module")
def installation(house: House) -> Installation:
    return Installation(house.settings, house.catalogue, discover())


@pytest.fixture(scope="module")
def summary(installation: Installation, monkeypatch_module: pytest.MonkeyPatch) -> Summary:
    monkeypatch_module.setenv("DAGSTER_HOME", "")
    return run(installation)


@pytest.fixture(scope="module")
def monkeypatch_module() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture
def instance(installation: Installation, summary: Summary) -> Iterator[DagsterInstance]:  # noqa: ARG001 - it ran
    with open_instance(installation.settings) as instance:
        yield instance


def test_one_bad_repository_is_one_red_partition(installation: Installation, instance: DagsterInstance) -> None:
    partitions = projects(installation.catalogue)
    status = instance.get_status_by_partition(COMMITS, ["a", "c"], partitions)
    assert status == {"a": AssetPartitionStatus.MATERIALIZED, "c": AssetPartitionStatus.FAILED}


def test_the_failure_names_the_repository_and_a_remedy(summary: Summary) -> None:
    (text,) = [text for step, text in summary.failed_steps.items() if "git_commits" in step]
    assert "github:o/c" in text
    assert "`former`" in text


def test_the_rest_is_published_and_drawn(installation: Installation, summary: Summary) -> None:
    assert summary.published
    with duckdb.connect(str(installation.settings.published), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM staging.commit").fetchone() == (13,)
        row = connection.execute(
            "SELECT status FROM ops.coverage WHERE subject_id = 'github:o/c' AND source = 'git' AND stream = 'commits'"
        ).fetchone()
        assert connection.execute("SELECT sum(offending) FROM ops.check_result").fetchone() == (0,)
    assert row == ("failed",)
    assert all((installation.site / f"{slug}.html").exists() for slug in pages.load())


def test_runs_are_told_on_the_instance(instance: DagsterInstance, summary: Summary) -> None:
    runs = {run.run_id: run for run in instance.get_runs()}
    assert set(summary.run_ids) == set(runs)
    assert {runs[run_id].job_name: runs[run_id].status for run_id in summary.run_ids} == {
        "ingest": DagsterRunStatus.FAILURE,
        "ingest_later": DagsterRunStatus.SUCCESS,
        "publish": DagsterRunStatus.SUCCESS,
    }
    event = instance.get_latest_materialization_event(AssetKey(["metrics", "contributors"]))
    assert event is not None
    assert event.asset_materialization is not None
    metadata = event.asset_materialization.metadata
    assert {"dagster/row_count", "seconds", "span", "chart", "dagster/column_schema"} <= set(metadata)
    assert Path(str(metadata["chart"].value)).read_bytes().startswith(b"\x89PNG")


def test_nothing_new_starts_no_second_publishing_run(installation: Installation, instance: DagsterInstance) -> None:
    before = len(instance.get_runs(RunsFilter(job_name="publish")))
    run(installation)
    assert len(instance.get_runs(RunsFilter(job_name="publish"))) == before


@pytest.mark.slow
def test_dead_run_is_marked_failed_and_a_living_one_left_alone(
    installation: Installation, instance: DagsterInstance
) -> None:
    job = build(installation).resolve_job_def("publish")
    dead, living = (
        instance.create_run_for_job(job, status=DagsterRunStatus.STARTED, tags={"ecotone/lock": name})
        for name in ("dead", "living")
    )
    with run_lock(installation.settings, "living"):
        assert mark_dead_runs_failed(instance, installation.settings) == [dead.run_id]
    found = instance.get_run_by_id(living.run_id)
    assert found is not None
    assert found.status == DagsterRunStatus.STARTED
    assert mark_dead_runs_failed(instance, installation.settings) == [living.run_id]


def test_unknown_names_are_refused_before_anything_runs(installation: Installation) -> None:
    with pytest.raises(ConfigurationError, match=r"no project 'nope'; there are: a, c"):
        run(installation, projects=["nope"])
    with pytest.raises(ConfigurationError, match="no source 'nope'"):
        run(installation, sources=["nope"])


def test_every_file_of_a_room_is_an_asset_with_a_description(installation: Installation) -> None:
    definitions: Definitions = build(installation)
    specs = {spec.key.to_user_string(): spec for spec in definitions.resolve_all_asset_specs()}
    expected = {f"sources/{name}" for name in discover()}
    expected |= {table.replace(".", "/") for table in load_entities()} | {
        f"metrics/{name}" for name in metrics.tables()
    }
    expected |= {f"dashboards/{slug}" for slug in (*pages.load(), "assets")} | {"published/ecotone", "published/export"}
    assert set(specs) == expected
    assert all(spec.description and spec.group_name != "default" and spec.kinds for spec in specs.values())


def test_new_source_is_found_by_its_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "moon").mkdir()
    (tmp_path / "moon" / "__init__.py").touch()
    (tmp_path / "moon" / "phases.py").write_text(
        "import dataclasses\nfrom pipelines.sources.git.commits import SOURCE as ONE\n"
        "SOURCE = dataclasses.replace(ONE, name='moon_phases', source='moon', stream='phases')\n"
    )
    import pipelines.sources  # noqa: PLC0415 - its path is what the test changes

    monkeypatch.setattr(pipelines.sources, "__path__", [*pipelines.sources.__path__, str(tmp_path)])
    assert "moon_phases" in discover()


def test_new_entity_is_found_by_its_file(tmp_path: Path, house: House) -> None:
    (tmp_path / "early_bird.sql").write_text(
        '/*+++\ntitle = "Early birds"\ndescription = "First commit of each repository."\n[columns]\n'
        'repository_id = "The repository."\nat = "When."\n+++*/\nCREATE OR REPLACE TABLE staging.early_bird AS\n'
        "SELECT repository_id, min(authored_at) AS at FROM staging.commit GROUP BY ALL ORDER BY ALL;\n"
    )
    entity = load_entities(tmp_path)["staging.early_bird"]
    assert entity.reads == {"staging.commit"}
    warehouse = house.warehouse("birds.duckdb")
    warehouse.entities = {**warehouse.entities, entity.table: dataclasses.replace(entity)}
    assert {built.table: built.rows for built in warehouse.build_all()}["staging.early_bird"] == 2
