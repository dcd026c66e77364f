"""Values as text: numbers, dates, JSON that is safe inside a script, prose with links.

Used by `site` as template filters and by `series`. The browser's counterpart of the number formats is assets/format.js.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from datetime import date

from markupsafe import Markup, escape

from dashboards.chart import Format
from dashboards.texts import language, t

# What could end a <script>, open a tag or an entity, or end a line in old script engines.
_UNSAFE = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}

_LONG = re.compile(r"(?<![\w.,/-])\d{5,}(?![\w.,/-]*\d)")
_MINUS = "\u2212"
_UNITS = ((1e9, "B"), (1e6, "M"), (1e3, "k"))
_TENTHS_UNDER = 100
_EXACT_UNDER = 10_000  # larger counts are shortened to three digits

NOT_REACHED = "not reached"  # the reason of a median that lies beyond what was observed
HOURS_IN_DAY = 24
_HOURS_UNTIL = 48  # hours; longer waits read better in days
_UNITS_TOLD_ONCE = ("%", "min", "h", "days")  # "3.2 to 5.1 h"


def to_json(data: object) -> str:
    """JSON that holds no character by which it could leave the script it stands in."""
    written = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    # Looking is twenty times as fast as translating, and a chart's numbers hold none of them.
    return written.translate(_UNSAFE) if any(chr(code) in written for code in _UNSAFE) else written


def json_block(data: object) -> Markup:
    """`to_json` for templates: to stand inside <script type="application/json">."""
    return Markup(to_json(data))  # noqa: S704 - to_json has escaped what matters in a script


def value_text(value: float | None, form: Format) -> str:
    """A value for reading: 1,234 · 12.3 M · 4.2 · 0.93 · 12.3 % · +3.1 % · 5.2 h; `unknown` for None."""
    return _TEXTS[form](value) if value is not None and math.isfinite(value) else t("unknown")


def thousands(told: str) -> str:
    """A sentence whose long whole numbers are grouped: 1233993595 becomes 1,233,993,595."""
    return _LONG.sub(lambda found: f"{int(found[0]):,}", told)


def _share_text(value: float) -> str:
    percent = 100 * value
    return f"{percent:.2g} %" if 0 < percent < 1 else f"{percent:.1f} %"


def _percent_text(value: float) -> str:
    size = f"{abs(value):.1f}"
    sign = "" if size == "0.0" else _MINUS if value < 0 else "+"
    return f"{sign}{size} %"


def _number_text(value: float, digits: int = 1) -> str:
    return f"{value:,.{digits}f}".replace("-", _MINUS)


def value_or_reason(value: float | None, form: Format, reason: str | None = None) -> str:
    """A value for reading; where it is known to be beyond what was observed, that: `not reached`."""
    return t(NOT_REACHED) if value is None and reason == NOT_REACHED else value_text(value, form)


def hours_text(hours: float) -> str:
    """A duration, given in hours, in the unit that its size asks for: 2.4 min · 38 min · 5.2 h · 3.4 days."""
    sign, size = (_MINUS if hours < 0 else ""), abs(hours)
    if size < 1:
        amount, unit = 60 * size, t("min")
        few = 10  # minutes that deserve a decimal
    elif size < _HOURS_UNTIL:
        amount, unit, few = size, t("h"), _HOURS_UNTIL
    else:
        amount, unit, few = size / HOURS_IN_DAY, t("days"), _TENTHS_UNDER
    return f"{sign}{amount:,.{1 if amount < few else 0}f} {unit}"


def interval_text(low: float | None, high: float | None, form: Format) -> str:
    """`12 to 18`; an open end is `unbounded`; nothing where there is no interval."""
    if low is None and high is None:
        return ""
    ends = [t("unbounded") if end is None else value_text(end, form) for end in (low, high)]
    for unit in (f" {t(unit)}" for unit in _UNITS_TOLD_ONCE):
        if all(end.endswith(unit) for end in ends):
            ends[0] = ends[0].removesuffix(unit)
    return t("{low} to {high}", low=ends[0], high=ends[1])


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


_TEXTS: dict[Format, Callable[[float], str]] = {
    "count": count_text,
    "number": _number_text,
    "share": _share_text,
    "percent": _percent_text,
    "ratio": lambda value: _number_text(value, 2),
    "hours": hours_text,
    "days": lambda value: f"{_number_text(value)} {t('days')}",
}


def month_text(period: date | None, months: int = 1) -> str:
    """October 2026; Q4 2026, where a period has three months."""
    if period and months == 3:  # noqa: PLR2004 - a quarter has three months
        quarter = (period.month + 2) // 3
        return f"Q{quarter} {period.year}" if language() == "en" else f"{period.year}年第{quarter}季度"
    if not period:
        return ""
    return f"{period:%B %Y}" if language() == "en" else f"{period.year}年{period.month}月"


def day_text(day: str | None) -> str:
    """23 November 2026, from an ISO date."""
    if not day:
        return t("never")
    parsed = date.fromisoformat(day)
    if language() != "en":
        return f"{parsed.year}年{parsed.month}月{parsed.day}日"
    return f"{parsed.day} {parsed:%B %Y}"


def prose(text: str) -> Markup:
    """Front matter as HTML: everything escaped, then https addresses as links and `names` as code."""
    html = str(escape(" ".join(text.split())))
    html = re.sub(r"`([^`]+)`", r"<code>\1</code>", html)
    html = re.sub(r"https://[\w./?=%#~:+-]*[\w/=#]", r'<a href="\g<0>" rel="noopener">\g<0></a>', html)
    return Markup(html)  # noqa: S704 - escaped above; what is added has no attribute but an https address
