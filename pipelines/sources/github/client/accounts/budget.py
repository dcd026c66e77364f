"""Points, limits and how much at once, account by account. Requests pass through here on their way to GitHub.

An account has 5,000 points an hour, whatever the number of its tokens (docs: rate limits and query limits for the
GraphQL API). All of this is used by one thread only, that of the event loop, and so needs no locks.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pipelines.errors import Paused, TransientError
from pipelines.sources.github.client.accounts.credentials import Credential
from pipelines.sources.github.client.accounts.processor import MINUTE, Processor
from pipelines.sources.github.client.answers import Budget
from pipelines.sources.github.client.refusals import Limit, server_time
from pipelines.sources.github.client.wire.clock import Clock

MOST_AT_ONCE = 90  # docs: 100 concurrent requests, REST's included: it is left the other ten
FEWEST_AT_ONCE, FIRST_AT_ONCE = 1, 16
POINTS_PER_MINUTE = 2_000  # docs: secondary rate limits, of the GraphQL endpoint
RESERVE_SHARE = 0.02  # of an account's hour: it is left to its owner
SECONDARY_WAIT = 60.0  # seconds, doubled each time (docs: exceeding the rate limit)
LONGEST_SECONDARY_WAIT = 900.0  # seconds
MOST_REFUSALS = 8  # in a row, each waited for
SAME_WINDOW = timedelta(seconds=1.5)  # two answers of one window may name its end a second apart
AFTER_RESET = 1.0  # seconds: the Date header has no fractions
Progress = Callable[[str], None]


def reserve_of(limit: int | None) -> int:
    """Points of an hour that are left to the account's owner."""
    return math.ceil((limit or 0) * RESERVE_SHARE)


@dataclass(eq=False)
class Account:
    """One account: its tokens share its budget. `resets` and `blocked` are in seconds of the clock."""

    key: str
    login: str
    credentials: list[Credential] = field(default_factory=list)
    limit: int | None = None
    remaining: int | None = None
    reset_at: datetime | None = None
    resets: float | None = None
    blocked: float = 0.0
    refusals: int = 0
    spent: int = 0
    asked: int = 0
    recent: deque[tuple[float, int]] = field(default_factory=deque, repr=False)
    a_minute: int = 0
    processor: Processor = field(default_factory=Processor, repr=False)

    @property
    def reserve(self) -> int:
        """Points that are not touched."""
        return reserve_of(self.limit)

    @property
    def most(self) -> float:
        """The most points that one request may cost and still be asked, a whole hour long."""
        return math.inf if self.limit is None else max(1, self.limit - self.reserve)

    @property
    def free(self) -> float:
        """Points that may be spent now, those asked for deducted; infinite where the server counts none."""
        return math.inf if self.remaining is None else self.remaining - self.reserve - self.asked

    def renew(self, now: float) -> None:
        """Forget what an hour that is over has used up."""
        if self.resets is not None and now >= self.resets:
            self.remaining, self.resets, self.reset_at = self.limit, None, None
        while self.recent and self.recent[0][0] <= now - MINUTE:
            self.a_minute -= self.recent.popleft()[1]

    def ask(self, points: int, now: float) -> None:
        """Note that it is asked for so many points."""
        self.asked += points
        self.recent.append((now, points))
        self.a_minute += points
        self.processor.asked()

    def wait(self, points: int, now: float) -> tuple[float, str]:
        """Seconds until it may be asked for so many points, and what for; 0: now."""
        self.renew(now)
        if self.blocked > now:
            return self.blocked - now, f"because GitHub asked {self.login} to slow down"
        if self.free < min(points, self.most):
            left = math.inf if self.resets is None else self.resets - now
            return left, f"for GitHub's budget of {self.login}"
        most = max(POINTS_PER_MINUTE, (self.limit or 0) / 60)  # who gives more an hour than that is not github.com
        if self.remaining is not None and self.recent and self.a_minute + points > most:
            return self.recent[0][0] + MINUTE - now, f"to keep to GitHub's points a minute ({self.login})"
        if left := self.processor.wait(now):
            return left, f"to keep to GitHub's processor time a minute ({self.login})"
        return 0.0, ""

    def learn(self, limits: Mapping[str, Any] | None, headers: Mapping[str, str], now: float) -> int:
        """Take in the `rateLimit` of an answer; returns what the answer cost."""
        if not limits:
            self.limit = self.remaining = self.resets = self.reset_at = None
            return 0
        reset_at = datetime.fromisoformat(str(limits["resetAt"]))
        remaining, cost = int(limits["remaining"]), int(limits["cost"])
        self.spent += cost
        self.limit = int(limits["limit"])
        if self.reset_at is None or reset_at > self.reset_at + SAME_WINDOW or self.remaining is None:
            self.remaining = remaining
        elif reset_at >= self.reset_at - SAME_WINDOW:  # answers overtake one another: the least is the newest
            self.remaining = min(self.remaining, remaining)
        else:
            return cost
        self.reset_at = reset_at
        self.resets = now + (reset_at - server_time(headers)).total_seconds() + AFTER_RESET
        return cost


