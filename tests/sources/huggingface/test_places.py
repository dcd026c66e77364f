"""Places of rows: whatever changes from day to day, and however the clock jumps, each batch says all that was seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import soak
from hypothesis import given
from hypothesis import strategies as st

from pipelines.sources.changes import Memory
from pipelines.sources.huggingface.columns import SCHEMA, SHAPE, key_of, record

FIRST = datetime(2026, 8, 25, 12, tzinfo=UTC)
MODELS = st.dictionaries(
    st.integers(0, 12), st.tuples(st.integers(0, 2), st.sampled_from(["mit", "apache-2.0"])), max_size=12
)
DAYS = st.lists(st.tuples(st.integers(0, 12), MODELS, st.booleans()), min_size=1, max_size=8)
Stored = list[tuple[str, datetime, pa.Table]]


def rows_of(models: dict[int, tuple[int, str]], now: datetime) -> list[dict[str, Any]]:
    """What a listing would say; every third model has no id of the Hub's."""
    return [
        record(
            f"lab/m{number}",
            {"downloads": downloads, "tags": [f"license:{licence}"], **({"_id": str(number)} if number % 3 else {})},
            "author:lab",
            now.date(),
        )
        for number, (downloads, licence) in sorted(models.items())
    ]


def read(stored: Stored, columns: Sequence[str], since: datetime) -> Iterator[pa.Table]:
    """As `Request.read` shows the lake."""
    for batch, fetched_at, table in stored:
        if fetched_at >= since:
            kept = table.append_column("_fetched_at", pa.array([fetched_at] * len(table), pa.timestamp("us", tz="UTC")))
            yield kept.select(list(columns)).append_column("_batch", pa.array([batch] * len(table), pa.string()))


def said(stored: Stored) -> list[tuple[str, int | None, str, bool]]:
    """Model, downloads, licence, and whether it has gone, of the newest batch: places looked up one by one."""
    rows = {(batch, row["number"]): row for batch, _, table in stored for row in table.to_pylist()}
    newest: list[tuple[str, int | None, str, bool]] = []

    def tell(row: dict[str, Any]) -> None:
        whole = row if row["of_batch"] is None else rows[row["of_batch"], row["of_number"]]
        assert whole["of_batch"] is None, "a row refers to a whole telling"
        newest.append((whole["name"], row["downloads"], whole["license"], row["gone"] is not None))

    _, _, table = stored[-1]
    for row in table.to_pylist():
        if row["number"] is not None:
            tell(row)
            continue
        for number in range(row["of_number"], row["of_last"] + 1):
            tell(rows[row["of_batch"], number])
    return sorted(newest, key=str)


@soak.examples(usual=40, full=3_000)
@given(days=DAYS)
def test_every_batch_says_what_was_seen_and_nothing_else(
    days: list[tuple[int, dict[int, tuple[int, str]], bool]],
) -> None:
    stored: Stored = []
    for place, (day, models, leaves) in enumerate(days):
        now = FIRST + timedelta(days=day, minutes=place)
        memory = Memory(SHAPE, lambda _stream, columns, since: read(stored, columns, since), "huggingface/models", now)
        rows = rows_of(models, now)
        seen = {key_of(row["hub_id"], row["name"]) for row in rows}
        gone = {key: "404" for key, known in memory.known.items() if leaves and key not in seen and not known.gone}
        table = memory.encoded(rows, gone, now.date())
        assert table.schema.equals(SCHEMA)
        stored.append((f"{place:03}", now, table))
        found = said(stored)
        assert [one[:3] for one in found if not one[3]] == sorted(
            ((row["name"], row["downloads"], row["license"]) for row in rows), key=str
        )
        assert sorted(one[0] for one in found if one[3]) == sorted(memory.known[key].name for key in gone)
        assert all(fetched_at <= now for fetched_at in _referred(stored))
    assert stored


def _referred(stored: Stored) -> set[datetime]:
    times = {batch: fetched_at for batch, fetched_at, _ in stored}
    return {times[batch] for batch in stored[-1][2]["of_batch"].to_pylist() if batch is not None}
