"""huggingface_models day after day: what is stored of a day, and what is told from it, by way of the warehouse."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import huggingface_hub
import pyarrow.parquet as pq
import pytest
import stamina

from pipelines.catalogue import Catalogue
from pipelines.ingestion.fetching import Ingestion
from pipelines.ingestion.outcomes import Outcome
from pipelines.lake import Lake
from pipelines.sandbox.faults import Fault
from pipelines.sandbox.huggingface.models import HubModels
from pipelines.sandbox.huggingface.server import HubServer
from pipelines.settings import Settings
from pipelines.sources import discover
from pipelines.sources.huggingface import models as huggingface_models
from pipelines.sources.huggingface.models import SOURCE
from pipelines.warehouse import Warehouse

FIRST = datetime(2026, 8, 3, 12, tzinfo=UTC)
CATALOGUE = Catalogue.parse(
    """
[[ecosystem]]
id = "one"
label = "One"
[[project]]
label = "A"
ecosystem = "one"
region = "us"
layer = "model"
huggingface = ["lab"]
""",
)
Told = tuple[str, int, int | None, bool]
"""Name, days since the first, downloads, whether it is gone."""


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=2):
        yield


@pytest.fixture(autouse=True, scope="module")
def _closed_at_the_end() -> Iterator[None]:
    yield
    huggingface_hub.close_session()


def model(name: str, downloads: int = 1, *bases: str, **fields: Any) -> dict[str, Any]:
    return {
        "_id": f"id-{name}",
        "id": name,
        "author": name.partition("/")[0],
        "createdAt": "2026-01-01T00:00:00.000Z",
        "downloads": downloads,
        "tags": [f"base_model:finetune:{base}" for base in bases],
        **fields,
    }


@dataclass
class House:
    """A Hub that changes from day to day, and an installation that reads it."""

    home: Path
    hub: HubServer

    def settings(self, now: datetime) -> Settings:
        return Settings(home=self.home, catalogue=self.home, hf_endpoint=self.hub.endpoint, fixed_now=now)

    def run(self, rows: Sequence[dict[str, Any]], now: datetime, **options: Any) -> Outcome:
        """One fetch of the Hub with these models."""
        self.hub.models = HubModels(rows, **options)
        settings = self.settings(now)
        with Lake(settings.lake) as lake:
            ((outcome,),) = [
                one.outcomes for one in Ingestion(SOURCE, CATALOGUE, settings, lake).run(CATALOGUE.projects)
            ]
        return outcome

    def told(self, until: datetime | None = None, name: str = "warehouse.duckdb") -> list[Told]:
        """All of staging.model_snapshot, from an incremental build; with another name, from a new one."""
        return self.rows(
            "SELECT name, day - DATE '2026-08-03', downloads, gone FROM staging.model_snapshot "
            "JOIN staging.model USING (model_id) ORDER BY ALL",
            until=until,
            name=name,
        )

    def rows(self, query: str, until: datetime | None = None, name: str = "warehouse.duckdb") -> list[Any]:
        """What is built of the Hub's models and listings, asked."""
        path = self.home / name
        warehouse = Warehouse(self.settings(FIRST), CATALOGUE, discover(), path=path, until=until)
        with warehouse.open() as connection:
            needed = {"staging.model", "staging.model_snapshot", "ops.hub_listing"}
            for table in reversed(warehouse.entities):
                needed |= warehouse.entities[table].reads if table in needed else set()
            for table in (each for each in warehouse.entities if each in needed):
                warehouse.build(table)
            return connection.execute(query).fetchall()

    def stored(self) -> list[dict[str, Any]]:
        """The rows of the newest batch."""
        with Lake(self.settings(FIRST).lake) as lake:
            entry = lake.manifest.entries()[-1]
            rows: list[dict[str, Any]] = pq.read_table(lake.root / entry.path).to_pylist()
        return rows


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with HubServer(HubModels([])) as hub:
        yield House(tmp_path, hub)


def days(number: float) -> datetime:
    return FIRST + timedelta(days=number)


FAMILY = [model("lab/A", 10), model("lab/B", 20), model("lab/C", 30), model("heron/D", 40, "lab/A")]


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


MARKS = (
    "SELECT day - DATE '2026-08-03', downloads_mark, all_time_mark FROM staging.model_snapshot "
    "WHERE downloads_mark IS NOT NULL OR all_time_mark IS NOT NULL ORDER BY ALL"
)


@pytest.mark.parametrize(
    ("recent", "marked"),
    [
        ([1200, 0, 1210], [1]),  # the Hub's own mistake: hub-docs#154
        ([1200, 0, 0, 1210], [1, 2]),
        ([1200, 0], [1]),  # the newest day: what comes after is not known yet
        ([12, 0, 11], []),  # a dozen in 30 days may well be over
        ([0, 0, 40], []),
        ([1200, 900, 1210], []),
        ([1200, None, 1210], []),
    ],
)
def test_a_zero_between_hundreds_is_marked_for_the_model_and_the_day(
    house: House, recent: list[int | None], marked: list[int]
) -> None:
    for day, downloads in enumerate(recent):
        house.run([{**model("lab/A"), "downloads": downloads}, model("lab/B", 0)], days(day))
    assert house.rows(MARKS) == [(day, "zero", None) for day in marked]


def test_a_count_that_stays_zero_is_not_doubted_for_ever(house: House) -> None:
    for day in (0, 1, 5, 12, 20):
        house.run([model("lab/A", 500 if not day else 0)], days(day))
    assert house.rows(MARKS) == [(1, "zero", None), (5, "zero", None)]


@pytest.mark.parametrize(
    ("all_time", "marks"),
    [
        ([5000, 4000, 4010], {1: "recount"}),
        ([5000, 4000, 5020], {1: "recount", 2: "recount"}),  # back at once: that was not downloaded on one day
        ([5000, 0, 5020], {1: "zero", 2: "recount"}),
        ([5000, 0, 0, 5020], {1: "zero", 2: "zero", 3: "recount"}),
        ([5000, None, 4000], {2: "recount"}),
        ([5000, 5000, 5001], {}),
    ],
)
def test_an_all_time_count_that_falls_is_marked_and_so_is_its_return(
    house: House, all_time: list[int | None], marks: dict[int, str]
) -> None:
    for day, count in enumerate(all_time):
        house.run([{**model("lab/A", 1), "downloadsAllTime": count}], days(day))
    assert house.rows(MARKS) == [(day, None, mark) for day, mark in marks.items()]


def test_a_listing_that_goes_deeper_than_the_one_before_is_not_comparable(house: House) -> None:
    depth = "SELECT models, older_models, missing_models, comparable FROM ops.hub_listing ORDER BY day"
    house.run(FAMILY[:2], days(0))
    house.run(FAMILY[:2], days(1))
    house.run([*FAMILY[:2], *(model(f"lab/old-{number}") for number in range(5))], days(2))
    new = {**model("lab/new"), "createdAt": days(2).isoformat()}
    house.run([*FAMILY[:2], *(model(f"lab/old-{number}") for number in range(5)), new], days(3))
    assert house.rows(depth) == [(2, None, None, None), (2, 0, 0, True), (7, 5, 0, False), (8, 0, 0, True)]