class Pool:
    """All accounts, and how many requests may be under way.

    Args:
        clock: what time it is.
        budget: points that may be spent in all; None: no end but GitHub's.
        patient: False raises Paused wherever one would have to wait.

    Attributes:
        accounts: by the account's id.
        width: how many requests may be under way.
        waiting: what for, and how long; empty if nobody has to.
        changed: called when something of this has changed.
    """

    def __init__(self, clock: Clock, budget: int | None = None, *, patient: bool = True) -> None:
        self.accounts: dict[str, Account] = {}
        self.budget = budget
        self.width: float = FIRST_AT_ONCE
        self.under_way = 0
        self.waiting = ""
        self.changed: Callable[[], None] = lambda: None
        self._clock = clock
        self._patient = patient
        self._careful = False  # after the first refusal the width grows slowly
        self._turn = asyncio.Lock()
        self._changed = asyncio.Event()

    @property
    def spent(self) -> int:
        """Points spent, of all accounts."""
        return sum(account.spent for account in self.accounts.values())

    @property
    def seconds_an_answer(self) -> float:
        """How long an answer takes, on average; 0 before the first one."""
        answers = sum(account.processor.answers for account in self.accounts.values())
        return sum(account.processor.seconds for account in self.accounts.values()) / max(1, answers)

    @property
    def budgets(self) -> list[Budget]:
        """What each account may still spend."""
        now = self._clock.seconds()
        for account in self.accounts.values():
            account.renew(now)
        return [
            Budget(each.login, len(each.credentials), each.limit, each.remaining, each.reset_at, each.spent)
            for each in self.accounts.values()
        ]

    async def take(self, points: int, progress: Progress, without: Collection[str] = ()) -> Account:
        """An account that may be asked now for so many points; waits for one, in the order in which they came.

        Raises Paused if points may only be spent up to a budget, and that or GitHub's is used up.
        """
        async with self._turn:
            while True:
                account = self._choose(points, without)
                if isinstance(account, Account):
                    break
                seconds, why = account
                self._changed.clear()
                await self._wait(seconds, why, progress)
            self.under_way += 1
            account.ask(points, self._clock.seconds())
            return account

    def has_room(self, points: int, without: Collection[str]) -> bool:
        """Whether an account other than these could be asked at once."""
        now = self._clock.seconds()
        return any(each.wait(points, now)[0] == 0 for key, each in self.accounts.items() if key not in without)

    def done(self, account: Account, points: int, seconds: float) -> None:
        """The request is over, however it ended; it took so many seconds."""
        self.under_way -= 1
        account.asked -= points
        account.processor.answered(seconds, self._clock.seconds())
        self._changed.set()
        self.changed()

    def went_well(self, account: Account) -> None:
        """An answer came: a little more at once, at first quickly (as TCP begins), after a refusal slowly."""
        account.refusals = 0
        self.width = min(MOST_AT_ONCE, self.width + (1 / self.width if self._careful else 1))

    def overloaded(self) -> None:
        """The server is slow: a little less at once."""
        self._careful = True
        self.width = max(FEWEST_AT_ONCE, self.width * 0.9)

    def limited(self, account: Account, limit: Limit, what: str) -> None:
        """The account was refused for a limit: it rests. Raises TransientError when that has not helped for long."""
        now = self._clock.seconds()
        if limit.primary:
            seconds = limit.seconds if limit.seconds is not None else self._known(account, now)
            account.remaining = 0
            account.limit = account.limit or 0
            account.resets = now + seconds + AFTER_RESET
            account.reset_at = self._clock.now() + timedelta(seconds=seconds)
            return
        account.processor.refused(now)
        if account.blocked <= now:  # the first of those that were under way together
            account.refusals += 1
            if account.refusals > MOST_REFUSALS:
                raise TransientError(f"{what}: GitHub refuses since long: {limit.text}")
            self._careful = True
            self.width = max(FEWEST_AT_ONCE, self.width / 2)
        longest = min(LONGEST_SECONDARY_WAIT, SECONDARY_WAIT * 2 ** max(0, account.refusals - 1))
        account.blocked = max(account.blocked, now + (limit.seconds if limit.seconds is not None else longest))

    def _known(self, account: Account, now: float) -> float:
        return max(account.resets - now, 0.0) if account.resets is not None else SECONDARY_WAIT

    def _choose(self, points: int, without: Collection[str]) -> Account | tuple[float, str]:
        """The account with most to spare; or how long to wait, and why."""
        if self.budget is not None:
            asked = sum(account.asked for account in self.accounts.values())
            if self.spent + asked + points > self.budget:
                raise Paused(
                    f"The {self.budget:,} points that this run may spend are used up; the next request costs "
                    f"{points:,}. The next run goes on from here."
                )
        if self.under_way >= int(self.width):
            return math.inf, ""
        now = self._clock.seconds()
        usable = [account for key, account in self.accounts.items() if key not in without]
        waits = [(account.wait(points, now), account) for account in usable]
        ready = [account for (seconds, _why), account in waits if seconds <= 0]
        if ready:
            return max(ready, key=lambda account: account.free)
        (seconds, why), account = min(waits, key=lambda each: each[0][0])
        if self.budget is not None and account.blocked <= now and account.free < points and not account.asked:
            raise Paused(
                f"GitHub's budget is used up: {account.login} is down to its reserve of {account.reserve:,} points "
                f"until {account.reset_at:%Y-%m-%d %H:%M} UTC. The next run goes on from here."
            )
        if why and not self._patient and math.isfinite(seconds):
            raise Paused(f"One would have to wait {countdown(seconds)} {why}.")
        return seconds, why

    async def _wait(self, seconds: float, why: str, progress: Progress) -> None:
        """Wait, with a countdown; at the most until something changes, or till the next text is due."""
        if not why:
            await self._clock.wait(self._changed, math.inf)
            return
        if not math.isfinite(seconds):
            await self._clock.wait(self._changed, 1.0)
            return
        self.waiting = f"waiting {countdown(seconds)} {why}"
        progress(self.waiting)
        self.changed()
        await self._clock.wait(self._changed, min(seconds, 1.0 if seconds < 2 * MINUTE else 5.0))
        self.waiting = ""


def countdown(seconds: float) -> str:
    """`1:02:03`, or `12:31`."""
    left = math.ceil(seconds)
    hours, rest = divmod(left, 3_600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"
