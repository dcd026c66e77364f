"""The page of one ecosystem or project: what stands for now, its place among peers, its drawing."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dashboards.draw.sparks import spark
from dashboards.parts.entities import Latest, place, slug_of
from dashboards.read.series import Line


def _latest(value: float, low: float | None = None, high: float | None = None) -> Latest:
    return Latest(date(2026, 9, 1), value, low, high, 10, hollow=False, flag="")


def test_a_percentile_counts_ties_half_and_overlaps_are_not_ordered() -> None:
    others = [_latest(1, 0.5, 1.5), _latest(2, 1.8, 2.2), _latest(3, 1, 5), _latest(3, 2.9, 3.1), _latest(9, 8, 10)]
    found = place(_latest(3, 2.5, 3.5), others)
    assert found
    # Two of five lie below and two are tied: (2 + 2 / 2) / 5.
    assert (found.peers, found.percentile) == (5, 60)
    # [0.5, 1.5] and [1.8, 2.2] lie below [2.5, 3.5], [8, 10] above; [1, 5] and [2.9, 3.1] overlap.
    assert (found.lower, found.higher) == (2, 1)


def test_few_peers_have_no_percentile() -> None:
    assert place(_latest(3), [_latest(1)] * 4) is None


def test_without_an_interval_nothing_is_called_apart() -> None:
    found = place(_latest(3), [_latest(1, 0, 1)] * 5)
    assert found
    assert (found.lower, found.higher) == (None, None)


@pytest.mark.parametrize(
    ("entity_id", "slug"),
    [("project:qwen", "project-qwen"), ("project:a b/c", "project-a_20b_2fc"), ("ecosystem:../x", "ecosystem-.._2fx")],
)
def test_a_page_is_named_by_what_an_address_can_hold(entity_id: str, slug: str) -> None:
    assert slug_of(entity_id) == slug


def _line(values: list[float | None], **more: list[Any]) -> Line:
    size = len(values)
    columns = {
        "value": values,
        "n": [9] * size,
        "low": [None] * size,
        "high": [None] * size,
        "complete": [True] * size,
        "reason": [None] * size,
        "flag": [None] * size,
    } | more
    return Line("project:x", "", [date(2026, month + 1, 1) for month in range(size)], columns)


def test_a_gap_is_a_gap_in_the_drawing() -> None:
    drawn = str(spark(_line([1.0, 2.0, None, 3.0, 4.0]), 1).svg)
    assert len(re.findall(r'class="trace"', drawn)) == 2


def test_a_month_that_has_not_ended_stands_alone_and_hollow() -> None:
    unfinished = {"complete": [True, True, False], "flag": [None, None, "incomplete month"]}
    drawn = str(spark(_line([1.0, 2.0, 3.0], **unfinished), 1).svg)
    assert drawn.count('class="hole"') == 1
    assert re.findall(r'class="trace" d="M([^"]+)"', drawn)[0].count("L") == 1


def test_months_that_are_covered_in_part_are_joined_and_end_hollow() -> None:
    drawn = str(spark(_line([1.0, 2.0, 3.0], complete=[False, False, False]), 1).svg)
    assert drawn.count('class="hole"') == 1
    assert re.findall(r'class="trace" d="M([^"]+)"', drawn)[0].count("L") == 2


def test_weeks_that_follow_each_other_are_joined() -> None:
    weekly = _line([1.0, 2.0, None, 4.0])
    weeks = [date(2026, 6, 1 + 7 * week) for week in range(4)]
    drawn = str(spark(Line(weekly.entity_id, "", weeks, weekly.columns), 1).svg)
    assert re.findall(r'class="trace" d="M([^"]+)"', drawn)[0].count("L") == 1
    assert drawn.count('class="dot"') == 1


def test_a_band_is_drawn_where_there_are_intervals() -> None:
    assert "veil" in str(spark(_line([1.0, 2.0], low=[0.5, 1.5], high=[2.0, None]), 1).svg)
    assert "veil" not in str(spark(_line([1.0, 2.0]), 1).svg)


def test_every_number_on_the_pages_of_entities_is_the_one_in_the_file(built: Path, published: Path) -> None:
    pattern = re.compile(
        r'<data class="value" value="([^"]+)" data-metric="(\w+)" data-series="([^"]*)" data-period="([^"]+)"'
    )
    seen = 0
    with duckdb.connect(str(published), read_only=True) as connection:
        for path in [*built.glob("ecosystem-*.html"), *built.glob("zh/project-*.html")]:
            entity_id = path.stem.replace("-", ":", 1)
            for value, metric, series, period in pattern.findall(path.read_text(encoding="utf-8")):
                held = connection.execute(
                    f"SELECT value FROM metrics.{metric} "
                    "WHERE entity_id = ? AND series = ? AND period = CAST(? AS DATE)",
                    [entity_id, series, period],
                ).fetchall()
                assert [float(value)] == [pytest.approx(row[0], rel=1e-12) for row in held], (path.name, metric)
                seen += 1
    assert seen > 500


def test_every_number_on_the_pages_of_metrics_is_the_one_in_the_file(built: Path, published: Path) -> None:
    pattern = re.compile(r'<data value="([^"]+)" data-entity="([^"]+)" data-column="(\w+)">')
    seen = 0
    with duckdb.connect(str(published), read_only=True) as connection:
        for path in built.glob("metric-*.html"):
            metric = path.stem.removeprefix("metric-")
            for value, entity_id, column in pattern.findall(path.read_text(encoding="utf-8")):
                (known,) = connection.execute(
                    f"SELECT count(*) FROM metrics.{metric} WHERE entity_id = ? AND series = '' AND {column} = ?",
                    [entity_id, float(value)],
                ).fetchall()[0]
                assert known, (metric, entity_id, column, value)
                seen += 1
    assert seen > 200
