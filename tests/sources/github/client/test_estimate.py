"""What doctor expects of a large repository, beside what it takes on a clock that passes only where somebody waits."""

from __future__ import annotations

import asyncio
import json
import math
import selectors
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
import stamina
from in_thread import in_thread

from pipelines.cli.reports.points import Outlook
from pipelines.sandbox.github.server.limits import Budget as Purse
from pipelines.sources.github.client.accounts.budget import Account, Pool
from pipelines.sources.github.client.accounts.credentials import Credential
from pipelines.sources.github.client.attempts import Asker
from pipelines.sources.github.client.client import Budget, load_document
from pipelines.sources.github.client.documents import Prepared, prepare
from pipelines.sources.github.client.errors import Secrets
from pipelines.sources.github.client.wire.clock import Clock
from pipelines.sources.github.client.wire.transport import Reply

STARS, CHANGES = 250_000, 60_000
BEGIN = 1_787_400_000.0
SECONDARY = json.dumps({"message": "You have exceeded a secondary rate limit."})


class Skipping(selectors.SelectSelector):
    """Does not wait: the time has passed at once."""

    def __init__(self) -> None:
        super().__init__()
        self.passed = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.passed += timeout or 0.0
        return super().select(0)


class Simulated(asyncio.SelectorEventLoop):
    """An event loop in whose hours nobody sits."""

    def __init__(self) -> None:
        self._skipping = Skipping()
        super().__init__(self._skipping)

    def time(self) -> float:
        return self._skipping.passed


class LoopClock(Clock):
    """The loop's time."""

    def __init__(self, loop: Simulated) -> None:
        self._loop = loop

    def now(self) -> datetime:
        return datetime.fromtimestamp(BEGIN + self._loop.time(), UTC)

    def seconds(self) -> float:
        return self._loop.time()


class Wire:
    """A GitHub that answers after a second, and allows each token 5,000 points an hour and a minute's work a minute."""

    def __init__(self, clock: LoopClock, seconds: float, processor: float | None, points: int = 5_000) -> None:
        self.clock, self.seconds, self.processor, self.points = clock, seconds, processor, points
        self.purses: dict[str, Purse] = {}
        self.spent = 0
        self.refused = 0

    async def send(self, prepared: Prepared, variables: Mapping[str, Any], token: str) -> Reply:
        now = BEGIN + self.clock.seconds()
        purse = self.purses.setdefault(token, Purse(self.points, 3_600.0, now=lambda: BEGIN + self.clock.seconds()))
        purse.renew()
        headers = {"date": format_datetime(datetime.fromtimestamp(now, UTC), usegmt=True)}
        if purse.too_long(self.seconds, self.processor):
            self.refused += 1
            return Reply(403, headers | {"retry-after": "60"}, text=SECONDARY)
        cost = prepared.points(variables)
        if not purse.take(cost):
            return Reply(200, headers, None, ({"type": "RATE_LIMITED", "message": "API rate limit exceeded"},))
        self.spent += cost
        await asyncio.sleep(self.seconds)
        return Reply(200, headers, {"repository": {}, "rateLimit": purse.row(cost, 0, timedelta())})


class Keys:
    """Two installations of an App."""

    problem = None

    def credentials(self) -> list[Credential]:
        return [Credential(name, f"ghs_{name}") for name in ("one", "two")]


def takes(
    streams: Mapping[str, list[int]], *, seconds: float, processor: float | None, points: int = 5_000
) -> tuple[float, int, Outlook, list[Budget]]:
    """Hours and points of fetching listings of so many pages, stream after stream; and what is expected."""
    loop = Simulated()
    clock = LoopClock(loop)
    wire = Wire(clock, seconds, processor, points)
    pool = Pool(clock)
    asker = Asker(wire, Keys(), pool, Secrets([]), clock)  # type: ignore[arg-type]
    budgets: list[Budget] = []

    async def listing(name: str, pages: int) -> None:
        prepared = prepare(load_document(name))
        for _ in range(pages):
            await asker.ask(prepared, {"first": 100}, name, lambda _text: None, passing=True)

    async def everything() -> None:
        for each in Keys().credentials():
            pool.accounts[each.name] = Account(each.name, each.name, [each])
            await wire.send(prepare(load_document("viewer")), {}, each.current())
        asker._known = asyncio.ensure_future(asyncio.sleep(0))  # noqa: SLF001 - whose they are is known
        for name, lengths in streams.items():
            await asyncio.gather(*(listing(name, pages) for pages in lengths))

    with stamina.set_testing(False):
        in_thread(lambda: loop.run_until_complete(everything()))
    hours, spent = loop.time() / 3_600, wire.spent
    loop.close()
    budgets = [Budget(each.name, 1, points, points, clock.now(), 0) for each in Keys().credentials()]
    price = {
        name: sum(lengths) * prepare(load_document(name)).points({"first": 100}) for name, lengths in streams.items()
    }
    requests = sum(sum(lengths) for lengths in streams.values())
    expected = Outlook(sum(price.values()), 1, price, requests, sum(max(lengths) for lengths in streams.values()))
    return hours, spent, expected, budgets


LARGE = {"stargazers": [math.ceil(STARS / 100)], "pull_requests": [math.ceil(CHANGES / 100)]}
MANY = {"issues": [30] * 25, "pull_requests": [40] * 25, "stargazers": [100] * 25}


@pytest.mark.parametrize(
    ("streams", "seconds", "processor", "points"),
    [
        pytest.param(LARGE, 1.0, 60.0, 5_000, id="250,000 stars and 60,000 change requests, a page after the other"),
        pytest.param(MANY, 1.0, 60.0, 5_000, id="many repositories: processor time is what counts"),
        pytest.param(MANY, 3.0, 60.0, 5_000, id="the same with slow answers"),
        pytest.param(MANY, 0.2, 60.0, 500, id="the same with quick ones and few points"),
    ],
)
def test_points_and_hours_are_as_expected_within_a_fifth(
    streams: dict[str, list[int]], seconds: float, processor: float, points: int
) -> None:
    hours, spent, expected, budgets = takes(streams, seconds=seconds, processor=processor, points=points)
    said = expected.hours(budgets, seconds)
    assert said is not None
    assert expected.points == pytest.approx(spent, rel=0.2)
    assert said == pytest.approx(hours, rel=0.2), (said, hours)


def test_what_suffices_at_once_takes_no_hours() -> None:
    hours, _spent, expected, budgets = takes({"issues": [3]}, seconds=0.2, processor=60.0)
    assert hours < 0.001
    assert expected.hours(budgets, 0.2) == pytest.approx(0, abs=0.001)
