"""Time, as the client needs it. A test passes a clock of its own."""

from __future__ import annotations

import asyncio
import math
import time
from contextlib import suppress
from datetime import UTC, datetime


class Clock:
    """Time, as the client needs it; a test has its own."""

    def now(self) -> datetime:
        """The time of day, UTC."""
        return datetime.now(UTC)

    def seconds(self) -> float:
        """Seconds that only grow."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait in a thread of one's own."""
        time.sleep(seconds)

    async def wait(self, event: asyncio.Event, seconds: float) -> None:
        """Until the event is set, or the seconds have passed."""
        with suppress(TimeoutError):
            await asyncio.wait_for(event.wait(), seconds if math.isfinite(seconds) else None)
