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
  "An issue that was opened again is open again from then on; where an earlier version fetched it, from its first closing on.",
  "Deleted and transferred issues are gone from the past as well.",
]
+++*/
WITH lasting AS (
    SELECT
        m.entity_id,
        i.series,
        metrics.month_of(greatest(i.open_from, m.valid_from)) AS first_month,
        metrics.month_of(least(i.open_until, m.valid_to)) AS end_month
    FROM metrics.open_stretches() AS i
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
    SELECT entity_id, series, min(period) AS period
    FROM (
        SELECT entity_id, series, first_month AS period
        FROM lasting
        WHERE end_month IS NULL OR first_month <= end_month
        UNION ALL
        SELECT entity_id, '' AS series, period
        FROM metrics.still_to_come('github', 'issues')
    ) AS first_month
    GROUP BY entity_id, series
),
month AS (
    SELECT
        m.entity_id,
        m.period,
        b.series,
        m.level_complete AS complete,
        m.unfinished,
        m.level_covered AS covered,
        m.level_is_known AS is_known,
        m.differing,
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
    CASE WHEN is_known THEN issues END AS value,
    issues AS n,
    NULL AS low,
    NULL AS high,
    complete,
    CASE WHEN NOT is_known THEN 'not fetched yet' END AS reason,
    metrics.remarks(
        CASE WHEN is_known THEN metrics.small(issues, issues) END,
        metrics.unfinished(unfinished),
        metrics.lacking(covered, differing),
        NULL
    ) AS flag
FROM month
