/*+++
title = "Contributor retention"
question = "How many of those who take part in a quarter take part in the next?"
unit = "share of people"
definition = """
Of the humans with a contribution of any kind in a calendar quarter, the share that has one in the next quarter, too.
A pair of quarters is dated by the first day of the earlier; it has a value once the later has ended, and is complete if
both were wholly observed. The interval is Wilson's. `n` is the number of people active in the earlier quarter.
"""
source = "CHAOSS, Contributor retention: https://chaoss.community/kb/metric-contributors/; Wilson, JASA 22 (1927) 209"
caveats = [
  "Most people come once, to report one thing: a low share is no failure.",
  "Where fewer kinds of contribution are counted, fewer people are seen to come back: compare only what has the same flag.",
  "Who comes back after a pause of a quarter or more is not retained by this measure.",
]
+++*/
WITH active AS (
    SELECT DISTINCT entity_id, person_id, CAST(date_trunc('quarter', period) AS DATE) AS quarter
    FROM metrics.human_contributions()
),
pair AS (
    SELECT a.entity_id, a.quarter, count(*) AS people, count(b.person_id) AS stayed
    FROM active AS a
    LEFT JOIN active AS b
        ON b.entity_id = a.entity_id AND b.person_id = a.person_id AND date_diff('month', a.quarter, b.quarter) = 3
    GROUP BY a.entity_id, a.quarter
),
beginning AS (
    SELECT entity_id, CAST(date_trunc('quarter', period) AS DATE) AS quarter
    FROM metrics.first_contribution_month()
),
-- Of each quarter with its two times three months: what is known of all six.
known AS (
    SELECT
        b.entity_id,
        q.period AS quarter,
        count(*) AS months,
        bool_and(m.complete) AS complete,
        bool_or(m.unfinished) AS unfinished,
        bool_and(m.is_over) AS is_over,
        bool_and(m.is_known) AS is_known,
        min(m.covered) AS covered,
        max(m.differing) AS differing,
        max(m.kinds) AS kinds
    FROM beginning AS b
    JOIN catalogue.calendar AS q ON q.period >= b.quarter AND month(q.period) IN (1, 4, 7, 10)
    JOIN metrics.contribution_months() AS m
        ON m.entity_id = b.entity_id AND date_diff('month', q.period, m.period) BETWEEN 0 AND 5
    GROUP BY b.entity_id, q.period
),
share AS (
    SELECT
        k.*,
        k.months = 6 AND k.is_over AS has_ended,
        coalesce(p.people, 0) AS n,
        coalesce(p.stayed, 0) AS k
    FROM known AS k
    LEFT JOIN pair AS p ON p.entity_id = k.entity_id AND p.quarter = k.quarter
)
SELECT
    entity_id,
    quarter AS period,
    '' AS series,
    CASE WHEN has_ended AND is_known AND n > 0 THEN k / n END AS value,
    n,
    CASE WHEN has_ended AND is_known THEN metrics.wilson_low(k, n) END AS low,
    CASE WHEN has_ended AND is_known THEN metrics.wilson_high(k, n) END AS high,
    complete AND has_ended AS complete,
    CASE
        WHEN NOT has_ended THEN 'the next quarter has not ended'
        WHEN NOT is_known THEN 'not fetched yet'
        WHEN n = 0 THEN 'nobody took part in the quarter'
    END AS reason,
    metrics.remarks(
        CASE WHEN has_ended AND is_known AND n > 0 THEN metrics.small(n, n) END,
        metrics.unfinished(unfinished),
        metrics.lacking(covered, differing),
        kinds
    ) AS flag
FROM share
