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
    "evidence": "the numbers by which it was judged",
}
VERDICT_COLUMNS = {
    "claim": "name of the claim",
    "title": "the sentence, in our words",
    "verdict": "supported, contradicted, not enough data, or not testable: the data is not public",
    "reason": "why it is not decided: what is missing; NULL where it is",
    "held_from": "first day on which it held; NULL: none",
    "held_until": "last day on which it held; NULL: none",
    "decided_from": "first day on which it could be judged",
    "decided_until": "last day on which it could be judged",
    "days_held": "days on which it held",
    "days_decided": "days on which it could be judged",
    "evidence": "the numbers of the day that decides: the first on which an event happened, else the last",
    "kind": "event: supported if it ever held; state: if it held on the last day that there is data of",
    "said_by": "who said it",
    "said_on": "when",
    "source": "where",
    "refuted_by": "what would refute it",
    "caveats": "what to know before believing the verdict",
    "sql": "the query that says on which days it held; NULL: not testable",
}
SAYS = "SELECT claim, title, kind, said_by, said_on, source, refuted_by, caveats, missing, sql FROM said"


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
        f"CREATE OR REPLACE TABLE metrics.{OBSERVATIONS} (claim VARCHAR, day DATE, holds BOOLEAN, evidence VARCHAR)"
    )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE said (claim VARCHAR, title VARCHAR, kind VARCHAR, said_by VARCHAR, "
        "said_on VARCHAR, source VARCHAR, refuted_by VARCHAR, caveats VARCHAR[], missing VARCHAR, sql VARCHAR)"
    )
    for claim in claims.values():
        absent = [table for table in claim.reads if table not in there]
        missing = f"not in this publication: {', '.join(absent)}" if absent else claim.needs or claim.takes
        texts = [claim.title, claim.kind, claim.said_by, claim.said_on, claim.source, claim.refuted_by]
        connection.execute(
            "INSERT INTO said VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [claim.name, *texts, list(claim.caveats), missing, claim.sql],
        )
        if claim.sql and not absent:
            connection.execute(
                f"INSERT INTO metrics.{OBSERVATIONS} SELECT ?, CAST(day AS DATE), CAST(holds AS BOOLEAN), evidence "
                f"FROM (\n{claim.sql}\n) ORDER BY day",
                [claim.name],
            )
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


VERDICT = f"""
WITH judged AS (
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
weighed AS (
    SELECT
        s.*,
        j.* EXCLUDE (claim),
        o.holds,
        o.evidence,
        CASE
            WHEN s.sql IS NULL THEN 'not testable'
            WHEN s.kind = 'event' AND j.days_held > 0 THEN 'supported'
            WHEN s.kind = 'event' AND j.days_decided > 0 THEN 'contradicted'
            WHEN s.kind = 'state' AND o.holds THEN 'supported'
            WHEN s.kind = 'state' AND NOT o.holds THEN 'contradicted'
            ELSE 'not enough data'
        END AS verdict
    FROM ({SAYS}) AS s
    LEFT JOIN judged AS j ON j.claim = s.claim
    LEFT JOIN metrics.{OBSERVATIONS} AS o
        ON o.claim = s.claim
        AND o.day = CASE WHEN s.kind = 'event' AND j.days_held > 0 THEN j.held_from ELSE j.last_day END
)
SELECT
    claim, title, verdict,
    CASE WHEN verdict IN ('not enough data', 'not testable') THEN coalesce(evidence, missing) END AS reason,
    held_from, held_until, decided_from, decided_until,
    coalesce(days_held, 0) AS days_held, coalesce(days_decided, 0) AS days_decided,
    CASE WHEN verdict IN ('supported', 'contradicted') THEN evidence END AS evidence,
    kind, said_by, said_on, source, refuted_by, caveats, sql
FROM weighed
ORDER BY claim
"""
