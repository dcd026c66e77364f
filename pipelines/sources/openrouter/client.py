"""OpenRouter's data API: tokens that each model was used for, day by day. Data flows from its answers to plain rows.

`GET /api/v1/datasets/rankings-daily` gives the 50 most used models of each day and one row `other` for the rest, to
whoever has any API key, 30 times a minute and 500 times a day. A client is made for one fetch and used by one thread.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import httpx2

from pipelines.errors import BadToken, SourceError, TerminalError, TransientError
from pipelines.sources.untrusted import INT64, moment, text
from pipelines.sources.web import RETRIED_STATUSES, Web

PATH = "/api/v1/datasets/rankings-daily"
REQUESTS_A_MINUTE = 30  # docs: rate limits of the data API
MINUTE = 60.0
MOST_REQUESTS = 100  # of one fetch, retries included: a fifth of the 500 that a day has
LONGEST_WAIT_SECONDS = 120.0  # two of the minutes that its limit counts by
OTHER = "other"  # the slug of what all models below the first 50 were used for together


@dataclass(frozen=True)
class Usage:
    """Tokens of one model on one day; `model` is its permanent slug, or `OTHER`."""

    day: date
    model: str
    tokens: int


@dataclass(frozen=True)
class Ranking:
    """What one answer says.

    Attributes:
        rows: in the answer's order.
        as_of: up to when it counts; None where it does not say.
        left_out: rows that are none: without a day, a model or a count.
    """

    rows: list[Usage]
    as_of: datetime | None
    left_out: int


class OpenRouterClient:
    """Reads the daily rankings.

    Args:
        url: OpenRouter's address, without a slash at the end.
        key: any API key of OpenRouter's.
        progress: told when the client has to wait.
        sleep: how it waits, in seconds.
    """

    def __init__(
        self,
        url: str,
        key: str,
        *,
        progress: Callable[[str], None] = lambda _text: None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.url = url
        self.requests = 0
        headers = {"Authorization": f"Bearer {key}", "Accept": "application/json", "User-Agent": "ecotone"}
        self._web = Web("ECOTONE_OPENROUTER_URL", headers)
        self._progress = progress
        self._sleep = sleep
        self._sent: deque[float] = deque(maxlen=REQUESTS_A_MINUTE)
        self._not_before = 0.0

    def rankings(self, first: date, last: date) -> Ranking:
        """The rows of these days, both included; days that are not known have none.

        Raises:
            TransientError: OpenRouter could not answer now.
            TerminalError: it refused, or what it sent is no ranking.
        """
        what = f"OpenRouter's tokens of {first} to {last}, from {self.url}{PATH}"
        params = {"start_date": str(first), "end_date": str(last)}
        return self._web.retried(lambda: _read(self._once(params, what), what))

    def _once(self, params: dict[str, str], what: str) -> Any:  # noqa: ANN401 - whatever JSON it is
        if self.requests >= MOST_REQUESTS:
            raise TerminalError(f"{what}: not asked, {MOST_REQUESTS} requests were made in this run")
        self._pace()
        self.requests += 1
        response = self._web.get(self.url + PATH, params=params, what=what)
        if response.status_code != httpx2.codes.OK:
            raise self._refusal(response, what)
        try:
            return response.json()
        except ValueError as error:
            raise TransientError(f"{what}: the answer is no JSON, or breaks off") from error

    def _refusal(self, response: httpx2.Response, what: str) -> SourceError:
        status = response.status_code
        after = response.headers.get("retry-after", "")
        if status in RETRIED_STATUSES:
            if after.isdecimal():
                self._not_before = time.monotonic() + min(float(after), LONGEST_WAIT_SECONDS)
            return TransientError(f"{what}: {status}")
        if status in {httpx2.codes.UNAUTHORIZED, httpx2.codes.FORBIDDEN}:
            return BadToken(
                f"{what}: OpenRouter refused the key in OPENROUTER_API_KEY ({status}). Make a new one at "
                "https://openrouter.ai/keys, or unset it.",
            )
        said = " ".join(response.text.split())[:200]
        return TerminalError(f"{what}: {status}{f' ({said})' if said else ''}")

    def _pace(self) -> None:
        """Wait until the minute's requests allow another one, and as long as a refusal told."""
        now = time.monotonic()
        free = self._sent[0] + MINUTE if len(self._sent) == REQUESTS_A_MINUTE else now
        seconds = max(free, self._not_before) - now
        if seconds > 0:
            self._progress(f"OpenRouter's limit of calls is used up: {seconds:,.0f} s until it goes on")
            self._sleep(seconds)
        self._not_before = 0.0
        self._sent.append(time.monotonic())


def usage(day: object, model: object, tokens: object) -> Usage | None:
    """One row, from texts; None if the day is no day, the model has no name or the tokens are no count."""
    name = text(model)
    counted = str(tokens)
    if not name or not isinstance(day, str) or not counted.isascii() or not counted.isdecimal():
        return None
    try:
        return Usage(date.fromisoformat(day), name, int(counted)) if int(counted) <= INT64 else None
    except ValueError:
        return None


def _read(answer: Any, what: str) -> Ranking:  # noqa: ANN401 - whatever JSON it is
    rows = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(rows, list):
        raise TerminalError(f"{what}: the answer is no ranking: {str(answer)[:200]}")
    meta = answer.get("meta")
    found = [_row(row) for row in rows]
    good = [row for row in found if row is not None]
    as_of = moment(meta.get("as_of")) if isinstance(meta, dict) else None
    return Ranking(good, as_of, len(found) - len(good))


def _row(row: Any) -> Usage | None:  # noqa: ANN401 - whatever JSON it is
    if not isinstance(row, dict):
        return None
    return usage(row.get("date"), row.get("model_permaslug"), row.get("total_tokens"))
