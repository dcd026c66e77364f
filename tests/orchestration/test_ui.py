"""Launched by the mutation that Dagster's own UI sends: one table, its checks alone, and all beside a command."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from git_house import CATALOGUE, House, start

pytestmark = pytest.mark.slow
BEGIN = "import sys; sys.argv[0] = 'ecotone'; from pipelines.cli.main import main; sys.exit(main())"
PATIENCE_SECONDS = 240
LOADED = "{ repositoriesOrError { ... on RepositoryConnection { nodes { name } } } }"
LAUNCH = """
mutation Launch($params: ExecutionParams!) {
  launchPipelineExecution(executionParams: $params) { __typename ... on LaunchRunSuccess { run { runId } } }
}"""
STATUS = "query Status($id: ID!) { runOrError(runId: $id) { ... on Run { status } } }"
EVENTS = """
query Events($id: ID!) {
  logsForRun(runId: $id) { ... on EventConnection { events { __typename ... on MessageEvent { message } } } }
}"""
CATALOGUE_FILE = "ecosystems.toml"


@dataclass
class Ui:
    """Dagster's UI over an installation that has been published once."""

    port: int
    environment: dict[str, str]

    def ask(self, query: str, **variables: Any) -> Any:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as server:
            body = json.dumps({"query": query, "variables": variables})
            server.request("POST", "/graphql", body, headers={"Content-Type": "application/json"})
            return json.loads(server.getresponse().read())["data"]

    def launch(self, job: str, **selection: Any) -> str:
        selector = {"repositoryLocationName": "ecotone", "repositoryName": "__repository__", "pipelineName": job}
        params = {"selector": selector | selection, "mode": "default", "runConfigData": {}}
        answer = self.ask(LAUNCH, params=params)["launchPipelineExecution"]
        assert answer["__typename"] == "LaunchRunSuccess"
        return str(answer["run"]["runId"])

    def ended(self, run_id: str) -> str:
        until = time.monotonic() + PATIENCE_SECONDS
        status = ""
        while time.monotonic() < until and status not in {"SUCCESS", "FAILURE", "CANCELED"}:
            time.sleep(0.5)
            status = self.ask(STATUS, id=run_id)["runOrError"]["status"]
        return status

    def events(self, run_id: str) -> list[dict[str, str]]:
        found: list[dict[str, str]] = self.ask(EVENTS, id=run_id)["logsForRun"]["events"]
        return found


def command(environment: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", BEGIN, *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="module")
def ui(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ui]:
    house = House(tmp_path_factory.mktemp("house"))
    start(house)
    (house.folder / CATALOGUE_FILE).write_text(CATALOGUE)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ECOTONE", "HF_", "DAGSTER"))}
    kept["ECOTONE_PACKAGES_URL"] = "off"
    environment = kept | {
        "ECOTONE_HOME": str(house.settings.home),
        "ECOTONE_CATALOGUE": str(house.folder / CATALOGUE_FILE),
        "ECOTONE_GIT_URL": str(house.settings.git_url),
        "ECOTONE_NOW": "2026-08-22T12:00:00+00:00",
    }
    first = command(environment, "run")
    out, err = first.communicate(timeout=PATIENCE_SECONDS)
    assert first.returncode == 0, out + err
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    process = subprocess.Popen(
        [sys.executable, "-c", BEGIN, "dev", "--port", str(port)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        there = Ui(port, environment)
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            time.sleep(0.5)
            with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
                if there.ask(LOADED)["repositoriesOrError"].get("nodes"):
                    break
        yield there
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE_SECONDS)


def kinds(events: list[dict[str, str]]) -> list[str]:
    return [event["__typename"] for event in events]


def test_one_table_is_built_and_checked_alone(ui: Ui) -> None:
    run = ui.launch("__ASSET_JOB", assetSelection=[{"path": ["metrics", "contributors"]}])
    assert ui.ended(run) == "SUCCESS"
    told = kinds(ui.events(run))
    assert told.count("MaterializationEvent") == 1
    assert told.count("AssetCheckEvaluationEvent") == told.count("AssetCheckEvaluationPlannedEvent") > 0
    assert told.count("ExecutionStepSuccessEvent") == 1


def test_its_checks_are_run_alone_without_building_it(ui: Ui) -> None:
    check = {"assetKey": {"path": ["metrics", "contributors"]}, "name": "contract"}
    run = ui.launch("__ASSET_JOB", assetSelection=[], assetCheckSelection=[check])
    assert ui.ended(run) == "SUCCESS"
    told = kinds(ui.events(run))
    assert told.count("MaterializationEvent") == 0
    assert told.count("AssetCheckEvaluationEvent") == 1


def test_a_run_of_the_ui_and_a_command_at_once_both_end_well(ui: Ui) -> None:
    run = ui.launch("publish")
    process = command(ui.environment, "rebuild")
    try:
        out, err = process.communicate(timeout=PATIENCE_SECONDS)
    finally:
        process.kill()
    assert process.returncode == 0, out + err
    assert "Equal to the former publication" in out
    assert ui.ended(run) == "SUCCESS"
    assert len([kind for kind in kinds(ui.events(run)) if kind == "ExecutionStepSuccessEvent"]) <= 8


def test_the_home_has_charts_as_files(ui: Ui) -> None:
    charts = list((Path(ui.environment["ECOTONE_HOME"]) / "charts").glob("*.png"))
    assert charts
    assert all(chart.read_bytes().startswith(b"\x89PNG") for chart in charts)
