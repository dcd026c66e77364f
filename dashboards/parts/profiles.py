"""Profiles: what is known of each entity at the latest month, measure by measure, each on a scale of its own.

`Publication` → `Reading` → the cards of the overview (drawn here as small SVG strips, so they need no script) and the
data of its charts. No measure is summed with another, and nothing is ranked.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from dashboards.chart import Measure
from dashboards.draw.figures import SMALL_N, UNFINISHED, label
from dashboards.files import write_text
from dashboards.page import Page
from dashboards.read import series
from dashboards.read.coverage import nothing, observed_until, why_unknown
from dashboards.read.publication import Entity, Publication, identifier
from dashboards.streams import about
from dashboards.texts import t, translated_remark
from dashboards.texts.values import NOT_REACHED, interval_text, month_text, value_or_reason

_COVERAGE = re.compile(r"\bcoverage (0\.\d+)")  # a flag of the metrics: the share of the subjects that were observed

RECENT_MONTHS = 12  # an older value says nothing about now: the entity is then shown as unknown
INTERVAL_REACH = 1.6  # a strip ends here times its largest value; what an interval has beyond is cut off


@dataclass(frozen=True)
class Reading:
    """A measure's latest value for one entity; `value` None: unknown, and `reason` says why."""

    entity_id: str
    period: date | None
    value: float | None
    low: float | None
    high: float | None
    n: int | None
    hollow: bool
    reason: str
    flag: str


@dataclass(frozen=True)
class Strip:
    """A reading as a card shows it; x are per cent of the strip's width."""

    measure: Measure
    text: str
    interval: str
    note: str
    hollow: bool
    x: str | None
    x_low: str | None
    x_high: str | None


@dataclass(frozen=True)
class Card:
    """An entity's profile."""

    entity: Entity
    parent: str | None
    strips: list[Strip]


def readings(publication: Publication, measure: Measure, kind: str) -> dict[str, Reading]:
    """The latest values of a measure at one grain, by entity; every entity of the grain has one.

    Of a flow, the latest complete month within a year counts; of a level, the latest month. That a median was not
    reached is known too: an earlier month, in which it was, must not stand in its place.
    """
    entities = [entity.entity_id for entity in publication.entities if entity.kind == kind]
    if not publication.has(measure.metric):
        return {e: Reading(e, None, None, None, None, None, True, "not in this publication", "") for e in entities}
    whole_first = f"v.complete DESC, contains(coalesce(v.flag, ''), '{UNFINISHED}'), " if measure.flow else ""
    found = publication.rows(
        "SELECT v.entity_id, v.period, v.value, v.low, v.high, v.n, "
        f"NOT v.complete OR coalesce(v.n < {SMALL_N}, FALSE), coalesce(v.reason, ''), coalesce(v.flag, '') "
        f"FROM metrics.{identifier(measure.metric)} v JOIN catalogue.entity e ON e.entity_id = v.entity_id "
        "WHERE e.kind = ? AND v.series = ? AND v.period <= CAST(? AS DATE) "
        f"AND v.period > CAST(? AS DATE) - INTERVAL {RECENT_MONTHS} MONTH "
        "QUALIFY row_number() OVER (PARTITION BY v.entity_id "
        f"ORDER BY v.value IS NULL AND coalesce(v.reason, '') <> '{NOT_REACHED}', {whole_first}v.period DESC) = 1 "
        "ORDER BY v.entity_id",
        [kind, measure.series, publication.facts.as_of, publication.facts.as_of],
    )
    known = {row[0]: Reading(*row) for row in found}
    return {e: known.get(e) or _unknown(publication, measure, e) for e in entities}


def _unknown(publication: Publication, measure: Measure, entity_id: str) -> Reading:
    reason = why_unknown(publication, entity_id, measure.stream)
    return Reading(entity_id, None, None, None, None, None, True, reason, "")


def cards(publication: Publication, measures: tuple[Measure, ...], kind: str) -> dict[str, Any]:
    """Values for overview.html: a card for each entity in the order of names, and each strip's peers."""
    latest = {measure.id: readings(publication, measure, kind) for measure in measures}
    scales = {measure.id: _scale(measure, list(latest[measure.id].values())) for measure in measures}
    usual = {measure.id: _usual_month(list(latest[measure.id].values())) for measure in measures}
    labels = {entity.entity_id: label(entity) for entity in publication.entities}
    entities = [entity for entity in publication.entities if entity.kind == kind]
    entities.sort(key=lambda entity: (entity.label.casefold(), entity.entity_id))
    peers = {
        name: sorted({_per_cent(scales[name](r.value)) for r in found.values() if r.value is not None})
        for name, found in latest.items()
    }
    made = [
        Card(
            entity,
            labels.get(entity.parent or ""),
            [
                _strip(measure, latest[measure.id][entity.entity_id], scales[measure.id], usual[measure.id])
                for measure in measures
            ],
        )
        for entity in entities
    ]
    return {
        "cards": made,
        "peers": peers,
        "months": {measure.id: month_text(usual[measure.id]) for measure in measures},
        "origins": {m.id: _per_cent(scales[m.id](0)) for m in measures if m.scale == "around zero"},
    }


