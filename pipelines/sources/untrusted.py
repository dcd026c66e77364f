"""Values that strangers wrote, read so that they can do no harm. From decoded JSON to plain typed values.

The wrong type is read as not told (None), text is capped and made encodable, and nothing is ever interpreted.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime

TEXT_CHARACTERS = 16_384  # a longer text is cut there and ends in an ellipsis
INT64 = 2**63 - 1


def text(value: object) -> str | None:
    """A text that UTF-8 can carry (no lone surrogates, no NUL), at most TEXT_CHARACTERS long; None for all else."""
    if not isinstance(value, str):
        return None
    clean = value.encode("utf-8", "replace").decode("utf-8").replace("\x00", "\ufffd")
    return clean if len(clean) <= TEXT_CHARACTERS else clean[: TEXT_CHARACTERS - 1] + "…"


def lines_of(data: bytes) -> tuple[str, frozenset[int]]:
    """UTF-8 text without its byte order mark, and which lines (from 1) have other bytes: U+FFFD stands there."""
    try:
        return data.decode("utf-8-sig"), frozenset()
    except UnicodeDecodeError:
        bad = {number for number, line in enumerate(data.split(b"\n"), start=1) if not _is_utf8(line)}
        return data.decode("utf-8-sig", "replace"), frozenset(bad)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def count(value: object) -> int | None:
    """A whole number that fits 64 bits; None for anything else. Negative ones are kept: they are what was said."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, float) and not value.is_integer():
        return None
    return int(value) if -INT64 <= value <= INT64 else None


def number(value: object) -> float | None:
    """A finite number as float64; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


def moment(value: object) -> datetime | None:
    """An ISO 8601 time in UTC; None if it is none."""
    if not isinstance(value, str):
        return None
    try:
        parsed = datetime.fromisoformat(value)
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
