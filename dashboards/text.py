"""Values as text: numbers, dates, JSON that is safe inside a script, prose with links.

Used by `site` as template filters and by `series`. The browser's counterpart of the number formats is assets/format.js.
"""

from __future__ import annotations

import json
import math
import re
from datetime import date

from markupsafe import Markup, escape

from dashboards.model import Format

# What could end a <script>, open a tag or an entity, or end a line in old script engines.
_UNSAFE = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}

_MINUS = "\u2212"
_UNITS = ((1e9, "B"), (1e6, "M"), (1e3, "k"))
_TENTHS_UNDER = 100
_EXACT_UNDER = 10_000  # larger counts are shortened to three digits


def to_json(data: object) -> str:
    """JSON that holds no character by which it could leave the script it stands in."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False).translate(_UNSAFE)


def json_block(data: object) -> Markup:
    """`to_json` for templates: to stand inside <script type="application/json">."""
    return Markup(to_json(data))  # noqa: S704 - to_json has escaped what matters in a script


def value_text(value: float | None, form: Format) -> str:
    """A value for reading: 1,234 · 12.3 M · 4.2 · 12.3 % · +3.1 %; `unknown` for None."""
    if value is None or not math.isfinite(value):
        return "unknown"
    if form == "share":
        percent = 100 * value
        return f"{percent:.2g} %" if 0 < percent < 1 else f"{percent:.1f} %"
    if form == "percent":
        size = f"{abs(value):.1f}"
        sign = "" if size == "0.0" else _MINUS if value < 0 else "+"
        return f"{sign}{size} %"
    if form == "number":
        return f"{value:,.1f}".replace("-", _MINUS)
    return count_text(value)


def count_text(value: float) -> str:
    """A count: exact under 10,000, shortened above."""
    sign, size = (_MINUS if value < 0 else ""), abs(value)
    if size < _EXACT_UNDER:
        return f"{sign}{size:,.0f}" if size == int(size) or size >= _TENTHS_UNDER else f"{sign}{size:,.1f}"
    for unit, name in _UNITS:
        if size >= unit * 0.99995:
            scaled = size / unit
            digits = 0 if scaled >= 99.95 else 1  # noqa: PLR2004 - three digits in all
            return f"{sign}{scaled:.{digits}f} {name}".replace(".0 ", " ")
    return f"{sign}{size:,.0f}"


def month_text(period: date | None) -> str:
    """October 2026."""
    return f"{period:%B %Y}" if period else ""


def day_text(day: str | None) -> str:
    """23 November 2026, from an ISO date."""
    if not day:
        return "never"
    parsed = date.fromisoformat(day)
    return f"{parsed.day} {parsed:%B %Y}"


def prose(text: str) -> Markup:
    """Front matter as HTML: everything escaped, then https addresses as links and `names` as code."""
    html = str(escape(" ".join(text.split())))
    html = re.sub(r"`([^`]+)`", r"<code>\1</code>", html)
    html = re.sub(r"https://[\w./?=%#~:+-]*[\w/=#]", r'<a href="\g<0>" rel="noopener">\g<0></a>', html)
    return Markup(html)  # noqa: S704 - escaped above; what is added has no attribute but an https address