def panels(publication: Publication, measures: tuple[Measure, ...]) -> list[dict[str, Any]]:
    """The charts of the overview, with their words."""
    return [
        {
            "measure": measure,
            "missing": nothing(publication, measure.metric, measure.stream, known(publication, measure)),
            "source": "; ".join(t(about(stream).facts) for stream in (measure.stream, *measure.also)),
            "observed": observed_until(publication, measure.stream),
            "spec": "in_a_row",
        }
        for measure in measures
    ]


def known(publication: Publication, measure: Measure) -> int:
    """How many values of a measure are known, of all entities and months."""
    if not publication.has(measure.metric):
        return 0
    [(count,)] = publication.rows(
        f"SELECT count(value) FROM metrics.{identifier(measure.metric)} WHERE series = ?", [measure.series]
    )
    return int(count)


def write(publication: Publication, out: Path, page: Page, kinds: list[str]) -> None:
    """Writes data/<page>.<grain>.js: the readings of all measures, for the charts of the overview."""
    for kind in kinds:
        name = f"{page.slug}.{kind}"
        data = {measure.id: _packed(list(readings(publication, measure, kind).values())) for measure in page.measures}
        write_text(out / "data" / f"{name}.js", series.script(name, data))


def _packed(found: list[Reading]) -> dict[str, Any]:
    month = _usual_month(found)
    return {
        "month": month.isoformat() if month else None,
        "points": [
            {"e": r.entity_id}
            | {name: value for name, value in _packed_reading(r).items() if value is not None and value != ""}
            for r in found
        ],
    }


def _packed_reading(reading: Reading) -> dict[str, Any]:
    """What says nothing is left out of the file."""
    return {
        "p": reading.period.isoformat() if reading.period else None,
        "v": series.number(reading.value),
        "l": series.number(reading.low, series.INTERVAL_DIGITS),
        "h": series.number(reading.high, series.INTERVAL_DIGITS),
        "n": reading.n,
        "hollow": reading.hollow or None,
        "note": reading.reason or reading.flag,
    }


def _strip(measure: Measure, reading: Reading, scale: Callable[[float], float], usual: date | None) -> Strip:
    def place(value: float | None) -> str | None:
        return None if value is None else _per_cent(scale(value))

    is_known = reading.value is not None
    late = is_known and reading.period != usual
    notes = [month_text(reading.period)] if late else []
    if not is_known:
        notes += [] if reading.reason == NOT_REACHED else [reading.reason or t("not observed")]
    elif reading.hollow:
        remarks = [flag for flag in reading.flag.split("; ") if flag and (measure.flow or flag != UNFINISHED)]
        notes += remarks or ([t("month not whole")] if measure.flow else [])
    bounded = reading.low is not None and (is_known or reading.reason == NOT_REACHED)
    return Strip(
        measure=measure,
        text=value_or_reason(reading.value, measure.format, reading.reason),
        interval=interval_text(reading.low, reading.high, measure.format),
        note=_COVERAGE.sub(
            lambda found: f"{100 * float(found[1]):.0f} % {t('covered')}", translated_remark("; ".join(notes))
        ),
        hollow=reading.hollow,
        x=place(reading.value),
        x_low=place(reading.low) if bounded else None,
        x_high=(place(reading.high) or "100%") if bounded else None,
    )


def _scale(measure: Measure, found: list[Reading]) -> Callable[[float], float]:
    """From a value to 0..1 of the strip, the same for all cards."""
    values = [r.value for r in found if r.value is not None] or [0.0]
    reach = INTERVAL_REACH * max(abs(value) for value in values)
    ends = [bound for r in found for bound in (r.low, r.high) if bound is not None]
    top = max(*values, min(max(ends, default=0.0), reach), 0.0)
    bottom = 0.0
    if measure.scale == "around zero":
        bottom = min(*values, max(min(ends, default=0.0), -reach), 0.0)
    elif measure.scale == "log":  # a position, not a length: it need not start at zero
        bottom = max(min([*values, *ends]), 0.0)
    bend: Callable[[float], float] = (lambda v: math.log1p(max(v, 0.0))) if measure.scale == "log" else float
    span = bend(top) - bend(bottom) or 1.0
    return lambda value: min(max((bend(value) - bend(bottom)) / span, 0.0), 1.0)


def _per_cent(part: float) -> str:
    return f"{2 + 96 * part:.1f}%"  # a margin of 2 % at each end, so that a point at the end is whole


def _usual_month(found: list[Reading]) -> date | None:
    """The month of most readings, the later one if two are as frequent: only others are told on the cards."""
    months = [r.period for r in found if r.period and r.value is not None]
    return max(months, key=lambda month: (months.count(month), month), default=None)
