"""Measures how often the interval of `time_to_first_response` holds the true median, on worlds whose truth is known.

Each world is a repository with the issues of one month in a DuckDB in memory; all worlds of a setting go through the
metric's own SQL at once. Prints the table of docs/intervals.md; `--write` puts it there.

    python -m benchmarks.response_coverage [--worlds 1000] [--write]
"""

from __future__ import annotations

import argparse
import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import NormalDist, median

import duckdb
import pyarrow as pa

import metrics
from benchmarks.measure import table

DOCUMENT = Path(__file__).parent.parent / "docs" / "intervals.md"
BEGIN, END = "<!-- responses: begin -->", "<!-- responses: end -->"
OPENED, OBSERVED_UNTIL = datetime(2024, 12, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC)
MONTH_HOURS = (OBSERVED_UNTIL - OPENED).total_seconds() / 3600
MEDIAN_HOURS, SPREAD = (
    20.0,
    2.0,
)  # log-normal waits: one in six is answered within 3 hours, one in six waits over 6 days
NEVER = 0.3
PATIENCE_HOURS = 60.0
SIZES = (50, 300)

Draw = Callable[[random.Random], tuple[float, float]]
"""Hours until the answer comes, and until the author gives up, if the other did not come first."""


def _wait(rng: random.Random) -> float:
    return rng.lognormvariate(math.log(MEDIAN_HOURS), SPREAD)


def patience(wait: float) -> float:
    """Hours, scale of the time after which the author of an issue gives up who would have to wait so long."""
    return PATIENCE_HOURS * math.exp(-0.35 * math.log(wait / MEDIAN_HOURS))


def answered_all(rng: random.Random) -> tuple[float, float]:
    """Everybody is answered at some time; the month's end comes first for some."""
    return _wait(rng), math.inf


def never_answered(rng: random.Random) -> tuple[float, float]:
    """Three in ten would wait for ever."""
    return (math.inf if rng.random() < NEVER else _wait(rng)), math.inf


def gives_up(rng: random.Random) -> tuple[float, float]:
    """Who would have to wait longer gives up sooner, and each the more likely the longer it has lasted (Weibull, 2)."""
    wait = _wait(rng)
    return wait, rng.weibullvariate(patience(wait), 2)


def median_with_giving_up(steps: int = 200_000) -> float:
    """Hours until half of all are answered: summed over issues in order of their wait, as far as nobody gave up."""
    total = 0.0
    for step in range(steps):
        wait = MEDIAN_HOURS * math.exp(SPREAD * NormalDist().inv_cdf((step + 0.5) / steps))
        total += math.exp(-((wait / patience(wait)) ** 2)) / steps
        if total >= 0.5:
            return wait
    raise ValueError("less than half are ever answered: there is no median")


SETTINGS: Mapping[str, tuple[Draw, Callable[[], float]]] = {
    "followed to the end of the month only": (answered_all, lambda: MEDIAN_HOURS),
    "30 % would never be answered": (
        never_answered,
        lambda: MEDIAN_HOURS * math.exp(SPREAD * NormalDist().inv_cdf(0.5 / (1 - NEVER))),
    ),
    "authors give up, sooner where the wait is longer": (gives_up, median_with_giving_up),
}
"""Name → how waits are drawn, and the true median of the incidence in hours."""


@dataclass(frozen=True)
class Outcome:
    """What came of one setting; shares of its worlds.

    Attributes:
        truth: the true median, in hours.
        held, above, below: whether the truth lies inside the interval; the interval lies above it; below it.
        unbounded: no upper end.
        alone: Kaplan-Meier's interval, which takes who gave up for censored, holds the truth.
        estimate, naive: medians over the worlds, in hours, of the estimate and of the median of the answered.
    """

    truth: float
    held: float
    above: float
    below: float
    unbounded: float
    alone: float
    estimate: float
    naive: float


