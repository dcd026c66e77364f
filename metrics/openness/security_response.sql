/*+++
title = "Time from report to fix"
question = "How long does it take until a reported flaw is fixed?"
unit = "days"
definition = """
The median of the days from report to fix over the security advisories that the entity's repositories published in the
month with a fixed version and the day of the report. GitHub does not date the fix: it counts as there on the day of
publication. Months count from the first such advisory on; one without any is unknown. `n` is the number of such
advisories, `unfixed` that of those published in the month without a fixed version or without the day of the report. How
many are published is `security_advisories`; how many models are in a format that runs no code is `safetensors_share`.
"""
source = "GitHub, repository security advisories: https://docs.github.com/en/rest/security-advisories/repository-advisories"
caveats = [
  "By month of publication, not of the report: a reported flaw is not public before, so the last months of reports would hold only the quick ones.",
  "What is never published is never seen: the value is of those that were.",
  "Some advisories are begun on the day they are published, after the work was done elsewhere: their time is near 0.",
]

[columns]
unfixed = "advisories of the month without a fixed version or without the day of the report"
+++*/
WITH published AS (
    SELECT
        m.entity_id,
        metrics.month_of(metrics.utc_day(a.published_at)) AS period,
        a.repository_id,
        a.advisory_id,
        CASE
            WHEN a.fixed_at >= a.reported_at THEN date_diff('second', a.reported_at, a.fixed_at) / 86400
        END AS days
    FROM staging.security_advisory AS a
    JOIN catalogue.membership AS m
        ON m.subject_id = a.repository_id AND metrics.is_member(metrics.utc_day(a.published_at), m.valid_from, m.valid_to)
    WHERE a.published_at IS NOT NULL
),
ranked AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY entity_id, period ORDER BY days NULLS LAST, repository_id, advisory_id
        ) AS place,
        count(days) OVER (PARTITION BY entity_id, period) AS known
    FROM published
),
middle AS (
    SELECT
        entity_id,
        period,
        max(known) AS n,
        count(*) - max(known) AS unfixed,
        (max(CASE WHEN place = (known + 1) // 2 THEN days END) + max(CASE WHEN place = known // 2 + 1 THEN days END)) / 2 AS days
    FROM ranked
    GROUP BY entity_id, period
),
beginning AS (
    SELECT entity_id, min(period) AS period
    FROM middle
    WHERE n > 0
    GROUP BY entity_id
)
SELECT
    o.entity_id,
    o.period,
    '' AS series,
    m.days AS value,
    coalesce(m.n, 0) AS n,
    NULL AS low,
    NULL AS high,
    o.complete,
    CASE WHEN m.days IS NULL THEN 'no fixed advisory was published' END AS reason,
    metrics.remarks(metrics.small(m.days, m.n), metrics.unfinished(o.unfinished), metrics.coverage(o.covered), NULL) AS flag,
    CAST(coalesce(m.unfixed, 0) AS BIGINT) AS unfixed
FROM beginning AS b
JOIN metrics.months('github', 'community') AS o ON o.entity_id = b.entity_id AND o.period >= b.period
LEFT JOIN middle AS m ON m.entity_id = o.entity_id AND m.period = o.period
