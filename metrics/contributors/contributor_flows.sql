/*+++
title = "Where new contributors come from"
question = "In which ecosystems were its new contributors active before?"
unit = "people"
definition = """
Of the humans whose first contribution to the entity falls in the month, those who had contributed to an ecosystem that it
is no part of before that moment. Series `from:ecosystem:<x>` has each ecosystem apart, from the first month with such a
person on; a person may come from several. Who is one person, and which pairs there are, is as in `shared_contributors`.
`n` is the number of people, `newcomers` that of all new contributors of the month.
"""
source = "Ecotone; CHAOSS, New Contributors: https://chaoss.community/kb/metric-new-contributors/"
caveats = [
  "Only what is catalogued and collected counts as before: who came from elsewhere seems to come from nowhere.",
  "Where two streams begin at different times, the one that reaches back further seems to be where people come from.",
  "To have been active there before is not to have left it.",
]

[columns]
newcomers = "all new contributors of the month"
+++*/
WITH arrival AS (
    SELECT entity_id, person_id, arrived_at, metrics.month_of(metrics.utc_day(arrived_at)) AS period
    FROM metrics.arrivals()
),
flow AS (
    SELECT a.entity_id, a.period, a.person_id, b.entity_id AS ecosystem
    FROM arrival AS a
    JOIN arrival AS b ON b.person_id = a.person_id AND b.arrived_at < a.arrived_at
    JOIN metrics.foreign_ecosystems() AS f ON f.entity_id = a.entity_id AND f.ecosystem = b.entity_id
),
counted AS (
    SELECT entity_id, period, concat('from:', ecosystem) AS series, count(*) AS people
    FROM flow
    GROUP BY entity_id, period, ecosystem
    UNION ALL
    SELECT entity_id, period, '' AS series, count(DISTINCT person_id) AS people
    FROM flow
    GROUP BY entity_id, period
),
newcomer AS (
    SELECT entity_id, period, count(*) AS people
    FROM arrival
    GROUP BY entity_id, period
),
beginning AS (
    SELECT entity_id, series, min(period) AS period
    FROM counted
    WHERE series <> ''
    GROUP BY entity_id, series
    UNION ALL
    SELECT entity_id, '' AS series, period
    FROM metrics.first_contribution_month()
)
SELECT
    b.entity_id,
    m.period,
    b.series,
    CASE WHEN m.is_whole THEN coalesce(c.people, 0) END AS value,
    coalesce(c.people, 0) AS n,
    NULL AS low,
    NULL AS high,
    m.complete AND m.is_whole AS complete,
    CASE WHEN NOT m.is_whole THEN 'what was before is not fetched yet' END AS reason,
    metrics.remarks(
        CASE WHEN m.is_whole THEN metrics.small(coalesce(c.people, 0), coalesce(c.people, 0)) END,
        metrics.unfinished(m.unfinished),
        metrics.lacking(m.covered, m.differing),
        m.kinds
    ) AS flag,
    CAST(coalesce(w.people, 0) AS BIGINT) AS newcomers
FROM beginning AS b
JOIN metrics.contribution_months() AS m ON m.entity_id = b.entity_id AND m.period >= b.period
LEFT JOIN counted AS c ON c.entity_id = b.entity_id AND c.series = b.series AND c.period = m.period
LEFT JOIN newcomer AS w ON w.entity_id = b.entity_id AND w.period = m.period
