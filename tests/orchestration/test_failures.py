"""A table or a page that fails: red itself, what is below it skipped and named, the rest made, nothing published.

And made again from the failure: what failed and what is below it, nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from dagster import (
    AssetCheckKey,
    AssetKey,
    DagsterEvent,
    DagsterEventType,
    DagsterInstance,
    Definitions,
    ExecuteInProcessResult,
    TableMetadataValue,
)
from git_house import House, start

import metrics
from dashboards.write import site
from pipelines.errors import WarehouseError
from pipelines.orchestration.assets.outcomes import SKIPPED, failed_assets
from pipelines.orchestration.assets.table_specs import Table
from pipelines.orchestration.assets.table_specs import load as load_tables
from pipelines.orchestration.definitions import PUBLISH, build
from pipelines.orchestration.installation import Installation
from pipelines.orchestration.launch import run
from pipelines.orchestration.runs import open_instance
from pipelines.sources import discover
from pipelines.warehouse import Built, Warehouse

pytestmark = pytest.mark.slow
FACT, STAGING, METRIC, UNSOUND = "fact.community", "staging.star", "metrics.agent_share", "metrics.bot_share"
PAGE = AssetKey(["dashboards", "quality"])


@dataclass
class Made:
    """What became of a run."""

    result: ExecuteInProcessResult

    @property
    def materialized(self) -> set[AssetKey]:
        return {event.asset_key for event in self.events(DagsterEventType.ASSET_MATERIALIZATION) if event.asset_key}

    @property
    def failed(self) -> dict[str, str]:
        (event,) = self.events(DagsterEventType.STEP_FAILURE)
        assert event.step_failure_data.user_failure_data
        return failed_assets(event.step_failure_data.user_failure_data.metadata)

    @property
    def skipped(self) -> set[str]:
        (event,) = self.events(DagsterEventType.STEP_FAILURE)
        assert event.step_failure_data.user_failure_data
        found = event.step_failure_data.user_failure_data.metadata[SKIPPED].value
        assert isinstance(found, list)
        return {str(key) for key in found}

    @property
    def message(self) -> str:
        (event,) = self.events(DagsterEventType.STEP_FAILURE)
        assert event.step_failure_data.user_failure_data
        return str(event.step_failure_data.user_failure_data.description)

    def events(self, kind: DagsterEventType) -> list[DagsterEvent]:
        return [event for event in self.result.all_events if event.event_type == kind]


def key(table: str) -> AssetKey:
    return AssetKey(table.split("."))


def below(tables: list[Table], *failed: str) -> set[str]:
    """Names, as Dagster writes them, of the tables that are made from one of these."""
    found = {key(name) for name in failed}
    names = set()
    for table in tables:
        if any(parent in found for parent in table.parents) and table.key not in found:
            found.add(table.key)
            names.add(table.key.to_user_string())
    return names


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    house = House(tmp_path_factory.mktemp("house"))
    start(house)
    return Installation(house.settings, house.catalogue, discover())


@pytest.fixture(scope="module")
def instance(installation: Installation) -> Iterator[DagsterInstance]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DAGSTER_HOME", "")
        with open_instance(installation.settings) as instance:
            yield instance


@pytest.fixture(scope="module")
def definitions(installation: Installation) -> Definitions:
    return build(installation)


@pytest.fixture(scope="module")
def tables() -> list[Table]:
    return load_tables(discover())


@pytest.fixture(scope="module")
def planted(definitions: Definitions, instance: DagsterInstance) -> Made:
    """A run in which a fact, a staging table and a metric meet an error of SQL, and a metric breaks its contract."""
    create = metrics.create_statement

    def broken(metric: metrics.Metric) -> str:
        name = f"metrics.{metric.name}"
        if name == METRIC:
            return "SELECT error('planted')"
        return f"{create(metric)}; UPDATE {UNSOUND} SET complete = NULL" if name == UNSOUND else create(metric)

    make = Warehouse.build

    def build_or_fail(warehouse: Warehouse, table: str) -> Built:
        if table in {FACT, STAGING}:
            with warehouse.open() as connection:
                connection.execute("SELECT error('planted')")
        return make(warehouse, table)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Warehouse, "build", build_or_fail)
        patch.setattr(metrics, "create_statement", broken)
        return Made(publish(definitions, instance))


def publish(
    definitions: Definitions, instance: DagsterInstance, selection: list[AssetKey] | None = None
) -> ExecuteInProcessResult:
    job = definitions.resolve_job_def(PUBLISH)
    return job.execute_in_process(instance=instance, asset_selection=selection, raise_on_error=False)


def test_each_that_failed_is_red_itself_and_says_why(planted: Made) -> None:
    assert set(planted.failed) == {name.replace(".", "/") for name in (FACT, STAGING, METRIC, UNSOUND)}
    assert all("planted" in planted.failed[name.replace(".", "/")] for name in (FACT, STAGING, METRIC))
    assert "complete_is_told" in planted.failed[UNSOUND.replace(".", "/")]
    assert key(UNSOUND) in planted.materialized  # it was built; its check is what failed
    assert not {key(FACT), key(STAGING), key(METRIC)} & planted.materialized


def test_what_is_below_is_skipped_and_named_and_the_rest_is_built(planted: Made, tables: list[Table]) -> None:
    expected = below(tables, FACT, STAGING, METRIC, UNSOUND)
    assert "staging/community_profile" in expected
    assert planted.skipped == expected
    assert all(name.replace("/", ".") in planted.message for name in expected)
    every = {table.key for table in tables}
    skipped = {AssetKey(name.split("/")) for name in expected}
    assert planted.materialized == every - skipped - {key(FACT), key(STAGING), key(METRIC)}


def test_nothing_is_published_or_drawn(planted: Made, installation: Installation) -> None:
    assert not planted.result.success
    assert not installation.settings.published.exists()
    assert not (installation.site / "index.html").exists()


def test_a_broken_contract_shows_each_property_with_its_rows(planted: Made) -> None:
    checked = {
        event.asset_check_evaluation_data.asset_check_key: event.asset_check_evaluation_data
        for event in planted.events(DagsterEventType.ASSET_CHECK_EVALUATION)
    }
    found = checked[AssetCheckKey(key(UNSOUND), "contract")]
    assert not found.passed
    assert found.description is not None
    assert found.description.startswith("complete_is_told: ")
    properties, rows = found.metadata["properties"], found.metadata["rows without complete_is_told"]
    assert isinstance(properties, TableMetadataValue)
    assert isinstance(rows, TableMetadataValue)
    assert len(properties.records) == len(metrics.GENERIC_CHECKS)
    assert 1 <= len(rows.records) <= 5
    assert {"entity_id", "period", "series"} == set(rows.records[0].data)
    assert all(one.passed for check, one in checked.items() if check.asset_key != key(UNSOUND))


def test_from_the_failure_only_what_failed_and_what_is_below_is_made_again(
    planted: Made, instance: DagsterInstance, definitions: Definitions, tables: list[Table], installation: Installation
) -> None:
    parent = instance.get_run_by_id(planted.result.run_id)
    assert parent is not None
    assert parent.execution_plan_snapshot_id is not None
    snapshot = instance.get_execution_plan_snapshot(parent.execution_plan_snapshot_id)
    # What the UI's re-execution FROM_ASSET_FAILURE asks for.
    again, _checks = instance.run_domain.get_keys_to_reexecute(planted.result.run_id, snapshot)  # type: ignore[attr-defined]
    failed = {key(name) for name in (FACT, STAGING, METRIC, UNSOUND)}
    skipped = {AssetKey(name.split("/")) for name in below(tables, FACT, STAGING, METRIC, UNSOUND)}
    assert {one for one in again if one.path[0] not in {"published", "dashboards"}} == failed | skipped
    with installation.warehouse().open() as connection:
        connection.execute(f"UPDATE {UNSOUND} SET complete = TRUE")  # mended
    made = Made(publish(definitions, instance, sorted(again)))
    assert made.result.success
    assert made.materialized == set(again)
    assert installation.settings.published.exists()
    assert (installation.site / "index.html").exists()


def test_a_page_that_fails_stops_no_other_and_what_is_published_stays_published(
    planted: Made,  # noqa: ARG001 - it ran before
    installation: Installation,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    draw = site.build_page
    slug = PAGE.path[-1]

    def broken(database: Path, out: Path, page: str, *others: object) -> Path:
        if page == slug:
            raise LookupError("planted")
        return draw(database, out, page, *others)  # type: ignore[arg-type]

    (installation.site / ".drawn" / f"{slug}.json").unlink()
    monkeypatch.setattr(site, "build_page", broken)
    summary = run(installation, sources=[], anyway=True)
    assert summary.failed_steps == {f"dashboards__{slug}": "LookupError: planted"}
    assert summary.published


def test_the_file_alone_is_not_published_from_tables_that_fail(
    definitions: Definitions, instance: DagsterInstance, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = installation.settings.published.read_bytes()
    (installation.settings.home / "people.toml").write_text("")  # another input: every table is to be made again

    def broken(metric: metrics.Metric) -> str:
        raise WarehouseError(f"{metric.name}: planted")

    monkeypatch.setattr(metrics, "create_statement", broken)
    (installation.settings.home / "warehouse.duckdb").unlink()
    made = Made(publish(definitions, instance, [AssetKey(["published", "ecotone"])]))
    assert not made.result.success
    assert installation.settings.published.read_bytes() == before
