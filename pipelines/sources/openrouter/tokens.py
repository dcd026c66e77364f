"""OpenRouter → tokens that each model was used for, day by day, from its data API and from recorded CSVs.

Every project with models there has the same subject, which is fetched once. A batch holds whole days: the newest
telling of a day replaces what was told of it before, as a model that leaves the first 50 is then counted in the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pyarrow as pa

from pipelines.catalogue import Project
from pipelines.errors import Skipped, SourceError
from pipelines.sources import Batch, Request, Source, State
from pipelines.sources.openrouter import recorded as openrouter_file
from pipelines.sources.openrouter.client import OTHER, OpenRouterClient, Usage
from pipelines.sources.recorded_days import DaysBrought

SUBJECT = "openrouter:rankings-daily"
FIRST_DAYS = 365  # that the first fetch asks for
DAYS_A_REQUEST = 31
SETTLES_AFTER = 3  # days after which a day's figures are no longer asked for again
GIVEN_UP_AFTER = 7  # days after which a day that was not told is no longer asked for
SHOWN_LEFT_OUT = 3
DAY = timedelta(days=1)
CITE = "Source: OpenRouter (openrouter.ai/rankings), CC-BY-4.0"

SCHEMA = pa.schema(
    [
        pa.field("day", pa.date32(), nullable=False, metadata={"comment": "UTC day of use"}),
        pa.field("model", pa.string(), nullable=False, metadata={"comment": "author/model as OpenRouter has it"}),
        pa.field("tokens", pa.int64(), nullable=False, metadata={"comment": "by each provider's own tokenizer"}),
        pa.field("is_other", pa.bool_(), nullable=False, metadata={"comment": "all models below the first 50"}),
        pa.field("origin", pa.string(), nullable=False, metadata={"comment": "api or file"}),
        pa.field("as_of", pa.timestamp("us", tz="UTC"), metadata={"comment": "up to when the answer counts"}),
    ],
)


def subjects(project: Project) -> list[str]:
    """The rankings, which are one for all, if the project has models in them."""
    return [SUBJECT] if project.openrouter else []


def fetch(request: Request) -> Iterator[Batch]:
    """Bring the days that were not brought before, and those that may still have changed.

    Raises:
        Skipped: neither an API key nor a recorded file is set.
        SourceError: nothing could be had. What breaks later ends the fetch incomplete, with the reason.
    """
    settings = request.settings
    if not settings.openrouter_api_key and not settings.openrouter_file:
        raise Skipped(
            "OPENROUTER_API_KEY is not set. With it (any key of openrouter.ai will do), or with a recorded CSV in "
            "ECOTONE_OPENROUTER_FILE: tokens that models are used for, day by day, and their shares.",
        )
    yield from _Fetch(request).batches()


class _Fetch:
    """One fetch: which days were told, which are settled, what went missing."""

    def __init__(self, request: Request) -> None:
        state: State = request.state or {}
        self._request = request
        self._today = request.now.astimezone(UTC).date()
        self._taken = DaysBrought.of(state) if state.get("days") else DaysBrought()
        self._file = state.get("file")
        self._settled = date.fromisoformat(state["settled"]) if state.get("settled") else None
        self._missing: list[str] = []
        self._told: set[date] = set()

    def batches(self) -> Iterator[Batch]:
        had = 0
        failure: SourceError | None = None
        for part in (self._from_file, self._from_api):
            try:
                for table in part():
                    had += table.num_rows
                    yield Batch(table)
            except SourceError as error:
                failure = failure or error
        if failure is not None and not had:
            raise failure
        if failure is not None:
            yield Batch(SCHEMA.empty_table(), reason="; ".join([str(failure), *self._missing]))
        elif had or self._missing or self._request.state is None:
            yield self._last()

    def _last(self) -> Batch:
        state: dict[str, str | None] = {
            "file": self._file,
            "settled": str(self._settled) if self._settled else None,
        }
        if self._told or (self._request.state or {}).get("days"):
            self._taken.add(sorted(self._told))
            end = datetime.combine(self._taken.last + DAY, time(), UTC)
            state |= {**self._taken.state(), "observed_until": min(end, self._request.now).isoformat()}
        return Batch(SCHEMA.empty_table(), complete=True, state=state, reason="; ".join(self._missing) or None)

    def _from_file(self) -> Iterator[pa.Table]:
        where = self._request.settings.openrouter_file
        if not where:
            return
        recorded = openrouter_file.read(Path(where).expanduser())
        if recorded.digest == self._file:
            return
        again = self._taken.last if self._file else None  # of a file that grows, the last day may have been half of one
        new = [
            row for row in recorded.rows if row.day <= self._today and (row.day not in self._taken or row.day == again)
        ]
        self._file = recorded.digest
        self._note_left_out(len(recorded.left_out), recorded.left_out)
        if new:
            yield self._table(new, "file", None)

    def _from_api(self) -> Iterator[pa.Table]:
        settings = self._request.settings
        if not settings.openrouter_api_key:
            return
        client = OpenRouterClient(settings.openrouter_url, settings.openrouter_api_key, progress=self._request.progress)
        last = self._today - DAY  # the running day is not over
        first = start = (self._settled or self._today - (FIRST_DAYS + 1) * DAY) + DAY
        told: set[date] = set()
        while start <= last:
            end = min(last, start + (DAYS_A_REQUEST - 1) * DAY)
            ranking = client.rankings(start, end)
            rows = [row for row in ranking.rows if start <= row.day <= end]
            self._note_left_out(ranking.left_out, [])
            told |= {row.day for row in rows}
            if rows:
                yield self._table(rows, "api", ranking.as_of)
            self._request.progress(f"tokens until {end}")
            start = end + DAY
        self._settle(first, last, told)

    def _settle(self, first: date, last: date, told: set[date]) -> None:
        """Move on to the last day of which nothing new is to come; say which days were not told."""
        known = told | ({first - DAY} if self._settled else set())
        since = min(known, default=last + DAY)
        days = [first + number * DAY for number in range((last - first).days + 1)]
        untold = [day for day in days if since < day and day not in told and day not in self._taken]
        if untold:
            self._missing.append(
                f"days of which OpenRouter told nothing: {len(untold):,}, the last of them {untold[-1]}"
            )
        for day in days:
            age = (self._today - day).days
            if age < (SETTLES_AFTER if day in told else GIVEN_UP_AFTER):
                break
            self._settled = day

    def _note_left_out(self, count: int, where: list[str]) -> None:
        if count:
            shown = f" ({', '.join(where[:SHOWN_LEFT_OUT])})" if where else ""
            self._missing.append(f"rows left out because they name no day, model or count: {count:,}{shown}")

    def _table(self, rows: Iterable[Usage], origin: str, as_of: datetime | None) -> pa.Table:
        listed = sorted(rows, key=lambda row: (row.day, row.model))
        self._told |= {row.day for row in listed}
        return pa.Table.from_pylist(
            [{**vars(row), "is_other": row.model == OTHER, "origin": origin, "as_of": as_of} for row in listed],
            schema=SCHEMA,
        )


SOURCE = Source(
    name="openrouter_tokens",
    source="openrouter",
    stream="tokens",
    description=(
        "Tokens a day of the 50 most used models on OpenRouter and of the rest together, from its data API (any API "
        "key; 30 calls a minute, 500 a day; the first fetch takes 12 calls, a later one 1) or from a recorded CSV. "
        f"{CITE}. Days that are settled are not asked for again."
    ),
    schema=SCHEMA,
    subjects=subjects,
    fetch=fetch,
    atomic=False,
    daily=True,
    kinds=frozenset({"openrouter"}),
)
