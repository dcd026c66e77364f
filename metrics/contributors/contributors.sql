/*+++
title = "Contributors"
question = "How many people take part?"
unit = "people"
definition = """
Distinct humans with at least one contribution of any kind (commit, issue, comment, change request, review, Hub
discussion) in the month. Bots and AI agents are not counted here: see `bot_share` and `agent_share`.
`n` is the number of people.
"""
source = "CHAOSS, Contributors: https://chaoss.community/kb/metric-contributors/"
caveats = [
  "A person with several accounts counts once only as far as the accounts could be told to be one person's.",
  "The kinds of contribution that count are those whose streams are collected.",
]
+++*/
WITH active AS (
    SELECT entity_id, period, count(DISTINCT person_id) AS people
    FROM metrics.human_contributions()
    GROUP BY entity_id, period
),
beginning AS (
    SELECT entity_id, min(period) AS period
    FROM active
    GROUP BY entity_id
),
month AS (
    SELECT m.entity_id, m.period, m.complete, m.unfinished, m.covered, coalesce(a.people, 0) AS people
    FROM beginning AS b
    JOIN metrics.months('git', 'commits') AS m ON m.entity_id = b.entity_id AND m.period >= b.period
    LEFT JOIN active AS a ON a.entity_id = m.entity_id AND a.period = m.period
)
SELECT
    entity_id,
    period,
    '' AS series,
    people AS value,
    people AS n,
    NULL AS low,
    NULL AS high,
    complete,
    NULL AS reason,
    metrics.remarks(metrics.small(people, people), metrics.unfinished(unfinished), metrics.coverage(covered), NULL)
        AS flag
FROM month
