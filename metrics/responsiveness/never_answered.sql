/*+++
title = "Never answered"
question = "Which part of the issues has nobody answered?"
unit = "share of issues"
definition = """
The probability that an issue which a person opened in the month had no public response by a human other than the
author, as far as the month's issues were followed: 1 less the last value of the Aalen-Johansen incidence of
`time_to_first_response`. Those that are still waiting and those that their author closed unanswered are both in it;
series `outcome:gave_up` is the latter alone, the last value of their incidence. The interval is by
log(-log(1 - incidence)); Clopper's and Pearson's where none or all were answered. `n` is the number of issues.
"""
source = "Aalen & Johansen, Scand. J. Stat. 5 (1978) 141; Marubini & Valsecchi, Analysing Survival Data (1995) ch. 10"
caveats = [
  "Who waits may still be answered: a recent month, followed for less time, has the higher share. Compare months by `response_within_48h`; the flag tells where issues that wait were followed for less than 90 days.",
]

[columns]
followed_days = "days for which the issue that is known to have waited longest has waited"
+++*/
WITH wait AS (
    SELECT cell, seconds, outcome
    FROM metrics.response_waits()
),
given_up AS (
    SELECT cell, seconds, CASE outcome WHEN 1 THEN 2 WHEN 2 THEN 1 ELSE 0 END AS outcome
    FROM wait
),
month AS (
    SELECT *
    FROM metrics.months_of_cells('wait', 'github', 'issues')
),
ending AS (
    SELECT '' AS series, cell, n, longest, waiting, 1 - incidence AS value, 1 - high AS low, 1 - low AS high
    FROM metrics.incidence_at_end('wait')
    UNION ALL
    SELECT 'outcome:gave_up' AS series, cell, n, longest, waiting, incidence AS value, low, high
    FROM metrics.incidence_at_end('given_up')
)
SELECT
    m.entity_id,
    m.period,
    s.series,
    e.value,
    coalesce(e.n, 0) AS n,
    e.low,
    e.high,
    m.complete,
    CASE WHEN NOT m.is_known THEN 'not fetched yet' WHEN e.cell IS NULL THEN 'no issues in the month' END AS reason,
    metrics.remarks(
        metrics.small(e.value, e.n),
        metrics.unfinished(m.unfinished),
        metrics.lacking(m.covered, m.differing),
        CASE
            WHEN e.waiting > 0 AND e.longest < 90 * 86400
            THEN concat('followed for ', CAST(e.longest // 86400 AS VARCHAR), ' d')
        END
    ) AS flag,
    e.longest / 86400 AS followed_days
FROM month AS m
JOIN (VALUES (''), ('outcome:gave_up')) AS s(series) ON TRUE
LEFT JOIN ending AS e ON e.cell = m.cell AND e.series = s.series
