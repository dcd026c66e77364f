"""The charts as Vega-Lite specifications, built with altair; their rows arrive in the browser.

A specification holds no data: `assets/chart.js` fills the datasets `rows` and `labels` with what the reader chose.
Colours arrive with the rows, as CSS custom properties (see `theme`), so every scale for them is None. What differs
between two charts of a kind is how values are written (`AXIS_FORMATS`), which the script sets too: a page holds each
kind's specification once, as altair has checked it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import altair as alt

from dashboards.chart import Format
from dashboards.draw import theme

PLOT_HEIGHT = 320  # pixels; the style sheet reserves it, so nothing moves when a chart is drawn
ROW_HEIGHT = 30
TICKS = 5

AXIS_FORMATS: dict[Format, str] = {
    "count": "replace(format(datum.value, abs(datum.value) < 1000 ? ',' : '~s'), 'G', 'B')",
    "number": "format(datum.value, abs(datum.value) < 1000 ? ',' : '~s')",
    "share": "format(datum.value * 100, '~r') + ' %'",
    "percent": "(datum.value ? format(datum.value, '+~r') : '0') + ' %'",
    "ratio": "format(datum.value, '~r')",
    # Ticks of durations are chosen by assets/durations.js.
    "hours": "!datum.value ? '0' : datum.value < 0.99 ? format(datum.value * 60, '.0f') + ' min' : "
    "datum.value < 48 ? format(datum.value, '~r') + ' h' : format(datum.value / 24, '~r') + ' days'",
    "days": "format(datum.value, ',') + ' days'",
}
_TIME_FORMATS = {"year": "%Y", "quarter": "%b", "month": "%b", "week": "%-d %b", "date": "%-d %b"}
_COLOUR = alt.Color("colour:N", scale=None, legend=None)
_OUTLINE = alt.Stroke("colour:N", scale=None, legend=None)


@cache
def over_time() -> dict[str, Any]:
    """Lines with bands; gaps where a value is unknown; hollow points where it is uncertain; names at the lines' ends.

    Rows: t (milliseconds), v, l, h, `run` (rows that may be joined), `band` (rows whose intervals may), veil (opacity
    of the band), colour, dash, line, dot, hollow (booleans), `at` (what an unknown value is at least). Labels: y
    (pixels), text, colour.
    """
    value_axis = alt.Axis(tickCount=TICKS)
    time_axis = alt.Axis(format=_TIME_FORMATS, labelFlush=True, labelOverlap="greedy")
    place = alt.Chart(alt.NamedData("rows")).encode(
        x=alt.X("t:T", scale=alt.Scale(type="utc"), axis=time_axis),
        y=alt.Y("v:Q", axis=value_axis, scale=alt.Scale(zero=True, nice=TICKS)),
    )
    base = place.encode(color=_COLOUR)
    interval = base.encode(y=alt.Y("l:Q", axis=value_axis), y2="h:Q")
    band = (
        interval.mark_area(clip=True)
        .encode(detail="band:N", opacity=alt.Opacity("veil:Q", scale=None, legend=None))
        .transform_filter("datum.band != null")
    )
    bar = interval.mark_rule(opacity=0.55, clip=True).transform_filter(
        "!datum.line && datum.l != null && datum.h != null"
    )
    line = (
        base.mark_line()
        .encode(detail="run:N", strokeDash=alt.StrokeDash("dash:N", scale=None, legend=None))
        .transform_filter("datum.line")
    )
    dot = base.mark_point(filled=True, size=30, opacity=1).transform_filter("datum.dot && !datum.hollow")
    hollow = (
        place.mark_point(filled=True, size=30, opacity=1, fill="var(--card)", strokeWidth=1.5)
        .encode(stroke=_OUTLINE)
        .transform_filter("datum.hollow")
    )
    beyond = (
        place.mark_point(filled=True, shape="triangle-up", size=45, opacity=0.85, yOffset=-3)
        .encode(y=alt.Y("at:Q", axis=value_axis), color=_COLOUR)
        .transform_filter("datum.at != null")
    )
    zero = (
        alt.Chart(alt.NamedData("zero"))
        .mark_rule(color="var(--line-2)", strokeWidth=1)
        .encode(y=alt.Y("v:Q", axis=value_axis))
    )
    return _specification(
        alt.layer(zero, band, bar, beyond, line, dot, hollow, _names_at_the_ends()).properties(height=PLOT_HEIGHT)
    )


@cache
def curves() -> dict[str, Any]:
    """Shares that grow with the time since the start, which has a logarithmic axis; with bands and a line at one half.

    Rows: t (hours), v, l, h, `line` (what belongs to one curve), veil, colour, dash, dot, hollow (booleans). Labels: y
    (pixels), text, colour. The script sets the domain and the ticks of t.
    """
    names = "{'1': '1 h', '24': '1 day', '168': '1 week', '720': '1 month', '2160': '3 months', '8760': '1 year'}"
    time_axis = alt.Axis(
        labelExpr=f"datum.value < 0.99 ? format(datum.value * 60, '.0f') + ' min' : {names}[datum.value]",
        labelOverlap="greedy",
        labelSeparation=6,
        grid=True,
    )
    share_axis = alt.Axis(values=[0, 0.25, 0.5, 0.75, 1])
    place = alt.Chart(alt.NamedData("rows")).encode(
        x=alt.X("t:Q", scale=alt.Scale(type="log", nice=False), axis=time_axis),
        y=alt.Y("v:Q", axis=share_axis, scale=alt.Scale(domain=[0, 1], nice=False)),
    )
    base = place.encode(color=_COLOUR)
    band = (
        base.mark_area()
        .encode(
            y=alt.Y("l:Q", axis=share_axis),
            y2="h:Q",
            detail="line:N",
            opacity=alt.Opacity("veil:Q", scale=None, legend=None),
        )
        .transform_filter("datum.l != null && datum.h != null")
    )
    line = base.mark_line().encode(detail="line:N", strokeDash=alt.StrokeDash("dash:N", scale=None, legend=None))
    dot = base.mark_point(filled=True, size=30, opacity=1).transform_filter("datum.dot && !datum.hollow")
    hollow = (
        place.mark_point(filled=True, size=30, opacity=1, fill="var(--card)", strokeWidth=1.5)
        .encode(stroke=_OUTLINE)
        .transform_filter("datum.dot && datum.hollow")
    )
    half = (
        alt.Chart(alt.NamedData("half"))
        .mark_rule(color="var(--control)", strokeWidth=1, strokeDash=[1, 3])
        .encode(y=alt.Y("v:Q", axis=share_axis))
    )
    return _specification(alt.layer(half, band, line, dot, hollow, _names_at_the_ends()).properties(height=PLOT_HEIGHT))


def _names_at_the_ends() -> alt.Chart:
    names: alt.Chart = (
        alt.Chart(alt.NamedData("labels"))
        .mark_text(align="left", baseline="middle", dx=10, fontWeight=600, limit=150)
        .encode(x=alt.value("width"), y=alt.Y("y:Q", scale=None, axis=None), text="text:N", color=_COLOUR)
    )
    return names


@cache
def in_a_row() -> dict[str, Any]:
    """One point with its interval for each entity, in the order of their names.

    Rows: name, v, l, h, hollow, colour, note (what stands in place of an unknown value), late (the month of a value
    that is not of the month in the title).
    """
    axis = alt.Axis(tickCount=4, grid=True, ticks=False)
    names = alt.Axis(labelLimit=130, labelColor="var(--ink)", labelFontSize=12.5, grid=False)
    place = alt.Chart(alt.NamedData("rows")).encode(
        y=alt.Y("name:N", sort=None, axis=names),
        x=alt.X("v:Q", axis=axis, scale=alt.Scale(zero=True, nice=4)),
    )
    base = place.encode(color=_COLOUR)
    bar = base.mark_rule(strokeWidth=5, opacity=0.28, strokeCap="round").encode(x=alt.X("l:Q"), x2="h:Q")
    point = base.mark_point(filled=True, size=75, opacity=1).transform_filter("datum.v != null && !datum.hollow")
    hollow = (
        place.mark_point(filled=True, size=65, opacity=1, fill="var(--card)", strokeWidth=2)
        .encode(stroke=_OUTLINE)
        .transform_filter("datum.v != null && datum.hollow")
    )
    note = (
        base.mark_text(align="left", baseline="middle", fontStyle="italic", dx=4, color="var(--ink-3)")
        .encode(x=alt.value(0), text="note:N", color=alt.value("var(--ink-3)"))
        .transform_filter("datum.v == null")
    )
    late = (
        place.mark_text(align="left", baseline="middle", dx=10, fontSize=11, color="var(--ink-3)")
        .encode(text="late:N")
        .transform_filter("datum.v != null && datum.late")
    )
    # Drawn first and for every row, so that the rows keep their order whatever is known of them.
    rail = place.mark_rule(color="var(--line)", strokeWidth=1).encode(x=alt.value(0), x2=alt.value("width"))
    bar = bar.transform_filter("datum.l != null && datum.h != null")
    return _specification(
        alt.layer(rail, bar, point, hollow, note, late).properties(
            height=ROW_HEIGHT * theme.SERIES_AT_ONCE,  # the script makes it smaller where fewer are shown
            autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
        )
    )


def _specification(chart: alt.LayerChart | alt.FacetChart) -> dict[str, Any]:
    made = chart.properties(width="container").to_dict(validate=False)  # a test does, once
    made.pop("config", None)  # shared by all charts: assets/theme.js of the site, which `write.site` makes of `theme`
    return dict(made)


SPECIFICATIONS: dict[str, Callable[[], dict[str, Any]]] = {
    "over_time": over_time,
    "curves": curves,
    "in_a_row": in_a_row,
}
"""By kind. The values are on the axis x of `in_a_row`, else on y."""
