"""Profiles: which month counts, and what is said of the unknown."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dashboards.chart import Measure
from dashboards.parts import profiles
from dashboards.read.publication import open_publication
from dashboards.streams import GIT

MEASURE = Measure(
    id="overview-people",
    metric="contributors",
    title="People",
    subtitle="People.",
    stream=GIT,
    format="count",
    counts="people",
    chart="contributors.html#contributors",
)
LEVEL = replace(MEASURE, flow=False)

Row = tuple[str, float | None, bool, str | None, str | None]
JUNE, JULY, AUGUST = "2026-06-01", "2026-07-01", "2026-08-01"


def _reading(
    tmp_path: Path, measure: Measure, rows: list[Row], catalogued: int = 1, until: str = "'2026-08-22 00:00:00+00'"
) -> profiles.Reading:
    """The reading of an ecosystem with these rows: period, value, complete, reason, flag."""
    path = tmp_path / "ecotone.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("SET TimeZone = 'UTC'; CREATE SCHEMA catalogue; CREATE SCHEMA ops; CREATE SCHEMA metrics")
        connection.execute(
            "CREATE TABLE catalogue.entity AS SELECT 'ecosystem:a' AS entity_id, 'ecosystem' AS kind, 'A' AS label, "
            "CAST(NULL AS VARCHAR) AS parent; "
            "CREATE TABLE catalogue.membership AS SELECT 'ecosystem:a' AS entity_id, 'github:1' AS subject_id; "
            "CREATE TABLE ops.publication AS SELECT 'x' AS publication_id, now() AS published_at, "
            "TIMESTAMPTZ '2026-08-22 00:00:00+00' AS as_of, FALSE AS simulated, '' AS code, 1 AS batches; "
            "CREATE TABLE ops.entity_coverage AS SELECT 'ecosystem:a' AS entity_id, 'git' AS source, "
            f"'commits' AS stream, {catalogued} AS subjects, 0 AS observed; "
            "CREATE TABLE ops.coverage AS SELECT 'github:2' AS subject_id, 'git' AS source, 'commits' AS stream, "
            "'ok' AS status, CAST(NULL AS VARCHAR) AS reason, 9 AS row_count, 0 AS quarantined, "
            f"CAST({until} AS TIMESTAMPTZ) AS observed_until; "
            "CREATE TABLE metrics.contributors (entity_id VARCHAR, period DATE, series VARCHAR, value DOUBLE, "
            "n BIGINT, low DOUBLE, high DOUBLE, complete BOOLEAN, reason VARCHAR, flag VARCHAR)"
        )
        for period, value, complete, reason, flag in rows:
            connection.execute(
                "INSERT INTO metrics.contributors VALUES ('ecosystem:a', ?, '', ?, 9, NULL, NULL, ?, ?, ?)",
                [period, value, complete, reason, flag],
            )
    with open_publication(path) as publication:
        return profiles.readings(publication, measure, "ecosystem")["ecosystem:a"]


def test_of_a_flow_the_latest_whole_month_counts(tmp_path: Path) -> None:
    rows: list[Row] = [
        (JUNE, 1, True, None, None),
        (JULY, 2, True, None, None),
        (AUGUST, 3, False, None, "incomplete month"),
    ]
    assert _reading(tmp_path, MEASURE, rows).period == date(2026, 7, 1)


def test_of_a_level_the_latest_month_counts(tmp_path: Path) -> None:
    rows: list[Row] = [(JULY, 2, True, None, None), (AUGUST, 3, False, None, "incomplete month")]
    reading = _reading(tmp_path, LEVEL, rows)
    assert (reading.value, reading.hollow) == (3, True)


def test_where_no_month_is_whole_a_finished_one_counts_and_is_hollow(tmp_path: Path) -> None:
    rows: list[Row] = [
        (JULY, 2, False, None, "coverage 0.50"),
        (AUGUST, 3, False, None, "incomplete month; coverage 0.50"),
    ]
    reading = _reading(tmp_path, MEASURE, rows)
    assert (reading.value, reading.hollow) == (2, True)


def test_what_is_older_than_a_year_is_unknown_now(tmp_path: Path) -> None:
    reading = _reading(tmp_path, MEASURE, [("2025-08-01", 5, True, None, None)])
    assert reading.value is None


def test_unknown_keeps_its_reason(tmp_path: Path) -> None:
    reading = _reading(tmp_path, MEASURE, [(JULY, None, True, "no snapshot in the month", None)])
    assert (reading.value, reading.reason) == (None, "no snapshot in the month")


@pytest.mark.parametrize(
    ("catalogued", "reason"), [(1, "never observed"), (0, "nothing of it is catalogued for this source")]
)
def test_without_any_row_the_coverage_tells_why(tmp_path: Path, catalogued: int, reason: str) -> None:
    reading = _reading(tmp_path, MEASURE, [], catalogued)
    assert (reading.value, reading.reason) == (None, reason)


def test_of_a_stream_that_nobody_read_that_is_told(tmp_path: Path) -> None:
    assert _reading(tmp_path, MEASURE, [], until="NULL").reason == "git was not read"


def test_a_median_that_was_not_reached_is_not_replaced_by_an_older_one(tmp_path: Path) -> None:
    rows: list[Row] = [(JUNE, 4, True, None, None), (JULY, None, True, "not reached", None)]
    reading = _reading(tmp_path, MEASURE, rows)
    assert (reading.value, reading.reason, reading.period) == (None, "not reached", date(2026, 7, 1))


def test_zero_is_a_value(tmp_path: Path) -> None:
    assert _reading(tmp_path, MEASURE, [(JULY, 0, True, None, None)]).value == 0


@pytest.mark.parametrize("scale", ["linear", "log", "around zero"])
def test_every_point_is_inside_its_strip(published: Path, scale: Any) -> None:
    measure = replace(MEASURE, metric="fork_growth", format="percent", scale=scale)
    with open_publication(published) as publication:
        cards = profiles.cards(publication, (measure,), "ecosystem")["cards"]
    places = [x for card in cards for strip in card.strips for x in (strip.x, strip.x_low, strip.x_high) if x]
    assert places
    assert all(2 <= float(x.removesuffix("%")) <= 98 for x in places)


def test_cards_stand_in_the_order_of_names(published: Path) -> None:
    with open_publication(published) as publication:
        cards = profiles.cards(publication, (MEASURE,), "ecosystem")["cards"]
    names = [card.entity.label for card in cards]
    assert names == sorted(names)
