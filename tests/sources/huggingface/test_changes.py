"""huggingface_models day after day: what is stored of a day, and what is told from it, by way of the warehouse."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import huggingface_hub
import pyarrow.parquet as pq
import pytest
import stamina
from hub_days import FAMILY, FIRST, House, days, model

from pipelines.lake import Lake
from pipelines.sandbox.faults import Fault
from pipelines.sandbox.huggingface.models import HubModels
from pipelines.sandbox.huggingface.server import HubServer
from pipelines.settings import Settings
from pipelines.sources.huggingface import models as huggingface_models


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=2):
        yield


@pytest.fixture(autouse=True, scope="module")
def _closed_at_the_end() -> Iterator[None]:
    yield
    huggingface_hub.close_session()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with HubServer(HubModels([])) as hub:
        yield House(tmp_path, hub)


def test_a_day_on_which_nothing_changed_stores_one_row_and_shows_all_models(house: House) -> None:
    house.run(FAMILY, days(0))
    house.run(FAMILY, days(1))
    (row,) = house.stored()
    assert (row["of_number"], row["of_last"]) == (0, 3)
    assert "name" not in row
    expected = [(one["id"], day, one["downloads"], False) for one in FAMILY for day in (0, 1)]
    assert house.told() == sorted(expected) == house.told(name="again.duckdb")


def test_counts_that_changed_are_stored_without_the_rest_and_a_profile_whole(house: House) -> None:
    house.run(FAMILY, days(0))
    changed = [model("lab/A", 11), model("lab/B", 20, tags=["license:mit"]), *FAMILY[2:]]
    house.run(changed, days(1))
    stored = [(row["name"], row["downloads"]) for row in house.stored() if row["number"] is not None]
    assert stored == [("lab/B", 20), (None, 11)]
    assert [row for row in house.told() if row[1] == 1] == sorted(
        (one["id"], 1, one["downloads"], False) for one in changed
    )


def test_unchanged_is_told_from_unseen(house: House) -> None:
    house.run(FAMILY, days(0))
    house.hub.faults.append(Fault("502", match="base_model:lab/A", times=None))
    assert house.run(FAMILY, days(1)).status == "incomplete"
    assert {name for name, day, _, _ in house.told() if day == 1} == {"lab/A", "lab/B", "lab/C"}
    house.hub.faults.clear()
    assert house.run(FAMILY, days(1)).status == "ok", "the next run of the day repairs it"
    assert [row for row in house.told() if row[1] == 1] == sorted(
        (one["id"], 1, one["downloads"], False) for one in FAMILY
    )


def test_a_missed_day_is_a_gap(house: House) -> None:
    for day in (0, 1, 3):
        house.run(FAMILY, days(day))
    assert {day for _, day, _, _ in house.told()} == {0, 1, 3}


def test_everything_is_written_whole_once_a_month(house: House) -> None:
    house.run(FAMILY, days(0))
    house.run(FAMILY, days(29))
    assert {row["name"] for row in house.stored()} == {one["id"] for one in FAMILY}
    house.run(FAMILY, days(30))
    assert len(house.stored()) == 1
    assert len(house.told()) == 3 * len(FAMILY)


def test_a_model_is_gone_when_the_hub_says_so_of_its_id_and_not_before(house: House) -> None:
    house.run(FAMILY, days(0))
    house.hub.faults.append(Fault("502", match="/api/models/", times=None))
    assert house.run(FAMILY[1:3], days(1)).status == "incomplete", "nobody said that heron/D has gone"
    told = {name: gone for name, day, _, gone in house.told() if day == 1}
    assert told == {"lab/A": True, "lab/B": False, "lab/C": False}, "the whole listing of its organisation lacks lab/A"
    house.hub.faults.clear()
    assert house.run(FAMILY[1:3], days(2)).status == "ok"
    rows = [row for row in house.told() if row[0] in {"lab/A", "heron/D"}]
    assert rows == [
        ("heron/D", 0, 40, False),
        ("heron/D", 2, None, True),
        ("lab/A", 0, 10, False),
        ("lab/A", 1, None, True),
    ]
    house.run(FAMILY, days(3))
    assert [row for row in house.told() if row[1] == 3] == sorted(
        (one["id"], 3, one["downloads"], False) for one in FAMILY
    ), "it is there again"
    assert house.told() == house.told(name="again.duckdb")


def test_a_derivative_that_names_another_base_now_is_found_by_its_id(house: House) -> None:
    house.run(FAMILY, days(0))
    house.run([*FAMILY[:3], model("heron/D", 41, "reed/Z")], days(1))
    assert ("heron/D", 1, 41, False) in house.told()


@pytest.mark.parametrize(
    ("fault", "gone"), [("404", True), ("401", True), ("403", False), ("html", False), ("500", False)]
)
def test_only_the_hubs_own_word_is_believed(house: House, fault: str, gone: bool) -> None:
    house.run(FAMILY, days(0))
    house.hub.faults.append(Fault(fault, match="/api/models/heron/D", times=None))
    house.run(FAMILY[:3], days(1))
    assert [row for row in house.told() if row[:2] == ("heron/D", 1)] == ([("heron/D", 1, None, True)] if gone else [])


def test_a_listing_that_broke_off_or_is_a_sample_makes_nothing_gone(house: House) -> None:
    house.run(FAMILY, days(0))
    house.hub.faults.append(Fault("null-id"))
    house.run(FAMILY[1:], days(1))
    house.run(FAMILY[1:], days(2), sample="a sample")
    assert not [row for row in house.told() if row[3]]
    assert not [target for target in house.hub.requests if target.startswith("/api/models/")]


def test_more_absent_models_than_may_be_asked_for_are_said(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huggingface_models, "ASKED_BY_ID", 2)
    many = [model(f"heron/D{number}", 1, "lab/A") for number in range(5)]
    house.run([*FAMILY[:3], *many], days(0))
    outcome = house.run(FAMILY[:3], days(1))
    assert outcome.status == "incomplete"
    assert "still to be asked for: 3" in str(outcome.reason)
    house.run(FAMILY[:3], days(1))
    assert house.run(FAMILY[:3], days(1)).status == "ok"
    assert len([row for row in house.told() if row[3]]) == 5


def test_a_renamed_model_is_one_series(house: House) -> None:
    house.run(FAMILY, days(0))
    house.run([model("lab/A2", 12, _id="id-lab/A"), *FAMILY[1:]], days(1), renamed={"lab/A": "lab/A2"})
    assert [row for row in house.told() if row[0] == "lab/A2"] == [("lab/A2", 0, 10, False), ("lab/A2", 1, 12, False)]


def test_two_runs_on_one_day_are_one_snapshot(house: House) -> None:
    house.run(FAMILY, days(0))
    assert house.run([model("lab/A", 99)], days(0.3)).status == "unchanged"
    assert len(house.told()) == len(FAMILY)


def test_a_clock_that_was_ahead_stops_no_day_and_lends_no_rows(house: House) -> None:
    house.run(FAMILY, days(0))
    house.run([model("lab/A", 999), *FAMILY[1:]], days(20))  # the clock was wrong
    for day in (1, 2):
        assert house.run(FAMILY, days(day)).status == "ok"
    assert house.run(FAMILY, days(1)).status == "unchanged", "and jumps back once more"
    seen = [(day, downloads) for name, day, downloads, _ in house.told() if name == "lab/A"]
    assert seen == [(0, 10), (1, 10), (2, 10), (20, 999)]
    before = house.told(until=days(3), name="as-of.duckdb")
    assert before == [row for row in house.told() if row[1] < 3], "as of a day, nothing refers to a later one"


def test_the_day_is_that_of_utc_wherever_the_machine_stands(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for zone, clock in (
        ("Pacific/Auckland", "2026-08-03T23:30:00-02:00"),
        ("America/Lima", "2026-08-04T03:00:00+00:00"),
    ):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        now = Settings.from_environment({"ECOTONE_NOW": clock, "ECOTONE_HOME": str(house.home)}).now()
        house.run(FAMILY, now)
    monkeypatch.delenv("TZ")
    time.tzset()
    assert [row[1] for row in house.told()] == [1] * len(FAMILY)


def test_what_a_killed_run_had_written_counts_and_is_not_written_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(huggingface_models, "BATCH_ROWS", 3)
    house.run(FAMILY, days(0))
    lake = house.settings(FIRST).lake
    (first, last) = Lake(lake).manifest.entries()
    (lake / last.path).unlink()
    (lake / "manifest.jsonl").write_bytes(b"")  # the first batch missed the manifest: it is adopted
    assert house.run(FAMILY, days(0.1)).status == "ok"
    assert Lake(lake).manifest.entries()[0] == first
    assert sorted(row.get("name") or "same" for row in house.stored()) in (["heron/D"], ["heron/D", "same"])
    assert house.told() == sorted((one["id"], 0, one["downloads"], False) for one in FAMILY)


def test_compaction_keeps_what_is_told(house: House) -> None:
    for day in range(4):
        house.run([model("lab/A", 10 + day), *FAMILY[1:]], days(day))
    before = house.told()
    with Lake(house.settings(FIRST).lake) as lake:
        assert lake.compact()
    assert house.told(name="again.duckdb") == before
    house.run(FAMILY, days(4))
    assert len(house.stored()) <= 3, "the joined file is read as the single ones were"
    assert len(house.told()) == len(before) + len(FAMILY)


def test_rows_of_before_there_were_numbers_count_as_whole_tellings(house: House) -> None:
    house.run(FAMILY, days(0))
    lake = house.settings(FIRST).lake
    (entry,) = Lake(lake).manifest.entries()
    old = pq.read_table(lake / entry.path).drop_columns(["number", "_batch", "_fetched_at", "_subject"])
    with Lake(lake) as writing:
        details = {
            "source": "huggingface",
            "stream": "models",
            "subject": "hf-org:lab",
            "listing": "L",
            "complete": True,
        }
        written = writing.append(old, fetched_at=days(0.1), **details)
    assert "number" not in pq.read_schema(lake / written.path).names
    assert house.told() == sorted((one["id"], 0, one["downloads"], False) for one in FAMILY)


@pytest.mark.parametrize(
    "kind", ["502", "cut", "half", "html", "no-list", "repeated-cursor", "repeated-page", "null-id", "hostile"]
)
def test_a_bad_day_keeps_what_could_be_had_says_what_is_missing_and_is_repaired(house: House, kind: str) -> None:
    house.run(FAMILY, days(0))
    house.hub.faults.append(Fault(kind, match="base_model:lab/A", times=None))
    outcome = house.run(FAMILY, days(1))
    seen = {name for name, day, _, gone in house.told() if day == 1 and not gone}
    assert seen >= {"lab/A", "lab/B", "lab/C"}
    assert not [row for row in house.told() if row[3]]
    assert (outcome.status == "incomplete" and outcome.reason) or seen == {one["id"] for one in FAMILY}
    house.hub.faults.clear()
    house.run(FAMILY, days(1))
    assert {name for name, day, _, _ in house.told() if day == 1} == {one["id"] for one in FAMILY}
