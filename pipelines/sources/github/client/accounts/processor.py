"""How long GitHub's processors may work for one account, as far as it can be seen from here: from answers to waits.

Docs (rate limits of the GraphQL API): no more than 60 seconds of processor time a minute, roughly as long as the
answers took. How much of an answer's time was work and how much was on the way nobody is told; so the limit is kept to
only once an account was refused while its answers of the last minute took about that long.
"""

from __future__ import annotations

from collections import deque

SECONDS_PER_MINUTE = 60.0  # docs: secondary rate limits, GraphQL's share of processor time
KEPT_TO = 0.95  # of it: our minute and GitHub's do not begin together
SUSPECTED_FROM = 0.8  # of it: a refusal with so much of it used was probably for it
MINUTE = 60.0  # seconds
TICK = 0.01  # second: what is over is over, whatever the last digits of a clock say


class Processor:
    """What the answers to one account have taken.

    Attributes:
        kept_to: whether the limit is kept to.
        answers, seconds: of all of them so far.
    """

    def __init__(self) -> None:
        self.kept_to = False
        self.answers = 0
        self.seconds = 0.0
        self._recent: deque[tuple[float, float]] = deque()
        self._last_minute = 0.0
        self._under_way = 0

    def asked(self) -> None:
        """A request was sent."""
        self._under_way += 1

    def answered(self, seconds: float, now: float) -> None:
        """It ended, after so many seconds."""
        self._under_way -= 1
        self.answers += 1
        self.seconds += seconds
        self._recent.append((now, seconds))
        self._last_minute += seconds

    def refused(self, now: float) -> None:
        """The account has met a secondary limit."""
        self._forget(now)
        under_way = self._under_way * self.seconds / max(1, self.answers)
        if self._last_minute + under_way >= SUSPECTED_FROM * SECONDS_PER_MINUTE:
            self.kept_to = True

    def wait(self, now: float) -> float:
        """Seconds until one more request fits into the minute; 0: now."""
        if not self.kept_to:
            return 0.0
        self._forget(now)
        expected = (self._under_way + 1) * self.seconds / max(1, self.answers)
        if not self._recent or self._last_minute + expected <= KEPT_TO * SECONDS_PER_MINUTE:
            return 0.0
        return self._recent[0][0] + MINUTE - now + TICK

    def _forget(self, now: float) -> None:
        while self._recent and self._recent[0][0] <= now - MINUTE:
            self._last_minute -= self._recent.popleft()[1]
        if not self._recent:
            self._last_minute = 0.0
