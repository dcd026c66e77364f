"""What the charts draw: a metric's rows, in SQL folded to one line an entity and series, and packed for the browser.

`Publication` → `Lines` → a classic script, `data/<chart>.<grain>.js`, that hands them to the page (it works from
`file://`, where a page may not fetch anything).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from dashboards.chart import GRAINS, Chart
from dashboards.read.publication import CONTRACT, Publication, identifier
from dashboards.texts.values import to_json

DIGITS = 6  # significant digits of a value that is no whole number; a pixel is 3
INTERVAL_DIGITS = 4
ROUNDING = 1e-12  # 1 - (1 - 0.1) - 0.1 is not 0
WHOLE_NUMBERS_UNTIL = 2**53  # what a double, and so JavaScript, holds exactly
MONTHS_IN_YEAR = 12
_COMPLETE = {None: "-", False: "0", True: "1"}


@dataclass(frozen=True)
class Line:
    """One entity's rows of one series, in order of time: `periods` and the contract's columns, of one length."""

    entity_id: str
    series: str
    periods: list[date]
    columns: dict[str, list[Any]]


def lines(publication: Publication, chart: Chart, kind: str) -> list[Line]:
    """The rows a chart draws at one grain; none where the metric is not in the file.

    Of a chart of parts, a line's series is the name of its part.
    """
    if not chart.parts:
        condition = ("starts_with(v.series, ?)", chart.split) if chart.split else ("v.series = ?", chart.series)
        return _lines(publication, chart.metric, kind, *condition)
    return [
        replace(line, series=part.name)
        for part in chart.parts
        for line in _lines(publication, chart.metric, kind, "v.series = ?", part.series)
    ]


def _lines(publication: Publication, metric: str, kind: str, condition: str, parameter: str) -> list[Line]:
    if not publication.has(metric):
        return []
    key = (metric, condition, parameter)
    if key not in publication.read:
        publication.read[key] = _of_all_kinds(publication, *key)
    found: list[Line] = publication.read[key].get(kind, [])
    return found


def _of_all_kinds(publication: Publication, metric: str, condition: str, parameter: str) -> dict[str, list[Line]]:
    """The lines of all grains that are drawn, by grain: one reading serves all of them."""
    folded = ", ".join(f"list(v.{column} ORDER BY v.period)" for column in CONTRACT)
    rows = publication.rows(
        f"SELECT e.kind, v.entity_id, v.series, list(v.period ORDER BY v.period), {folded} "
        f"FROM metrics.{identifier(metric)} v JOIN catalogue.entity e ON e.entity_id = v.entity_id "
        f"WHERE list_contains(?, e.kind) AND {condition} GROUP BY e.kind, v.entity_id, v.series "
        "ORDER BY v.entity_id, v.series",
        [list(GRAINS), parameter],
    )
    found: dict[str, list[Line]] = {}
    for kind, entity_id, series, periods, *columns in rows:
        line = Line(entity_id, series, periods, dict(zip(CONTRACT, columns, strict=True)))
        found.setdefault(kind, []).append(line)
    return found


def timeline(found: list[Line], months: int = 1) -> list[date]:
    """All periods from the first to the last: every month if they are months, so that a missing one is a gap.

    Args:
        found: lines whose periods count.
        months: between two periods: 3 for quarters.
    """
    seen = sorted({period for line in found for period in line.periods})
    if not seen or any(period.day != 1 for period in seen):
        return seen
    first, last = (period.year * MONTHS_IN_YEAR + period.month - 1 for period in (seen[0], seen[-1]))
    every = range(first, last + 1, months)
    return sorted({date(month // MONTHS_IN_YEAR, month % MONTHS_IN_YEAR + 1, 1) for month in every} | set(seen))


def packed(found: list[Line], names: list[str] | None = None, months: int = 1) -> dict[str, Any]:
    """Lines as the page's script reads them.

    `periods`; `series`, the names of all that there are at the grain, so that each has its colour whatever is drawn;
    `reasons` and `flags` as texts; for each line `e` entity, `s` series, `i` place of its first period, and
    by period `v` value, `l` low, `h` high, `n`, `c` (1 complete, 0 not, - no row), `r` and `f` (places in the texts,
    from 1; 0 none). A column that says nothing is left out; `n` also where it equals the value.
    """
    periods = timeline(found, months)
    place = {period: index for index, period in enumerate(periods)}
    reasons: dict[str, int] = {}
    flags: dict[str, int] = {}
    out = []
    for line in found:
        first = place[line.periods[0]]
        columns = _without_gaps(line, place)
        value, n = numbers(columns["value"], DIGITS), columns["n"]
        bounds = {"l": numbers(columns["low"], INTERVAL_DIGITS), "h": numbers(columns["high"], INTERVAL_DIGITS)}
        texts = {"r": _places(reasons, columns["reason"]), "f": _places(flags, columns["flag"])}
        complete = "".join(map(_COMPLETE.__getitem__, columns["complete"]))
        out.append(
            {"e": line.entity_id, "s": line.series, "i": first, "v": value, "c": complete}
            | {name: values for name, values in bounds.items() if any(v is not None for v in values)}
            | ({"n": n} if n != value else {})
            | {name: places for name, places in texts.items() if places}
        )
    return {
        "periods": [period.isoformat() for period in periods],
        "series": names if names is not None else sorted({line.series for line in found}),
        "reasons": list(reasons),
        "flags": list(flags),
        "lines": out,
    }


def script(name: str, data: object) -> str:
    """A classic script that hands data to the page; `name` is what the page asked for."""
    return f"ecotone.receive({to_json(name)}, {to_json(data)});\n"


def number(value: float | None, digits: int = DIGITS) -> float | int | None:
    """A value as it is drawn: whole numbers exactly, others to some digits; 0 if it is that but for rounding."""
    return numbers([value], digits)[0]


def numbers(values: list[Any], digits: int) -> list[float | int | None]:
    """Values as they are drawn, see `number`; one expression, as a site has a million of them."""
    form = f".{digits}g"
    return [
        v
        if v is None or v.__class__ is int
        else int(v)
        if v.is_integer() and -WHOLE_NUMBERS_UNTIL < v < WHOLE_NUMBERS_UNTIL
        else 0
        if -ROUNDING < v < ROUNDING
        else float(format(v, form))
        for v in values
    ]


def _without_gaps(line: Line, place: dict[date, int]) -> dict[str, list[Any]]:
    """The columns with a place for each period from the first to the last; None where there is no row."""
    first, last = place[line.periods[0]], place[line.periods[-1]]
    if last - first + 1 == len(line.periods):
        return line.columns
    rows = {place[period]: index for index, period in enumerate(line.periods)}
    order = [rows.get(index) for index in range(first, last + 1)]
    return {
        name: [None if index is None else column[index] for index in order] for name, column in line.columns.items()
    }


def _places(known: dict[str, int], texts: list[str | None]) -> list[int]:
    """Where texts stand among the known ones, from 1; 0 for none. A new one becomes known. Empty if all are none."""
    if not any(texts):
        return []
    return [known.setdefault(text, len(known) + 1) if text else 0 for text in texts]
