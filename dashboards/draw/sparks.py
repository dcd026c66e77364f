"""The drawing of a small chart: a line with its band over the last five years, as SVG that needs no script.

`series.Line` → `Spark` → templates/entity.html. Coordinates are whole units of a drawing that is stretched.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import Markup

from dashboards.draw.figures import UNFINISHED
from dashboards.read.series import MONTHS_IN_YEAR, Line

MONTHS = 60
WEEKS_IN_MONTH = 4.35
DAYS_IN_WEEK = 7
WIDTH, HEIGHT = 600, 144  # units
MARGIN = 12  # around the drawing, in its own units
REACH = 1.6  # the scale ends at this times the largest value; what an interval has beyond is cut off


@dataclass(frozen=True)
class Spark:
    """A drawing, and the months at its ends; None where nothing is known."""

    svg: Markup
    first: date | None
    last: date | None


NOTHING = Spark(Markup(""), None, None)


def spark(line: Line, months: int) -> Spark:
    """Draws a line: gaps are gaps, and a month that had not ended stands alone."""
    places, months = _places(line.periods, months)
    columns = line.columns
    value = columns["value"]
    start = places[-1] - (MONTHS if months else MONTHS * WEEKS_IN_MONTH) + 1
    shown = [k for k, at in enumerate(places) if at >= start and value[k] is not None]
    if not shown:
        return NOTHING
    first, last = places[shown[0]], places[-1]
    step = (WIDTH - 2 * MARGIN) / max(1, last - first)
    x = {k: round(MARGIN + step * (places[k] - first)) for k in shown}
    bottom, top = _ends(columns, shown)
    height = (HEIGHT - 2 * MARGIN) / (top - bottom)
    floor = HEIGHT - MARGIN

    def points(column: list[float | None], places: list[int]) -> list[str]:
        """Their coordinates; an end that is not known is beyond the edge."""
        inside = [top if (of := column[k]) is None else bottom if of < bottom else min(of, top) for k in places]
        return [f"{x[k]} {round(floor - height * (of - bottom))}" for k, of in zip(places, inside, strict=True)]

    ended = {k: UNFINISHED not in (columns["flag"][k] or "") for k in shown}
    at = dict(zip(shown, points(value, shown), strict=True))
    low, high = columns["low"], columns["high"]
    made = []
    runs = _runs(shown, places, ended, months or 1)
    for run in runs:
        bounded = [k for k in run if low[k] is not None]
        if len(bounded) > 1:
            edge = points(high, bounded) + points(low, bounded[::-1])
            made.append(f'<path class="veil" d="M{"L".join(edge)}Z"/>')
    made.extend(f'<path class="trace" d="M{"L".join(at[k] for k in run)}"/>' for run in runs if len(run) > 1)
    ends = [run[-1] for run in runs if len(run) == 1 or run[-1] == shown[-1]]
    made.extend(_dot(at[k], hollow=not columns["complete"][k]) for k in ends)
    return Spark(Markup("".join(made)), line.periods[shown[0]], line.periods[-1])  # noqa: S704 - numbers only


def _dot(at: str, *, hollow: bool) -> str:
    """A path without a length, whose round ends are the dot, so that it stays round where the drawing is stretched."""
    return f'<path class="dot" d="M{at}h0"/>' + (f'<path class="hole" d="M{at}h0"/>' if hollow else "")


def _ends(columns: dict[str, list[Any]], shown: list[int]) -> tuple[float, float]:
    values = [columns["value"][k] for k in shown]
    bounds = [columns[end][k] for k in shown for end in ("low", "high") if columns[end][k] is not None]
    reach = REACH * max(map(abs, values))
    bottom = min(0.0, *values, max(min(bounds, default=0.0), -reach))
    top = max(0.0, *values, min(max(bounds, default=0.0), reach))
    return bottom, top if top > bottom and math.isfinite(top) else bottom + 1.0


def _places(periods: list[date], months: int) -> tuple[list[int], int]:
    """Where periods stand: months, and how many lie between two; or weeks, where they do not begin months, and 0."""
    if all(period.day == 1 for period in periods):
        return [period.year * MONTHS_IN_YEAR + period.month - 1 for period in periods], months
    return [period.toordinal() // DAYS_IN_WEEK for period in periods], 0


def _runs(shown: list[int], places: list[int], ended: dict[int, bool], step: int) -> list[list[int]]:
    """What is joined: periods that have ended and follow each other."""
    runs: list[list[int]] = []
    for k in shown:
        before = runs[-1][-1] if runs else None
        if before is not None and ended[k] and ended[before] and places[k] - places[before] == step:
            runs[-1].append(k)
        else:
            runs.append([k])
    return runs
