"""A badge (SVG) for each project's README: how many people half of its work rests on, and how fast issues are answered.

`Publication` → badges/<project>.<measure>.svg. Each tells its month and, as a title, its interval; unknown is grey.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from dashboards.chart import Measure
from dashboards.files import write_text
from dashboards.parts.entities import slug_of
from dashboards.parts.profiles import Reading, readings
from dashboards.read.publication import Publication
from dashboards.streams import GIT, ISSUES
from dashboards.texts.values import NOT_REACHED, interval_text, month_text, value_or_reason

HEIGHT = 20
CHARACTER = 6.6  # pixels, of Verdana at 11
PADDING = 8
INK, KNOWN, UNKNOWN = "#33414d", "#02586b", "#5c666e"  # white on each: 4.5:1 or more


@dataclass(frozen=True)
class Badge:
    """What a badge tells."""

    name: str
    words: str
    measure: Measure


BADGES = (
    Badge(
        "absence-factor",
        "absence factor",
        Measure(
            id="badge-absence-factor",
            metric="contributor_absence_factor",
            title="Absence factor",
            subtitle="",
            stream=GIT,
            format="count",
            counts="commits",
            chart="contributors.html#absence-factor",
        ),
    ),
    Badge(
        "first-response",
        "first response",
        Measure(
            id="badge-first-response",
            metric="time_to_first_response",
            title="First response",
            subtitle="",
            stream=ISSUES,
            format="hours",
            counts="issues opened in the month",
            chart="responsiveness.html#first-response",
        ),
    ),
)


def write(publication: Publication, out: Path) -> list[Path]:
    """Writes all badges of all projects."""
    written = []
    for badge in BADGES:
        for entity_id, reading in readings(publication, badge.measure, "project").items():
            path = out / "badges" / f"{slug_of(entity_id)}.{badge.name}.svg"
            written.append(write_text(path, _drawing(badge, reading, simulated=publication.facts.simulated)))
    return written


def _drawing(badge: Badge, reading: Reading, *, simulated: bool) -> str:
    value = value_or_reason(reading.value, badge.measure.format, reading.reason)
    interval = interval_text(reading.low, reading.high, badge.measure.format)
    is_known = reading.value is not None or reading.reason == NOT_REACHED
    words = f"{badge.words} (simulated)" if simulated else badge.words
    told = f"{words}: {value}" + (f", {interval}" if interval else "")
    told += f", {month_text(reading.period)}" if reading.period else f" ({reading.reason})" if reading.reason else ""
    left, right = (round(CHARACTER * len(part) + 2 * PADDING) for part in (words, value))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="{HEIGHT}" role="img">'
        f"<title>{escape(told)}</title>"
        f'<clipPath id="r"><rect width="{left + right}" height="{HEIGHT}" rx="3"/></clipPath><g clip-path="url(#r)">'
        f'<rect width="{left}" height="{HEIGHT}" fill="{INK}"/>'
        f'<rect x="{left}" width="{right}" height="{HEIGHT}" fill="{KNOWN if is_known else UNKNOWN}"/></g>'
        '<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle">'
        f'<text x="{left / 2:g}" y="14" textLength="{left - 2 * PADDING}">{escape(words)}</text>'
        f'<text x="{left + right / 2:g}" y="14" textLength="{right - 2 * PADDING}">{escape(value)}</text></g></svg>\n'
    )
