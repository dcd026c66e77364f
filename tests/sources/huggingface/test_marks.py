"""Counts of the Hub that cannot be, and listings of different depth: marked by way of the warehouse."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hub_days import FAMILY, House, days, model

from pipelines.sandbox.huggingface.models import HubModels
from pipelines.sandbox.huggingface.server import HubServer


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with HubServer(HubModels([])) as hub:
        yield House(tmp_path, hub)


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
