"""huggingface_discussions over a loopback Hub: what is asked when, what a bad day leaves, what the next one repairs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import huggingface_hub
import pytest
import stamina
from hub_house import DAY, IDS, NOW, ONE, TWO, Runs, a_hub, opened

from pipelines.sandbox.faults import HOSTILE_TAG, Fault
from pipelines.sandbox.huggingface.discussions import PAGE
from pipelines.sandbox.huggingface.models import HubModels
from pipelines.sandbox.huggingface.server import HubServer
from pipelines.sources.huggingface.discussions import QUIET_DAYS, SOURCE

PLAN = [
    opened(1, "ben", "ann", "=cem"),
    opened(2, author="SFconvertbot"),
    opened(1, "dee", model=TWO, at=NOW - DAY),
]
LISTINGS = 2  # of the two models


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
    with HubServer(a_hub(PLAN)) as hub:
        yield Runs(SOURCE, hub, tmp_path)


def talks(runs: Runs) -> dict[tuple[str, int], dict[str, Any]]:
    """The newest row of each discussion."""
    return {(row["model"], row["number"]): row for row in runs.rows() if row.get("number") is not None}


def asked(runs: Runs) -> list[str]:
    return [target.removeprefix("/api/models/").partition("?")[0] for target in runs.hub.requests[1:]]


def test_everything_said_comes_with_who_and_when_and_the_opening_text_is_no_answer(runs: Runs) -> None:
    assert (runs.run().status, len(runs.hub.requests)) == ("ok", 1 + LISTINGS + len(PLAN))
    found = talks(runs)
    one = found[ONE, 1]
    assert (one["hub_id"], one["status"], one["comments_total"]) == (IDS[ONE][1], "closed", 3)
    assert [comment["author_login"] for comment in one["comments"]] == ["ben", "ann"]
    assert [comment["created_at"].hour for comment in one["comments"]] == [13, 14]
    assert one["author_key"].startswith("hf-user:")
    assert one["author_key"] == one["comments"][1]["author_key"] != one["comments"][0]["author_key"]
    assert (one["closed_by_login"], one["closed_at"]) == ("cem", NOW - 30 * DAY + DAY / 8)
    assert (found[ONE, 2]["author_login"], found[ONE, 2]["comments"]) == ("SFconvertbot", [])
    ends = {row["model"]: row["shown"] for row in runs.rows() if row.get("number") is None}
    assert ends == {ONE: [1, 2], TWO: [1]}


def test_a_second_run_of_the_day_asks_nothing_and_of_the_next_reads_only_what_has_news(runs: Runs) -> None:
    runs.run()
    assert (runs.run().status, runs.hub.requests) == ("unchanged", [])
    runs.hub.models = a_hub([opened(1, "ben", "ann", "=cem", "eve"), *PLAN[1:], opened(3, at=NOW)], now=NOW + DAY)
    assert runs.run(NOW + DAY).status == "ok"
    assert asked(runs) == [f"{ONE}/discussions", f"{ONE}/discussions/3", f"{ONE}/discussions/1", f"{TWO}/discussions"]
    assert [comment["author_login"] for comment in talks(runs)[ONE, 1]["comments"]] == ["ben", "ann", "eve"]


def test_a_model_where_nothing_happens_is_asked_once_a_week(runs: Runs) -> None:
    runs.hub.models = a_hub([])
    runs.run()
    assert len(runs.hub.requests) == 1 + LISTINGS
    for day in range(1, QUIET_DAYS):
        assert runs.run(NOW + day * DAY).status == "ok"
        assert len(runs.hub.requests) == 1
    runs.run(NOW + QUIET_DAYS * DAY)
    assert len(runs.hub.requests) == 1 + LISTINGS


def test_a_change_of_status_alone_is_news(runs: Runs) -> None:
    runs.run()
    runs.hub.models = a_hub([PLAN[0], opened(2, "=ann", author="SFconvertbot"), PLAN[2]])
    runs.run(NOW + DAY)
    assert f"{ONE}/discussions/2" in asked(runs)
    assert talks(runs)[ONE, 2]["closed_by_login"] == "ann"


def test_all_pages_of_a_long_listing_are_turned(runs: Runs) -> None:
    runs.hub.models = a_hub([opened(number) for number in range(1, PAGE + 8)])
    runs.run()
    assert len(talks(runs)) == PAGE + 7
    assert f"/api/models/{ONE}/discussions?p=1" in runs.hub.requests


def test_what_the_hub_allows_bounds_a_run_and_the_next_goes_on(tmp_path: Path) -> None:
    plan = [opened(number) for number in range(1, 31)]
    with HubServer(a_hub(plan), calls=100) as hub:
        runs = Runs(SOURCE, hub, tmp_path)
        first = runs.run()
        assert first.status == "paused"
        assert "20 calls were made, one in 5 of those that the Hub allows" in (first.reason or "")
        assert len(talks(runs)) == 18
        second = runs.run()
        assert (second.status, len(hub.requests)) == ("ok", 1 + LISTINGS + 12)
        assert len(talks(runs)) == 30


@pytest.mark.parametrize("kind", ["429", "502", "half", "html", "cut"])
@pytest.mark.parametrize("match", ["/discussions?", "/discussions/2"])
def test_what_passes_is_tried_again(runs: Runs, kind: str, match: str) -> None:
    runs.hub.faults.append(Fault(kind, match=match))
    if kind == "429":
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("pipelines.sources.huggingface.client.client.LONGEST_WAIT_SECONDS", 0.01)
            assert runs.run().status == "ok"
    else:
        assert runs.run().status == "ok"
    assert len(talks(runs)) == len(PLAN)


@pytest.mark.parametrize("kind", ["502", "half", "html", "no-list", "null-id", "hostile"])
@pytest.mark.parametrize("match", [f"{ONE}/discussions?", f"{ONE}/discussions/1"])
def test_what_does_not_pass_is_named_the_rest_stands_and_the_next_run_repairs_it(
    runs: Runs, kind: str, match: str
) -> None:
    runs.hub.faults.append(Fault(kind, match=match, times=None))
    bad = runs.run()
    assert bad.status == "incomplete"
    assert ONE in (bad.reason or "")
    assert (TWO, 1) in talks(runs)
    assert not [row for row in runs.rows() if row.get("number") is None and row["model"] == ONE]
    runs.hub.faults.clear()
    assert runs.run().status == "ok"
    found = talks(runs)
    assert len(found) == len(PLAN)
    assert [comment["author_login"] for comment in found[ONE, 1]["comments"]] == ["ben", "ann"]
    assert found[ONE, 1]["comments_total"] == 3


def test_a_script_for_a_name_is_a_name(runs: Runs) -> None:
    runs.hub.faults.append(Fault("hostile", match=f"{TWO}/discussions/1"))
    runs.run()
    assert talks(runs)[TWO, 1]["comments"][-1]["author_login"] == HOSTILE_TAG


def test_a_hidden_discussion_is_noted_and_not_asked_for_again(runs: Runs) -> None:
    runs.hub.faults.append(Fault("404", match=f"{ONE}/discussions/2", times=None))
    assert runs.run().status == "ok"
    assert talks(runs)[ONE, 2]["comments"] is None
    runs.run(NOW + DAY)
    assert f"{ONE}/discussions/2" not in asked(runs)


def test_models_whose_discussions_are_switched_off_are_counted_and_nothing_is_missing(runs: Runs) -> None:
    runs.hub.faults.append(Fault("404", match=f"{ONE}/discussions", times=None))
    outcome = runs.run()
    assert (outcome.status, outcome.reason) == ("ok", "models whose discussions are switched off or hidden: 1")


def test_a_recording_without_discussions_is_skipped_with_the_reason(runs: Runs) -> None:
    runs.hub.models = HubModels(a_hub().rows)
    outcome = runs.run()
    assert (outcome.status, outcome.reason) == ("skipped", "the recording of this Hub has no discussions")


def test_a_run_that_was_killed_between_batches_keeps_them_and_the_next_goes_on(
    runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.sources.huggingface.discussions.BATCH_ROWS", 1)

    class KilledError(BaseException):
        """Nothing catches it."""

    asked_for: list[str] = []

    def dies(*arguments: Any, **named: Any) -> Any:
        asked_for.append(str(arguments[2].number))
        if len(asked_for) == 2:
            raise KilledError
        return talk(*arguments, **named)

    talk = SOURCE.fetch.__globals__["hub"].talk
    monkeypatch.setattr("pipelines.sources.huggingface.client.discussions.talk", dies)
    with pytest.raises(KilledError):
        runs.run()
    assert len(talks(runs)) == 1
    monkeypatch.undo()
    assert runs.run().status == "ok"
    assert len(asked(runs)) == LISTINGS + len(PLAN) - 1
    assert len(talks(runs)) == len(PLAN)