def _fill(connection: duckdb.DuckDBPyConnection, draw: Draw, n: int, worlds: int, rng: random.Random) -> None:
    columns: dict[str, list[object]] = {"world": [], "opened": [], "answered": [], "given_up": []}
    for world in range(worlds):
        for _ in range(n):
            at = rng.random() * MONTH_HOURS
            opened = OPENED + timedelta(seconds=int(at * 3600))
            known = [hours if hours < MONTH_HOURS else None for hours in draw(rng)]
            times = [None if hours is None else opened + timedelta(seconds=int(hours * 3600)) for hours in known]
            for name, value in zip(columns, (world, opened, *times), strict=True):
                columns[name].append(value)
    moment = pa.timestamp("us", tz="UTC")
    kinds = {"world": pa.int64(), "opened": moment, "answered": moment, "given_up": moment}
    connection.register("drawn", pa.table(columns, pa.schema(kinds)))
    for statement in connection.extract_statements(f"""
        CREATE TABLE issue AS SELECT row_number() OVER () AS i, * FROM drawn;
        INSERT INTO catalogue.membership SELECT 'world:' || i, 'github:' || i, NULL, NULL FROM range({worlds}) t(i);
        INSERT INTO ops.coverage (subject_id, source, stream, observed_until)
            SELECT subject_id, 'github', 'issues', TIMESTAMPTZ '{OBSERVED_UNTIL}' FROM catalogue.membership;
        INSERT INTO ops.entity_coverage
            SELECT entity_id, 'github', 'issues', 1, 1, TIMESTAMPTZ '{OBSERVED_UNTIL}', 0 FROM catalogue.membership;
        INSERT INTO staging.person VALUES ('author', 'human', NULL, NULL, NULL), ('other', 'human', NULL, NULL, NULL);
        INSERT INTO staging.issue (issue_id, repository_id, author_id, created_at, closed_at, closed_by_id)
            SELECT i, 'github:' || world, 'author', opened, given_up, 'author' FROM issue;
        INSERT INTO staging.issue_response SELECT i, 'other', answered, 'comment' FROM issue WHERE answered IS NOT NULL;
    """):
        connection.execute(statement)


def _holds(truth: float, low: float | None, high: float | None) -> bool:
    return low is not None and low <= truth and (high is None or truth <= high)


def measure(name: str, n: int, worlds: int, seed: str = "") -> Outcome:
    """Draws worlds of `n` issues by a setting and counts where the truth lies; another seed draws other worlds."""
    draw, true_median = SETTINGS[name]
    truth = true_median()
    connection = duckdb.connect()
    metrics.create_inputs(connection)
    _fill(connection, draw, n, worlds, random.Random(f"{name} {n}{seed}"))
    metrics.build(connection, ["time_to_first_response"])
    found: dict[str, list[tuple[float | None, float | None, float | None]]] = {}
    for series, *figures in connection.execute(
        "SELECT series, value, low, high FROM metrics.time_to_first_response ORDER BY entity_id"
    ).fetchall():
        found.setdefault(series, []).append((figures[0], figures[1], figures[2]))
    connection.close()
    rows = found[""]
    return Outcome(
        truth=truth,
        held=sum(_holds(truth, low, high) for _, low, high in rows) / worlds,
        above=sum(low is None or low > truth for _, low, _ in rows) / worlds,
        below=sum(high is not None and high < truth for _, _, high in rows) / worlds,
        unbounded=sum(high is None for _, _, high in rows) / worlds,
        alone=sum(_holds(truth, low, high) for _, low, high in found["stat:km_median"]) / worlds,
        estimate=median(math.inf if value is None else value for value, _, _ in rows),
        naive=median(value for value, _, _ in found["stat:naive"] if value is not None),
    )


def report(worlds: int) -> str:
    """The measured table, in Markdown."""
    lines = []
    for name in SETTINGS:
        for n in SIZES:
            o = measure(name, n, worlds)
            shares = [f"{part:.1%}" for part in (o.held, o.above, o.below, o.unbounded, o.alone)]
            hours = [f"{o.truth:.1f}", f"{o.estimate:.1f}", f"{o.naive:.1f} ({o.naive / o.truth - 1:+.0%})"]
            lines.append((f"{name}; {n} issues", hours[0], *shares, *hours[1:]))
    head = ("simulated", "truth, h", "holds the truth", "lies above it", "lies below it", "unbounded")
    return table((*head, "Kaplan-Meier's holds it", "median estimate, h", "naive median, h"), lines)


def main() -> None:
    """Prints the table, or writes it into the document."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", type=int, default=1000, help="simulated worlds per row (default: 1000)")
    parser.add_argument("--write", action="store_true", help="put the table into docs/intervals.md")
    options = parser.parse_args()
    measured = report(options.worlds)
    if not options.write:
        print(f"## Intervals of the time to first response\n\n{options.worlds:,} worlds a row.\n\n{measured}")
        return
    before, rest = DOCUMENT.read_text(encoding="utf-8").split(BEGIN)
    DOCUMENT.write_text(f"{before}{BEGIN}\n\n{measured}\n\n{END}{rest.split(END)[1]}", encoding="utf-8")


if __name__ == "__main__":
    main()
