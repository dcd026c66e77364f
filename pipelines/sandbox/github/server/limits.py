"""The loopback GitHub's limits: points an hour for each account, requests a minute and at once for each account.

Several tokens of one account share its budget, as on GitHub. Times are the machine's own, whatever day the world is on.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from pipelines.sandbox.github.server.rows import stamp


@dataclass(frozen=True)
class Limits:
    """How much an account may ask for. Docs: rate limits of the GraphQL API and of the REST API.

    Attributes:
        points: of GraphQL in a window.
        calls: of REST in a window.
        window_seconds: how long a window is.
        concurrent: requests at once, before the secondary limit.
        a_minute: requests of GraphQL a minute, before the secondary limit (one costs 1 there, whatever its points).
        calls_a_minute: of REST.
        retry_after: seconds that a secondary limit asks to wait.
        processor: seconds a minute that answers may take, all of an account's together; None: no end. GitHub counts the
            time of its processors; here that is how long an answer takes.
        heavy: nodes from which a query takes too long and is answered by 502; None: never.
    """

    points: int = 5_000
    calls: int = 5_000
    window_seconds: float = 3_600.0
    concurrent: int = 100
    a_minute: int = 2_000
    calls_a_minute: int = 900
    retry_after: int = 60
    processor: float | None = None
    heavy: int | None = None


UNLIMITED = Limits(10**9, 10**9, concurrent=10**6, a_minute=10**9, calls_a_minute=10**9)


@dataclass
class Budget:
    """What one account has left of one resource."""

    limit: int
    window_seconds: float
    used: int = 0
    ends: float = 0.0
    recent: deque[float] = field(default_factory=deque)
    worked: deque[tuple[float, float]] = field(default_factory=deque)
    now: Callable[[], float] = time.time

    def take(self, amount: int) -> bool:
        """Spend so many; False, and nothing spent, if there are not as many left."""
        self.renew()
        if self.used + amount > self.limit:
            return False
        self.used += amount
        return True

    def renew(self) -> None:
        """Begin a new window if the last one is over."""
        now = self.now()
        if now >= self.ends:
            self.used, self.ends = 0, now + self.window_seconds

    @property
    def remaining(self) -> int:
        """What is left of the window."""
        return self.limit - self.used

    def too_often(self, a_minute: int) -> bool:
        """Count a request: whether there were more than that in the last minute."""
        now = self.now()
        self.recent.append(now)
        while self.recent and self.recent[0] < now - 60:
            self.recent.popleft()
        return len(self.recent) > a_minute

    def too_long(self, seconds: float, most: float | None) -> bool:
        """Count an answer that takes so long: whether the last minute's are too much together. A refusal takes none."""
        now = self.now()
        while self.worked and self.worked[0][0] <= now - 60:
            self.worked.popleft()
        if most is not None and sum(each for _at, each in self.worked) + seconds > most:
            return True
        self.worked.append((now, seconds))
        return False

    def headers(self, resource: str, skew: timedelta) -> dict[str, str]:
        """What every answer says of it."""
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Used": str(self.used),
            "X-RateLimit-Reset": str(int(self.ends + skew.total_seconds()) + 1),
            "X-RateLimit-Resource": resource,
        }

    def row(self, cost: int, nodes: int, skew: timedelta) -> dict[str, object]:
        """What `rateLimit` answers."""
        return {
            "cost": cost,
            "limit": self.limit,
            "nodeCount": nodes,
            "remaining": self.remaining,
            "used": self.used,
            "resetAt": stamp(datetime.fromtimestamp(int(self.ends) + 1, UTC) + skew),
        }


class Books:
    """The budgets of all accounts, by resource and account id, and how many requests there are at once."""

    def __init__(self, limits: Limits, now: Callable[[], float] = time.time) -> None:
        self.limits = limits
        self.now = now
        self.at_once = 0
        self.most_at_once = 0
        self._budgets: dict[tuple[str, int], Budget] = {}

    def budget(self, resource: str, account: int) -> Budget:
        """The budget of an account."""
        limits = self.limits
        found = self._budgets.get((resource, account))
        if found is None:
            limit = limits.points if resource == "graphql" else limits.calls
            found = self._budgets[resource, account] = Budget(limit, limits.window_seconds, now=self.now)
        found.renew()
        return found

    def spent(self, resource: str) -> int:
        """What all accounts have used of it in their present windows."""
        return sum(budget.used for (name, _), budget in self._budgets.items() if name == resource)

    @contextmanager
    def counted(self) -> Iterator[bool]:
        """Count a request as long as it runs; whether there are not too many of them."""
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            yield self.at_once <= self.limits.concurrent
        finally:
            self.at_once -= 1
