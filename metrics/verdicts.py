"""What the data says of published claims: on which days each held, and the verdict.

After the metrics: `Claim` → `metrics.claim_observation`, one row a claim and day that the data can speak of, and
`metrics.claim_verdict`, one row a claim. A claim may read what a metric may, and the tables of the metrics. One whose
table is not there cannot be decided, and says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from metrics.claim_files import Claim, load_claims

if TYPE_CHECKING:
    import duckdb

VERDICTS = "claim_verdict"
OBSERVATIONS = "claim_observation"
OBSERVATION_COLUMNS = {
    "claim": "the claim: metrics.claim_verdict",
    "day": "a day on which there was data to judge it by",
    "holds": "whether it held on that day; NULL: the data of the day does not decide it",
    "covered": "the part of what it speaks of that was known, 0..1; NULL: all that there is, or not told",
    "evidence": "the numbers by which it was judged",
    "rests_on": "projects without any one of which it would have been judged otherwise; NULL: none",
}
VERDICT_COLUMNS = {
    "claim": "name of the claim",
    "title": "the sentence, in our words",
    "verdict": "at the time that it speaks of: supported, contradicted, not enough data, or not testable",
    "reason": "why it is not decided: what is missing; NULL where it is",
    "evidence": "the numbers of the day that decides: the first on which an event happened, else the last of that time",
    "rests_on": "projects without any one of which the verdict would be another; NULL: none",
    "verdict_today": "the same with all data until today",
    "reason_today": "why it is not decided today; NULL where it is",
    "evidence_today": "the numbers that decide today",
    "rests_on_today": "projects without any one of which the verdict of today would be another; NULL: none",
    "speaks_from": "first day of the time that the sentence is about",
    "speaks_until": "last day of that time",
    "held_from": "first day on which it held; NULL: none",
    "held_until": "last day on which it held; NULL: none",
    "decided_from": "first day on which it could be judged",
    "decided_until": "last day on which it could be judged",
    "days_held": "days on which it held",
    "days_decided": "days on which it could be judged",
    "kind": "event: supported if it held on any day of the time; state: if it held on the last day of it",
    "said_by": "who said it",
    "said_on": "when",
    "source": "where",
    "refuted_by": "what would refute it",
    "caveats": "what to know before believing the verdict",
    "sql": "the query that says on which days it held; NULL: not testable",
}


def build_verdicts(connection: duckdb.DuckDBPyConnection, claims: Mapping[str, Claim] | None = None) -> None:
    """Writes both tables.

    Args:
        connection: writable; holds the tables of the contract, the macros, and those tables of metrics that there are.
        claims: by name; all of them if None.
    """
    claims = load_claims() if claims is None else claims
    there = {
        f"{schema}.{name}"
        for schema, name in connection.execute(
            "SELECT table_schema, table_name FROM information_schema.tables WHERE table_catalog = current_database()"
        ).fetchall()
    }
    connection.execute(
        f"CREATE OR REPLACE TABLE metrics.{OBSERVATIONS} "
        "(claim VARCHAR, day DATE, holds BOOLEAN, covered DOUBLE, evidence VARCHAR, rests_on VARCHAR)"
    )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE said (claim VARCHAR, title VARCHAR, kind VARCHAR, said_by VARCHAR, "
        "said_on VARCHAR, source VARCHAR, refuted_by VARCHAR, caveats VARCHAR[], missing VARCHAR, sql VARCHAR, "
        "speaks_from DATE, speaks_until DATE, every BIGINT)"
    )
    for claim in claims.values():
        absent = [table for table in claim.reads if table not in there]
        missing = f"not in this publication: {', '.join(absent)}" if absent else claim.needs or claim.takes
        texts = [claim.title, claim.kind, claim.said_by, claim.said_on, claim.source, claim.refuted_by]
        connection.execute(
            "INSERT INTO said VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [claim.name, *texts, list(claim.caveats), missing, claim.sql, *claim.speaks_of, claim.every],
        )
        if claim.sql and not absent:
            connection.execute(_observe(claim), [claim.name, claim.coverage, claim.coverage])
    connection.execute(f"CREATE OR REPLACE TABLE metrics.{VERDICTS} AS {VERDICT}")
    connection.execute("DROP TABLE said")
    for statement in _comments():
        connection.execute(statement)


def _comments() -> Iterator[str]:
    abouts = {
        OBSERVATIONS: ("On which days each claim held, and by which numbers", OBSERVATION_COLUMNS),
        VERDICTS: ("Published claims, and what the data of this publication says of them", VERDICT_COLUMNS),
    }
    for table, (about, columns) in abouts.items():
        yield f"COMMENT ON TABLE metrics.{table} IS '{about}'"
        for name, text in columns.items():
            yield f"COMMENT ON COLUMN metrics.{table}.{name} IS '{text.replace(chr(39), chr(39) * 2)}'"


def _observe(claim: Claim) -> str:
    """What the query of a claim yields, as rows; less than the coverage that it demands decides nothing."""
    covered = "CAST(covered AS DOUBLE)" if "covered" in claim.yields else "CAST(NULL AS DOUBLE)"
    rests_on = "rests_on" if "rests_on" in claim.yields else "NULL"
    return f"""
        INSERT INTO metrics.{OBSERVATIONS}
        SELECT
            ?,
            CAST(day AS DATE),
            CASE WHEN coalesce({covered} >= ?, TRUE) THEN CAST(holds AS BOOLEAN) END,
            {covered},
            CASE
                WHEN {covered} < ?
                THEN concat(evidence, '; coverage ', CAST(CAST({covered} AS DECIMAL(3, 2)) AS VARCHAR))
                ELSE evidence
            END,
            {rests_on}
        FROM (\n{claim.sql}\n) AS observed
        ORDER BY day
    """


def _judged(name: str, until: str) -> str:
    """The verdict over the time from `speaks_from` to `until`, and the day that decides it.

    A state is judged on the last day of the time: it must have been observed no longer than `every` days before its
    end. An event has not happened only if the time was observed and decided from its beginning to its end.
    """
    return f"""
    {name}_day AS (
        SELECT
            s.claim,
            o.day,
            o.holds,
            date_diff('day', lag(o.day) OVER (PARTITION BY s.claim ORDER BY o.day), o.day) AS gap
        FROM said AS s
        JOIN metrics.{OBSERVATIONS} AS o ON o.claim = s.claim AND o.day BETWEEN s.speaks_from AND {until}
    ),
    {name}_time AS (
        SELECT
            s.claim,
            s.kind,
            max(d.day) AS last_day,
            min(CASE WHEN d.holds THEN d.day END) AS held_day,
            coalesce(date_diff('day', max(d.day), {until}) < s.every, FALSE) AS has_end,
            coalesce(
                date_diff('day', s.speaks_from, min(d.day)) < s.every
                AND date_diff('day', max(d.day), {until}) < s.every
                AND coalesce(max(d.gap), 0) <= s.every
                AND count(*) = count(d.holds),
                FALSE
            ) AS has_all
        FROM said AS s
        LEFT JOIN {name}_day AS d ON d.claim = s.claim
        GROUP BY s.claim, s.kind, s.speaks_from, s.speaks_until, s.last_day, s.every
    ),
    {name} AS (
        SELECT
            t.claim,
            CASE
                WHEN t.kind = 'event' AND t.held_day IS NOT NULL THEN 'supported'
                WHEN t.kind = 'event' AND t.has_all THEN 'contradicted'
                WHEN t.kind = 'state' AND t.has_end AND o.holds THEN 'supported'
                WHEN t.kind = 'state' AND t.has_end AND NOT o.holds THEN 'contradicted'
                ELSE 'not enough data'
            END AS verdict,
            o.evidence,
            o.rests_on
        FROM {name}_time AS t
        LEFT JOIN metrics.{OBSERVATIONS} AS o
            ON o.claim = t.claim
            AND o.day = CASE WHEN t.kind = 'event' AND t.held_day IS NOT NULL THEN t.held_day ELSE t.last_day END
    )"""


VERDICT = f"""
WITH seen AS (
    SELECT
        claim,
        min(CASE WHEN holds THEN day END) AS held_from,
        max(CASE WHEN holds THEN day END) AS held_until,
        min(CASE WHEN holds IS NOT NULL THEN day END) AS decided_from,
        max(CASE WHEN holds IS NOT NULL THEN day END) AS decided_until,
        count(CASE WHEN holds THEN 1 END) AS days_held,
        count(holds) AS days_decided,
        max(day) AS last_day
    FROM metrics.{OBSERVATIONS}
    GROUP BY claim
),
said AS (
    SELECT told.*, seen.* EXCLUDE (claim)
    FROM temp.said AS told
    LEFT JOIN seen ON seen.claim = told.claim
),
{_judged("in_time", "s.speaks_until")},
{_judged("today", "s.last_day")}
SELECT
    s.claim, s.title,
    CASE WHEN s.sql IS NULL THEN 'not testable' ELSE t.verdict END AS verdict,
    CASE WHEN s.sql IS NULL OR t.verdict = 'not enough data' THEN coalesce(t.evidence, s.missing) END AS reason,
    CASE WHEN t.verdict <> 'not enough data' THEN t.evidence END AS evidence,
    CASE WHEN t.verdict <> 'not enough data' THEN t.rests_on END AS rests_on,
    CASE WHEN s.sql IS NULL THEN 'not testable' ELSE n.verdict END AS verdict_today,
    CASE WHEN s.sql IS NULL OR n.verdict = 'not enough data' THEN coalesce(n.evidence, s.missing) END AS reason_today,
    CASE WHEN n.verdict <> 'not enough data' THEN n.evidence END AS evidence_today,
    CASE WHEN n.verdict <> 'not enough data' THEN n.rests_on END AS rests_on_today,
    s.speaks_from, s.speaks_until,
    s.held_from, s.held_until, s.decided_from, s.decided_until,
    coalesce(s.days_held, 0) AS days_held, coalesce(s.days_decided, 0) AS days_decided,
    s.kind, s.said_by, s.said_on, s.source, s.refuted_by, s.caveats, s.sql
FROM said AS s
LEFT JOIN in_time AS t ON t.claim = s.claim
LEFT JOIN today AS n ON n.claim = s.claim
ORDER BY s.claim
"""
