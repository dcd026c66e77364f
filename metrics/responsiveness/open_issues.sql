/*+++
title = "Open issues"
question = "How many issues are open?"
unit = "issues"
definition = """
Issues that people opened and that had not been closed by the end of the month, in the repositories that the entity has
then. Series `author:automated`: those opened by bots and AI agents, from the month in which the first of them was
opened. `n` is the number of issues.
"""
source = "CHAOSS, Issues Active: https://chaoss.community/kb/metric-issues-active/"
caveats = [
  "Only the first closing of an issue is known: what was opened again counts as closed.",
  "Deleted and transferred issues are gone from the past as well.",
]
+++*/
WITH lasting AS (
    SELECT
        m.entity_id,
        i.series,
        metrics.month_of(greatest(i.opened_on, m.valid_from)) AS first_month,
        metrics.month_of(least(i.closed_on, m.valid_to)) AS end_month
    FROM metrics.issues() AS i
    JOIN catalogue.membership AS m ON m.subject_id = i.repository_id
),
change AS (
    SELECT entity_id, series, first_month AS period, count(*) AS issues
    FROM lasting
    WHERE end_month IS NULL OR first_month < end_month
    GROUP BY entity_id, series, first_month
    UNION ALL
    SELECT entity_id, series, end_month AS period, -count(*) AS issues
    FROM lasting
    WHERE first_month < end_month
    GROUP BY entity_id, series, end_month
),
monthly AS (
    SELECT entity_id, series, period, CAST(sum(issues) AS BIGINT) AS issues
    FROM change
    GROUP BY entity_id, series, period
),
beginning AS (
    SELECT entity_id, series, min(first_month) AS period
    FROM lasting
    WHERE end_month IS NULL OR first_month <= end_month
    GROUP BY entity_id, series
),
month AS (
    SELECT
        m.entity_id,
        m.period,
        b.series,
        m.complete,
        m.unfinished,
        m.covered,
        CAST(sum(coalesce(c.issues, 0)) OVER (
            PARTITION BY m.entity_id, b.series ORDER BY m.period ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS issues
    FROM beginning AS b
    JOIN metrics.months('github', 'issues') AS m ON m.entity_id = b.entity_id AND m.period >= b.period
    LEFT JOIN monthly AS c ON c.entity_id = m.entity_id AND c.period = m.period AND c.series = b.series
)
SELECT
    entity_id,
    period,
    series,
    issues AS value,
    issues AS n,
    NULL AS low,
    NULL AS high,
    complete,
    NULL AS reason,
    metrics.remarks(metrics.small(issues, issues), metrics.unfinished(unfinished), metrics.coverage(covered), NULL)
        AS flag
FROM month
