"""What a chart draws equals what the file holds."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dashboards import pages, streams
from dashboards.chart import Chart
from dashboards.read import series
from dashboards.read.series import Line
from pipelines.sources import discover

CHARTS = [chart for page in pages.load().values() for chart in page.charts]


def _line(periods: list[date], **columns: list[Any]) -> Line:
    empty: dict[str, list[Any]] = {name: [None] * len(periods) for name in series.CONTRACT}
    return Line("ecosystem:a", "", periods, empty | columns)


def _read(script: Path) -> dict[str, Any]:
    name, _, data = script.read_text(encoding="utf-8").removeprefix("ecotone.receive(").partition(",")
    assert json.loads(name) == script.stem
    found: dict[str, Any] = json.loads(data.rstrip().removesuffix(");"))
    return found


def test_a_month_without_a_row_is_a_gap() -> None:
    packed = series.packed([_line([date(2026, 1, 1), date(2026, 4, 1)], value=[1.0, 2.0], complete=[True, False])])
    assert packed["periods"] == ["2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01"]
    assert packed["lines"][0]["v"] == [1, None, None, 2]
    assert packed["lines"][0]["c"] == "1--0"


def test_weeks_stay_weeks() -> None:
    assert series.timeline([_line([date(2026, 8, 3), date(2026, 8, 10)])]) == [date(2026, 8, 3), date(2026, 8, 10)]


def test_a_quarter_without_a_row_is_a_gap() -> None:
    assert series.timeline([_line([date(2026, 1, 1), date(2026, 7, 1)])], 3) == [
        date(2026, 1, 1),
        date(2026, 4, 1),
        date(2026, 7, 1),
    ]


def test_nothing_is_packed_from_nothing() -> None:
    assert series.packed([]) == {"periods": [], "series": [], "reasons": [], "flags": [], "lines": []}


def test_a_series_keeps_its_place_where_another_is_missing() -> None:
    packed = series.packed([_line([date(2026, 1, 1)], value=[1.0], complete=[True])], ["agent:a", "agent:b"])
    assert packed["series"] == ["agent:a", "agent:b"]


@pytest.mark.parametrize(
    ("value", "drawn"), [(2.0, 2), (123_456_789.0, 123_456_789), (0.12345678, 0.123457), (-2e-16, 0), (None, None)]
)
def test_a_value_is_drawn_as(value: float | None, drawn: float | None) -> None:
    assert series.number(value) == drawn


def _near(drawn: float | None, held: float | None, tolerance: float) -> bool:
    if drawn is None or held is None:
        return drawn is held
    return abs(drawn - held) <= tolerance * abs(held) + series.ROUNDING


def _held(published: Path, chart: Chart) -> dict[tuple[str, str, str], tuple[Any, ...]]:
    """The rows of a chart in the published file, by entity, series and period."""
    with duckdb.connect(str(published), read_only=True) as connection:
        rows = connection.execute(
            "SELECT v.entity_id, v.series, strftime(v.period, '%Y-%m-%d'), v.value, v.low, v.high, v.n, v.complete, "
            f"v.reason, v.flag FROM metrics.{chart.metric} v JOIN catalogue.entity e USING (entity_id) "
            "WHERE e.kind = 'ecosystem'"
        ).fetchall()
    if chart.parts:
        named = {part.series: part.name for part in chart.parts}
        return {(row[0], named[row[1]], row[2]): row[3:] for row in rows if row[1] in named}
    wanted = chart.split or chart.series
    return {row[:3]: row[3:] for row in rows if (row[1].startswith(wanted) if chart.split else row[1] == wanted)}


def _drawn(built: Path, chart: Chart) -> dict[tuple[str, str, str], tuple[Any, ...]]:
    """The same, as the page's script is given them."""
    files = sorted((built / "data").glob(f"{chart.id}.ecosystem{'.*' if chart.of_one else ''}.js"))
    assert files
    return {key: point for file in files for key, point in _points(_read(file)).items()}


def _points(data: dict[str, Any]) -> dict[tuple[str, str, str], tuple[Any, ...]]:
    found = {}
    for line in data["lines"]:
        for place, complete in enumerate(line["c"]):
            if complete == "-":
                continue
            numbers = [line[key][place] if key in line else None for key in ("v", "l", "h")]
            n = line["n"][place] if "n" in line else numbers[0]
            reason, flag = (
                ([None, *data[name]])[line[name[0]][place] if name[0] in line else 0] for name in ("reasons", "flags")
            )
            key = (line["e"], line["s"], data["periods"][line["i"] + place])
            found[key] = (*numbers, n, complete == "1", reason, flag)
    return found


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.id)
def test_every_number_drawn_is_the_one_in_the_file(chart: Chart, built: Path, published: Path) -> None:
    held, drawn = _held(published, chart), _drawn(built, chart)
    assert held
    assert drawn.keys() == held.keys()
    for key, (value, low, high, *rest) in held.items():
        assert _near(drawn[key][0], value, 1e-5), key
        assert _near(drawn[key][1], low, 1e-3), key
        assert _near(drawn[key][2], high, 1e-3), key
        assert drawn[key][3:] == tuple(rest), key


def test_every_stream_has_a_name_on_the_pages() -> None:
    fetched = {(source.source, source.stream) for source in discover().values()}
    assert fetched <= streams.STREAMS.keys()
