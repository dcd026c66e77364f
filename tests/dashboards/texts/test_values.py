"""Values as text, and JSON that cannot leave its script."""

from __future__ import annotations

import json
from datetime import date

import pytest
from fictional import HOSTILE

from dashboards.texts import values as text


@pytest.mark.parametrize("name", HOSTILE)
def test_json_holds_no_character_that_could_end_its_script(name: str) -> None:
    written = text.to_json({name: [name]})
    assert not set(written) & set("<>&\u2028\u2029")
    assert json.loads(written) == {name: [name]}


@pytest.mark.parametrize(
    ("value", "form", "shown"),
    [
        (0, "count", "0"),
        (9999, "count", "9,999"),
        (12.34, "count", "12.3"),
        (9999.96, "count", "10,000"),
        (10_000, "count", "10 k"),
        (12_345, "count", "12.3 k"),
        (999_960, "count", "1 M"),
        (123_456_789, "count", "123 M"),
        (-1234, "count", "\u22121,234"),
        (4.25, "number", "4.2"),
        (1234.5, "number", "1,234.5"),
        (0.0, "share", "0.0 %"),
        (0.0042, "share", "0.42 %"),
        (0.1234, "share", "12.3 %"),
        (3.14, "percent", "+3.1 %"),
        (-3.14, "percent", "\u22123.1 %"),
        (-0.01, "percent", "0.0 %"),
        (0.934, "ratio", "0.93"),
        (-1.5, "ratio", "\u22121.50"),
        (80.0, "days", "80.0 days"),
        (0.0, "hours", "0.0 min"),
        (0.0401, "hours", "2.4 min"),
        (0.64, "hours", "38 min"),
        (5.2, "hours", "5.2 h"),
        (47.9, "hours", "47.9 h"),
        (48.0, "hours", "2.0 days"),
        (2952.0, "hours", "123 days"),
        (-5.2, "hours", "\u22125.2 h"),
        (None, "count", "unknown"),
        (float("nan"), "share", "unknown"),
    ],
)
def test_a_value_reads_as(value: float | None, form: text.Format, shown: str) -> None:
    assert text.value_text(value, form) == shown


def test_prose_escapes_what_it_does_not_make_itself() -> None:
    html = text.prose("See `a<b>` at https://chaoss.community/kb/?a=1. <script> javascript:alert(1) 'x' \"y\"")
    assert '<a href="https://chaoss.community/kb/?a=1"' in html
    assert "<code>a&lt;b&gt;</code>" in html
    assert "<script>" not in html


def test_dates_are_written_out() -> None:
    assert text.month_text(date(2026, 10, 1)) == "October 2026"
    assert [text.month_text(date(2026, month, 1), 3) for month in (1, 4, 10)] == ["Q1 2026", "Q2 2026", "Q4 2026"]
    assert text.day_text("2026-08-02") == "2 August 2026"
    assert text.day_text(None) == "never"


@pytest.mark.parametrize(
    ("low", "high", "form", "shown"),
    [
        (None, None, "count", ""),
        (1, 2, "count", "1 to 2"),
        (0.1, 0.2, "share", "10.0 to 20.0 %"),
        (2.0, 5.0, "hours", "2.0 to 5.0 h"),
        (2.0, 96.0, "hours", "2.0 h to 4.0 days"),
        (120.0, None, "hours", "5.0 days to unbounded"),
    ],
)
def test_an_interval_reads_as(low: float | None, high: float | None, form: text.Format, shown: str) -> None:
    assert text.interval_text(low, high, form) == shown


def test_what_lies_beyond_what_was_observed_is_not_called_unknown() -> None:
    assert text.value_or_reason(None, "hours", "not reached") == "not reached"
    assert text.value_or_reason(None, "hours", "no issues in the month") == "unknown"


def test_long_numbers_in_a_sentence_are_grouped_and_days_and_parts_are_not() -> None:
    told = "Qwen 1233993595 of 106 models on 2026-06-05, 0.123456 and 12345.6; in v1.20260101 too"
    assert text.thousands(told) == told.replace("1233993595", "1,233,993,595")
    assert text.thousands("中国 26093 美国 16529") == "中国 26,093 美国 16,529"
