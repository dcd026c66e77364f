"""huggingface_trending over a loopback Hub and over a recorded day of the real one."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import huggingface_hub
import pytest
import stamina
from hub_house import DAY, NOW, ONE, TWO, Runs, a_hub, model_rows

from pipelines.sandbox.faults import Fault
from pipelines.sandbox.huggingface.models import HubModels
from pipelines.sandbox.huggingface.server import HubServer
from pipelines.sources.huggingface.trending import SOURCE, TOP


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=2):
        yield


@pytest.fixture(autouse=True, scope="module")
def _closed_at_the_end() -> Iterator[None]:
    yield
    huggingface_hub.close_session()


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[Runs]:
    others = [{**model_rows()[0], "_id": f"{n:024x}", "id": f"o/m-{n}", "trendingScore": -n} for n in range(9, 150)]
    with HubServer(HubModels([*model_rows(), *others])) as hub:
        yield Runs(SOURCE, hub, tmp_path)


def ranks(runs: Runs) -> list[tuple[int, str]]:
    return [(row["rank"], row["name"]) for row in runs.rows()]


def test_the_first_hundred_come_in_one_call_once_a_day(runs: Runs) -> None:
    assert (runs.run().status, len(runs.hub.requests)) == ("ok", 1)
    assert ranks(runs)[:3] == [(1, TWO), (2, ONE), (3, "o/m-9")]
    assert [rank for rank, _ in ranks(runs)] == list(range(1, TOP + 1))
    assert (runs.run().status, runs.hub.requests) == ("unchanged", [])
    assert runs.run(NOW + DAY).status == "ok"
    assert len(ranks(runs)) == 2 * TOP


@pytest.mark.parametrize("kind", ["502", "half", "html", "429"])
def test_what_does_not_pass_fails_and_the_next_run_of_the_day_repairs_it(runs: Runs, kind: str) -> None:
    runs.hub.faults.append(Fault(kind, times=None))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pipelines.sources.huggingface.client.client.LONGEST_WAIT_SECONDS", 0.01)
        outcome = runs.run()
    assert outcome.status == "failed"
    assert "the trending models, from http://127.0.0.1:" in (outcome.reason or "")
    runs.hub.faults.clear()
    assert runs.run().status == "ok"
    assert len(ranks(runs)) == TOP


def test_a_row_without_an_id_leaves_the_day_incomplete_and_is_asked_for_again(runs: Runs) -> None:
    runs.hub.faults.append(Fault("null-id"))
    outcome = runs.run()
    assert (outcome.status, outcome.reason) == ("incomplete", "rows left out because they had no id: 1")
    assert runs.run().status == "ok"
    assert ranks(runs)[-TOP:][0] == (1, TWO)


def test_a_hub_without_models_says_so(runs: Runs) -> None:
    runs.hub.models = HubModels([])
    assert runs.run().reason == "the Hub listed no model as trending"


def test_a_recorded_day_ranks_as_a_reading_of_the_file(shared_data: Path, tmp_path: Path) -> None:
    path = shared_data / "huggingface" / "2026-08-22.models.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = sorted(map(json.loads, file), key=lambda row: (-row["trendingScore"], row["id"]))
    with HubServer(HubModels.recorded(path, sample="a sample")) as hub:
        runs = Runs(SOURCE, hub, tmp_path)
        assert runs.run().reason == "a sample"
    assert ranks(runs) == [(rank, row["id"]) for rank, row in enumerate(rows[:TOP], start=1)]
    assert a_hub().sample is None
