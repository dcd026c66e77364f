"""The world's calendar: months, and time zones with their daylight saving, without needing a zone database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache

SUNDAY = 6


@dataclass(frozen=True)
class Zone:
    """A time zone as a rule.

    Attributes:
        name: what the truth calls it.
        standard: minutes east of UTC in winter.
        saving: whose daylight saving it keeps: "eu", "us", or None.
    """

    name: str
    standard: int
    saving: str | None = None

    def offset(self, moment: datetime) -> int:
        """Minutes east of UTC at that time."""
        if self.saving is None:
            return self.standard
        year = moment.year
        if self.saving == "eu":  # last Sundays of March and October, 01:00 UTC
            begins = _sunday(year, 3, -1) + timedelta(hours=1)
            ends = _sunday(year, 10, -1) + timedelta(hours=1)
        else:  # second Sunday of March, first of November, 02:00 by the clocks on the wall
            begins = _sunday(year, 3, 1) + timedelta(minutes=120 - self.standard)
            ends = _sunday(year, 11, 0) + timedelta(minutes=60 - self.standard)
        return self.standard + (60 if begins <= moment < ends else 0)


ZONES = {
    zone.name: zone
    for zone in (
        Zone("utc", 0),
        Zone("china", 480),
        Zone("japan", 540),
        Zone("india", 330),
        Zone("brazil", -180),
        Zone("central-europe", 60, "eu"),
        Zone("britain", 0, "eu"),
        Zone("us-east", -300, "us"),
        Zone("us-west", -480, "us"),
    )
}


@cache
def _sunday(year: int, month: int, index: int) -> datetime:
    """Midnight (UTC) of the month's Sunday with that index; -1 is the last."""
    first = datetime(year, month, 1, tzinfo=UTC)
    days = [first + timedelta(days=day) for day in range(31)]
    return [day for day in days if day.month == month and day.weekday() == SUNDAY][index]


def month_after(month: date, count: int = 1) -> date:
    """The first day of the month that lies `count` months after (before, if negative) that of the day."""
    index = month.year * 12 + month.month - 1 + count
    return date(index // 12, index % 12 + 1, 1)


def month_of(moment: datetime) -> date:
    """The first day of the month (UTC)."""
    return moment.astimezone(UTC).date().replace(day=1)


def midnight(day: date) -> datetime:
    """The day's first moment, UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def last_days(now: datetime, count: int) -> tuple[date, ...]:
    """The last days of the `count - 1` months before, and today: one snapshot a month, in order."""
    this = month_of(now)
    ends = [month_after(this, -back) - timedelta(days=1) for back in range(count - 2, -1, -1)]
    return (*ends, now.date())
