"""Which days of recorded files were brought before: kept in the state of a batch, a bit a day."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import date, timedelta

from pipelines.sources.contract import State


class DaysBrought:
    """The days that were brought before: a bit a day, so that a late list is noticed wherever it falls."""

    def __init__(self, first: date | None = None, bits: int = 0) -> None:
        self._first = first
        self._bits = bits

    @classmethod
    def of(cls, state: State | None) -> DaysBrought:
        """As remembered in a state; none without one."""
        if state is None:
            return cls()
        return cls(date.fromisoformat(state["first_day"]), int.from_bytes(base64.b64decode(state["days"]), "little"))

    def __contains__(self, day: date) -> bool:
        return self._first is not None and day >= self._first and bool(self._bits >> (day - self._first).days & 1)

    def add(self, days: Sequence[date]) -> None:
        """Remember these, too."""
        first = min([*days, *([self._first] if self._first else [])])
        if self._first:
            self._bits <<= (self._first - first).days
        self._first = first
        for day in set(days):
            self._bits |= 1 << (day - first).days

    @property
    def last(self) -> date:
        """The last of them."""
        return (self._first or date.min) + timedelta(days=self._bits.bit_length() - 1)

    def state(self) -> dict[str, str]:
        """To be remembered."""
        raw = self._bits.to_bytes((self._bits.bit_length() + 7) // 8, "little")
        return {"first_day": str(self._first), "days": base64.b64encode(raw).decode()}
