/*+++
title = "Age of open issues"
question = "How old are the issues that are open?"
unit = "days"
definition = """
The median age of the issues that `open_issues` counts at the end of the month: whole UTC days from the day of opening
to the end of the month, or to the day up to which the repository was observed if that was earlier. Series
`author:automated`: of those opened by bots and AI agents. `n` is the number of open issues.
"""
source = "CHAOSS, Issue Age: https://chaoss.community/kb/metric-issue-age/"
caveats = [
  "What is solved fast is never open at a month's end for long: the age of what is left is not the time that an issue takes. See `time_to_close`.",
  "The age of an issue that was opened again is counted from its first opening.",
]
+++*/
WITH lasting AS (
    SELECT
        m.entity_id,
        i.series,
        i.opened_on,
        metrics.utc_day(i.observed_until) AS observed_on,
        metrics.month_of(greatest(i.open_from, m.valid_from)) AS first_month,
        metrics.month_of(least(i.open_until, m.valid_to)) AS end_month,
        count(*) AS issues
    FROM metrics.open_stretches() AS i
    JOIN catalogue.membership AS m ON m.subject_id = i.repository_id
    GROUP BY ALL
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
    SELECT m.entity_id, m.period, m.period_end, b.series, m.level_complete AS complete, m.unfinished,
        m.level_covered AS covered, m.level_is_known AS is_known, m.differing
    FROM beginning AS b
    JOIN metrics.months('github', 'issues') AS m ON m.entity_id = b.entity_id AND m.period >= b.period
),
aged AS (
    SELECT
        m.entity_id,
        m.period,
        m.series,
        date_diff('day', l.opened_on, least(m.period_end, l.observed_on)) AS days,
        CAST(sum(l.issues) AS BIGINT) AS issues
    FROM month AS m
    JOIN lasting AS l
        ON l.entity_id = m.entity_id
        AND l.series = m.series
        AND l.first_month <= m.period
        AND (l.end_month IS NULL OR m.period < l.end_month)
    GROUP BY m.entity_id, m.period, m.series, date_diff('day', l.opened_on, least(m.period_end, l.observed_on))
),
running AS (
    SELECT
        entity_id,
        period,
        series,
        days,
        sum(issues) OVER (
            PARTITION BY entity_id, period, series ORDER BY days ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS up_to,
        sum(issues) OVER (PARTITION BY entity_id, period, series) AS issues
    FROM aged
),
median AS (
    SELECT
        entity_id,
        period,
        series,
        CAST(max(issues) AS BIGINT) AS issues,
        (min(CASE WHEN 2 * up_to >= issues THEN days END) + min(CASE WHEN 2 * up_to > issues THEN days END)) / 2 AS days
    FROM running
    GROUP BY entity_id, period, series
)
SELECT
    m.entity_id,
    m.period,
    m.series,
    a.days AS value,
    coalesce(a.issues, 0) AS n,
    NULL AS low,
    NULL AS high,
    m.complete,
    CASE WHEN NOT m.is_known THEN 'not fetched yet' WHEN a.days IS NULL THEN 'no open issues' END AS reason,
    metrics.remarks(
        metrics.small(a.days, a.issues), metrics.unfinished(m.unfinished), metrics.lacking(m.covered, m.differing), NULL
    ) AS flag
FROM month AS m
LEFT JOIN median AS a ON a.entity_id = m.entity_id AND a.period = m.period AND a.series = m.series
