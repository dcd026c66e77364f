"""Curves: what is drawn equals what the file holds, and which month is shown first."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dashboards import pages
from dashboards.chart import Curve
from dashboards.read import curves
from dashboards.read.publication import open_publication

CURVES = [curve for page in pages.load().values() for curve in page.curves]

Key = tuple[str, float]


def _drawn(script: Path) -> tuple[str, dict[Key, tuple[Any, ...]]]:
    """The month and, by entity and hours, value, low, high, waiting, complete, reason and flag."""
    data = json.loads(script.read_text(encoding="utf-8").partition(",")[2].rstrip().removesuffix(");"))
    found: dict[Key, tuple[Any, ...]] = {}
    for line in data["lines"]:
        for place, (hours, _) in enumerate(data["hours"]):
            reason = [None, *data["reasons"]][line["r"][place]]
            flag = [None, *data["flags"]][line["f"][place]]
            numbers = [line[name][place] for name in "vlhw"]
            found[line["e"], hours] = (*numbers, line["c"][place] == "1", reason, flag)
    return data["period"], found


@pytest.mark.parametrize("curve", CURVES, ids=lambda curve: curve.id)
@pytest.mark.parametrize("kind", ["ecosystem", "region"])
def test_every_number_drawn_is_the_one_in_the_file(curve: Curve, kind: str, built: Path, published: Path) -> None:
    scripts = sorted((built / "data").glob(f"{curve.id}.{kind}*.js"))
    assert len(scripts) == curves.PERIODS_OFFERED
    with duckdb.connect(str(published), read_only=True) as connection:
        for script in scripts:
            month, drawn = _drawn(script)
            held = connection.execute(
                "SELECT v.entity_id, v.hours, v.incidence, v.low, v.high, v.at_risk, v.complete, v.reason, v.flag "
                f"FROM metrics.{curve.metric} v JOIN catalogue.entity e USING (entity_id) "
                "WHERE e.kind = ? AND v.event = ? AND v.period = CAST(? AS DATE)",
                [kind, curve.event, month],
            ).fetchall()
            assert held
            assert drawn.keys() == {row[:2] for row in held}
            for entity_id, hours, *numbers, waiting, complete, reason, flag in held:
                parts = [None if number is None else round(10_000 * number) for number in numbers]
                assert drawn[entity_id, hours] == (*parts, waiting, complete, reason, flag)


def test_the_latest_whole_month_is_shown_first_and_the_others_are_offered(published: Path) -> None:
    with open_publication(published) as publication:
        offered = curves.periods(publication, CURVES[0], "ecosystem")
    assert offered[0] == date(2026, 9, 1)
    assert offered[1:] == sorted(offered[1:], reverse=True)
    assert offered[1] == date(2026, 10, 1)
    assert len(offered) == curves.PERIODS_OFFERED


@pytest.mark.parametrize(
    ("hours", "name"),
    [(0.25, "15 minutes"), (1, "1 hour"), (24, "24 hours"), (36, "36 hours"), (48, "2 days"), (168, "7 days")],
)
def test_a_time_is_named(hours: float, name: str) -> None:
    assert curves.time_text(hours) == name
