"""Medians with intervals of waits that may not have ended: from staging to `metrics.time_to_first_response`.

400,000 issues of 8 repositories, each repository in 5 entities: two million rows of an issue and an entity in 40 by 36
cells, with three responses an issue. Beside it a plain Kaplan-Meier median by window functions over the same rows,
without competing events and without intervals: the least that could be asked.

Run: `python -m benchmarks.survival`. Prints Markdown.
"""

from __future__ import annotations

import time

import duckdb

import metrics
from benchmarks.measure import Sample, Side, interleaved, machine, seconds, spread, table, verdict, versions

ISSUES = 400_000
REPOSITORIES, GRAINS, MONTHS = 8, 5, 36
TARGET_S = 8

WORLD = f"""
SELECT setseed(0.5);
INSERT INTO catalogue.membership
SELECT concat('entity:', r * {GRAINS} + g), concat('github:', r), NULL, NULL
FROM range({REPOSITORIES}) t(r), range({GRAINS}) u(g);
INSERT INTO ops.coverage (subject_id, source, stream, observed_until)
SELECT DISTINCT subject_id, 'github', 'issues', TIMESTAMPTZ '2024-02-01 00:00:00+00' FROM catalogue.membership;
INSERT INTO ops.entity_coverage
SELECT entity_id, 'github', 'issues', 1, 1, TIMESTAMPTZ '2024-02-01 00:00:00+00', 0 FROM catalogue.membership;
INSERT INTO staging.person SELECT concat('person:', i), 'human', NULL, NULL, NULL FROM range(20000) t(i);
INSERT INTO staging.person SELECT concat('bot:', i), 'bot', NULL, NULL, NULL FROM range(100) t(i);
CREATE TABLE drawn AS
SELECT
    i,
    TIMESTAMPTZ '2021-01-01 00:00:00+00' + to_seconds(floor(random() * 86400 * 1095)) AS created_at,
    -- log-normal with a median of 20 hours; three in ten are never answered; some give up
    CASE WHEN random() < 0.7 THEN 72000 * exp(2 * sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random())) END AS answer,
    CASE WHEN random() < 0.3 THEN 400000 * exp(sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random())) END AS given_up
FROM range({ISSUES}) t(i);
INSERT INTO staging.issue (issue_id, repository_id, author_id, created_at, closed_at, closed_by_id, reopened)
SELECT
    concat('github:issue:', i), concat('github:', i % {REPOSITORIES}), concat('person:', i % 9973), created_at,
    created_at + to_seconds(floor(given_up)), CASE WHEN given_up IS NOT NULL THEN concat('person:', i % 9973) END, FALSE
FROM drawn;
INSERT INTO staging.issue_response
SELECT
    concat('github:issue:', i), concat('person:', 10000 + i % 9973), created_at + to_seconds(floor(answer)), 'comment'
FROM drawn WHERE answer IS NOT NULL
UNION ALL
SELECT concat('github:issue:', i), concat('bot:', i % 100), created_at + INTERVAL 1 MINUTE, 'comment' FROM drawn
UNION ALL
SELECT concat('github:issue:', i), concat('person:', i % 9973), created_at + INTERVAL 1 HOUR, 'comment' FROM drawn;
"""

PLAIN = """
CREATE OR REPLACE TABLE plain AS
WITH moment AS (
    SELECT cell, seconds, count(*) AS seen, count(*) FILTER (WHERE outcome = 1) AS events
    FROM waits
    GROUP BY cell, seconds
),
risk AS (
    SELECT *, sum(seen) OVER (
        PARTITION BY cell ORDER BY seconds ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
    ) AS at_risk
    FROM moment
),
curve AS (
    SELECT *, exp(sum(ln(1 - events / at_risk)) OVER (
        PARTITION BY cell ORDER BY seconds ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    )) AS waiting
    FROM risk
    WHERE events > 0 AND events < at_risk
)
SELECT cell, min(seconds) FILTER (WHERE waiting <= 0.5) AS median FROM curve GROUP BY cell
"""


def world() -> duckdb.DuckDBPyConnection:
    """The tables of the contract, filled; `waits` has one row for each issue and entity."""
    connection = duckdb.connect()
    metrics.create_inputs(connection)
    metrics.build(connection, [])
    for statement in connection.extract_statements(WORLD):
        connection.execute(statement)
    connection.execute("CREATE TABLE waits AS SELECT * FROM metrics.response_waits()")
    return connection


def timed(connection: duckdb.DuckDBPyConnection, statement: str, result: str) -> Side:
    """A side that runs the statement; its rows are those of the waits."""

    def run(_number: int) -> Sample:
        start = time.perf_counter()
        connection.execute(statement)
        took = time.perf_counter() - start
        if not connection.execute(f"SELECT count(*) FROM {result}").fetchall()[0][0]:
            raise RuntimeError(f"{result} is empty")
        return Sample(took, ISSUES * GRAINS)

    return run


def main() -> None:
    """Measure and print."""
    connection = world()
    defined = metrics.load()["time_to_first_response"]
    quantiles = "CREATE OR REPLACE TABLE quantiles AS SELECT * FROM metrics.wait_quantiles('waits')"
    sides = {
        "time_to_first_response, from staging": timed(
            connection, metrics.create_statement(defined), "metrics.time_to_first_response"
        ),
        "of which: curves, quantiles, intervals": timed(connection, quantiles, "quantiles"),
        "plain Kaplan-Meier median": timed(connection, PLAIN, "plain"),
    }
    samples = interleaved(sides, runs=3)
    waits, cells, ends = connection.execute(
        "SELECT count(*), count(DISTINCT cell), (SELECT count(*) FROM metrics.incidence('waits')) FROM waits"
    ).fetchall()[0]
    print("## Waits that have not ended\n")
    print(f"{machine()}; {versions('duckdb')}. Medians of 3 runs in turns.\n")
    print(f"{waits:,} rows of an issue and an entity in {cells:,} cells; {ends:,} times of an end, in whole seconds.\n")
    print(table(("", "median s", "least-most s"), [(n, f"{seconds(s):.2f}", spread(s)) for n, s in samples.items()]))
    took = seconds(next(iter(samples.values())))
    begun = time.process_time()
    connection.execute(metrics.create_statement(defined))
    print(f"\n- one run takes {time.process_time() - begun:.1f} s of processor time, over both cores")
    print(f"- medians with intervals: **{took:.1f} s** ({verdict(took <= TARGET_S, f'at most {TARGET_S} s')})")


if __name__ == "__main__":
    main()
