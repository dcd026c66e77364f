"""What the curves draw: a metric of shares by hours since the start, at the latest whole period.

`Publication` → `Curves` → a classic script, as in `series`. Each point is a row of the metric; between two of them a
curve is drawn straight, and beyond the last known one not at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from dashboards.chart import Curve
from dashboards.read.publication import Publication, identifier
from dashboards.read.series import number
from dashboards.texts import t
from dashboards.texts.values import HOURS_IN_DAY

PERIODS_OFFERED = 12
PARTS = 10_000  # shares are whole ten-thousandths in the browser


@dataclass(frozen=True)
class Point:
    """A row of the metric: the share at `hours`, and how many were known to wait longer."""

    hours: float
    share: float | None
    low: float | None
    high: float | None
    at_risk: int | None
    n: int | None
    complete: bool
    reason: str | None
    flag: str | None


@dataclass(frozen=True)
class Line:
    """One entity's curve of one period, in order of the hours."""

    entity_id: str
    points: list[Point]


@dataclass(frozen=True)
class Curves:
    """All curves of a grain in one period.

    Attributes:
        offered: the periods there are to choose from; the one shown first in front.
        period: theirs; None where there is none.
    """

    offered: list[date]
    period: date | None
    lines: list[Line]

    @property
    def values(self) -> int:
        """How many values are known."""
        return sum(point.share is not None for line in self.lines for point in line.points)


def periods(publication: Publication, curve: Curve, kind: str) -> list[date]:
    """The latest periods of which anything is known, the one shown first in front: the latest that is whole for any."""
    if not publication.has(curve.metric):
        return []
    found = publication.rows(
        f"SELECT v.period, bool_or(v.complete) FROM metrics.{identifier(curve.metric)} v "
        "JOIN catalogue.entity e ON e.entity_id = v.entity_id "
        "WHERE e.kind = ? AND v.event = ? AND v.incidence IS NOT NULL GROUP BY v.period ORDER BY v.period DESC",
        [kind, curve.event],
    )[:PERIODS_OFFERED]
    offered = [period for period, _ in found]
    first = next((period for period, whole in found if whole), offered[0] if offered else None)
    return sorted(offered, key=lambda period: (period != first, -period.toordinal()))


def curves(publication: Publication, curve: Curve, kind: str, offered: list[date], period: date | None) -> Curves:
    """The curves of one period; none where there is no period."""
    if not period:
        return Curves(offered, None, [])
    rows = publication.rows(
        "SELECT v.entity_id, v.hours, v.incidence, v.low, v.high, v.at_risk, v.n, v.complete, v.reason, v.flag "
        f"FROM metrics.{identifier(curve.metric)} v JOIN catalogue.entity e ON e.entity_id = v.entity_id "
        "WHERE e.kind = ? AND v.event = ? AND v.period = ? ORDER BY v.entity_id, v.hours",
        [kind, curve.event, period],
    )
    lines: dict[str, Line] = {}
    for entity_id, *point in rows:
        lines.setdefault(entity_id, Line(entity_id, [])).points.append(Point(*point))
    return Curves(offered, period, list(lines.values()))


def packed(found: Curves) -> dict[str, Any]:
    """Curves as the page's script reads them.

    `periods` offered, `period`, `hours` ([hours, name] of the points), `reasons` and `flags` as texts; for each curve
    `e` entity, and by point `v` value, `l` low, `h` high (ten-thousandths), `w` still waiting, `n`, `c` (1 complete, 0
    not), `r` and `f` (places in the texts, from 1; 0 none).
    """
    hours = sorted({point.hours for line in found.lines for point in line.points})
    reasons: dict[str, int] = {}
    flags: dict[str, int] = {}
    lines = []
    for line in found.lines:
        at = {point.hours: point for point in line.points}
        points = [at.get(each) or Point(each, None, None, None, None, None, False, None, None) for each in hours]
        lines.append(
            {
                "e": line.entity_id,
                "v": [_parts(point.share) for point in points],
                "l": [_parts(point.low) for point in points],
                "h": [_parts(point.high) for point in points],
                "w": [point.at_risk for point in points],
                "n": max((point.n for point in points if point.n is not None), default=None),
                "c": "".join("01"[point.complete] for point in points),
                "r": [reasons.setdefault(p.reason, len(reasons) + 1) if p.reason else 0 for p in points],
                "f": [flags.setdefault(p.flag, len(flags) + 1) if p.flag else 0 for p in points],
            }
        )
    return {
        "periods": [each.isoformat() for each in found.offered],
        "period": found.period.isoformat() if found.period else None,
        "hours": [[number(each), time_text(each)] for each in hours],
        "reasons": list(reasons),
        "flags": list(flags),
        "lines": lines,
    }


def time_text(hours: float) -> str:
    """A time since the start: 15 minutes, 1 hour, 36 hours, 7 days."""
    days = hours / HOURS_IN_DAY
    if hours < 1:
        amount, unit = 60 * hours, "minute"
    elif days >= 2 and days == int(days):  # noqa: PLR2004 - a day and a half reads better as hours
        amount, unit = days, "day"
    else:
        amount, unit = hours, "hour"
    return f"{amount:g} {t(unit if amount == 1 else f'{unit}s')}"


def _parts(share: float | None) -> int | None:
    return None if share is None else round(share * PARTS)
