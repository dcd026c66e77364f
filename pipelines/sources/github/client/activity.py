"""What the client is doing, left in a file for whoever asks: `ecotone status` is another process than the run.

No token is in it. It is written at most once a second, whole or not at all, and only in a home that is there.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines.sources.github.client.answers import Budget

FILE = "github.json"
EVERY = 1.0  # seconds


@dataclass(frozen=True)
class Activity:
    """What a client has done and is doing.

    Attributes:
        pid: the process.
        begun_at: when it began, UTC.
        told_at: when this was written.
        ended_at: when the client was closed; None as long as it may go on.
        requests: GraphQL requests sent.
        spent: points spent.
        allowed: points that this run may spend; None: as many as GitHub gives.
        at_once: how many requests may be under way.
        under_way: what is being asked for, with how many requests at the same time.
        waiting: for what it waits, and how long, at `told_at`; empty if it does not.
        budgets: of the accounts.
        bad_tokens: what is wrong with tokens that are not accepted.
        seconds_an_answer: how long one takes, on average; 0 before the first.
        totals: of each repository that was probed: how many there are in each stream.
    """

    pid: int
    begun_at: datetime
    told_at: datetime
    ended_at: datetime | None = None
    requests: int = 0
    spent: int = 0
    allowed: int | None = None
    at_once: int = 0
    under_way: Mapping[str, int] = field(default_factory=dict)
    waiting: str = ""
    budgets: tuple[Budget, ...] = ()
    bad_tokens: tuple[str, ...] = ()
    seconds_an_answer: float = 0.0
    totals: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def goes_on(self) -> bool:
        """Whether its process is there and has not closed it."""
        if self.ended_at is not None:
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True  # another user's
        return True

    def write(self, home: Path) -> None:
        """Leave it there."""
        temporary = home / f".{FILE}-{self.pid}"
        temporary.write_text(json.dumps(asdict(self), default=datetime.isoformat), encoding="utf-8")
        temporary.replace(home / FILE)

    @classmethod
    def read(cls, home: Path) -> Activity | None:
        """What was left there last; None if nothing was, or nothing that can be read."""
        try:
            told = json.loads((home / FILE).read_text(encoding="utf-8"))
            budgets = tuple(Budget(**_timed(each, "reset_at")) for each in told.pop("budgets"))
            told["bad_tokens"] = tuple(told["bad_tokens"])
            return cls(**_timed(told, "begun_at", "told_at", "ended_at"), budgets=budgets)
        except (OSError, ValueError, TypeError, KeyError):
            return None


def _timed(values: dict[str, Any], *names: str) -> dict[str, Any]:
    times = {name: datetime.fromisoformat(values[name]) if values[name] else None for name in names}
    return values | times
