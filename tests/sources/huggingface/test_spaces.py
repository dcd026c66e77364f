"""huggingface_spaces over a loopback Hub: what is asked when, and what a bad day leaves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import huggingface_hub
import pytest
import stamina
from hub_house import DAY, IDS, NOW, ONE, TWO, Runs, a_hub, space

from pipelines.sandbox.faults import HOSTILE_TAG, Fault
from pipelines.sandbox.huggingface.models import HubModels
from pipelines.sandbox.huggingface.server import HubServer
from pipelines.sources.huggingface.spaces import ASKED_EVERY_DAYS, SOURCE

SPACES = [space(1, ONE, TWO), space(2, TWO), space(3, "other-lab/Elsewhere"), space(4, ONE)]
LATER = NOW + ASKED_EVERY_DAYS * DAY


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
    with HubServer(a_hub(spaces=SPACES)) as hub:
        yield Runs(SOURCE, hub, tmp_path)


def uses(runs: Runs) -> list[tuple[str, str]]:
    return [(row["space"], row["model"]) for row in runs.rows() if row["space"] is not None]


def test_each_space_comes_with_each_of_the_models_that_were_asked(runs: Runs) -> None:
    assert (runs.run().status, len(runs.hub.requests)) == ("ok", 3)
    names = {1: [ONE, TWO], 2: [TWO], 4: [ONE]}
    assert sorted(uses(runs)) == sorted((f"heron/space-{n}", model) for n, models in names.items() for model in models)
    (row,) = (row for row in runs.rows() if (row["space"], row["model"]) == ("heron/space-1", ONE))
    assert (row["space_hub_id"], row["hub_id"], row["models"]) == (f"{1:024x}", IDS[ONE][1], [ONE, TWO])
    assert (row["likes"], row["sdk"], row["author"], str(row["created_at"].date())) == (
        1,
        "gradio",
        "heron",
        "2026-07-02",
    )
    assert {row["model"]: row["gone"] for row in runs.rows() if row["space"] is None} == {ONE: [], TWO: []}


def test_a_model_is_asked_once_a_week_and_only_news_come(runs: Runs) -> None:
    runs.run()
    assert (runs.run().status, runs.hub.requests) == ("unchanged", [])
    assert (runs.run(NOW + DAY).status, len(runs.hub.requests)) == ("ok", 1)
    before = len(uses(runs))
    runs.hub.models = a_hub(spaces=[SPACES[0], space(2, TWO, ONE), space(5, ONE)])
    assert (runs.run(LATER).status, len(runs.hub.requests)) == ("ok", 3)
    # the fourth is gone, the fifth is new, and the second uses one more, which is news of it with both
    assert sorted(uses(runs)[before:]) == [("heron/space-2", ONE), ("heron/space-2", TWO), ("heron/space-5", ONE)]
    gone = {row["model"]: row["gone"] for row in runs.rows() if row["space"] is None and row["day"] == LATER.date()}
    assert gone == {ONE: [f"{4:024x}"], TWO: []}


def test_what_the_hub_allows_bounds_a_run_and_the_next_goes_on(tmp_path: Path) -> None:
    with HubServer(a_hub(spaces=SPACES), calls=10) as hub:
        runs = Runs(SOURCE, hub, tmp_path)
        assert (runs.run().status, len(hub.requests)) == ("paused", 2)
        assert {model for _, model in uses(runs)} == {ONE}
        assert (runs.run().status, len(hub.requests)) == ("ok", 2)
        assert {model for _, model in uses(runs)} == {ONE, TWO}


@pytest.mark.parametrize("kind", ["502", "half", "html", "no-list", "null-id", "repeated-cursor"])
def test_what_does_not_pass_is_named_the_rest_stands_and_the_next_run_repairs_it(runs: Runs, kind: str) -> None:
    many = [space(number, ONE) for number in range(1, 1_101)]
    runs.hub.models = a_hub(spaces=[*many, space(2_000, TWO)])
    runs.hub.faults.append(Fault(kind, match=f"models={ONE}&", skip=1 if kind == "repeated-cursor" else 0, times=None))
    bad = runs.run()
    assert bad.status == "incomplete"
    assert f"the Spaces that use {ONE}" in (bad.reason or "")
    assert ("heron/space-2000", TWO) in uses(runs)
    assert not [row for row in runs.rows() if row["space"] is None and row["model"] == ONE]
    runs.hub.faults.clear()
    assert (runs.run().status, runs.run().status) == ("ok", "unchanged")
    assert len({name for name, model in uses(runs) if model == ONE}) == 1_100


def test_hostile_fields_are_read_as_not_told_and_nothing_stops(runs: Runs) -> None:
    runs.hub.models = a_hub(spaces=[space(1, ONE, HOSTILE_TAG, sdk=["gradio"], author=None)])
    runs.hub.faults.append(Fault("hostile", match="/api/spaces"))
    assert runs.run().status == "ok"
    (row,) = (row for row in runs.rows() if row["space"] is not None)
    assert (row["likes"], row["created_at"], row["sdk"], row["models"]) == (None, None, None, [ONE])


def test_a_recording_without_spaces_is_skipped_with_the_reason(runs: Runs) -> None:
    runs.hub.models = HubModels(a_hub().rows)
    outcome = runs.run()
    assert (outcome.status, outcome.reason) == ("skipped", "the recording of this Hub has no Spaces")


def test_an_organisation_without_models_is_not_one_without_spaces(runs: Runs) -> None:
    runs.hub.models = HubModels([], spaces=a_hub(spaces=SPACES).spaces)
    outcome = runs.run()
    assert outcome.status == "skipped"
    assert outcome.reason == "the Hub lists no model of aurora-lab that the catalogue selects"
