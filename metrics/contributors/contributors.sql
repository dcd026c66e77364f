/*+++
title = "Contributors"
question = "How many people take part?"
unit = "people"
definition = """
Distinct humans with at least one contribution of any kind (commit, issue, change request, review, discussion, or a
comment on one of them) in the month. Bots and AI agents are not counted here: see `bot_share` and `agent_share`.
A month is complete if every stream that is collected at all was observed to its end; where one is not collected, the
flag tells which kinds are counted, e.g. `commits only`. `n` is the number of people.
"""
source = "CHAOSS, Contributors: https://chaoss.community/kb/metric-contributors/"
caveats = [
  "A person with several accounts counts once only as far as the accounts could be told to be one person's.",
  "Where fewer kinds of contribution are counted, there are fewer contributors: compare only what has the same flag.",
  "What deleted accounts did counts for nobody.",
]
+++*/
WITH active AS (
    SELECT entity_id, period, count(DISTINCT person_id) AS people
    FROM metrics.human_contributions()
    GROUP BY entity_id, period
),
beginning AS (
    SELECT *
    FROM metrics.first_contribution_month()
),
month AS (
    SELECT m.entity_id, m.period, m.complete, m.unfinished, m.covered, m.differing, m.kinds, m.is_known,
        CASE WHEN m.is_known THEN coalesce(a.people, 0) END AS people
    FROM beginning AS b
    JOIN metrics.contribution_months() AS m ON m.entity_id = b.entity_id AND m.period >= b.period
    LEFT JOIN active AS a ON a.entity_id = m.entity_id AND a.period = m.period
)
SELECT
    entity_id,
    period,
    '' AS series,
    people AS value,
    coalesce(people, 0) AS n,
    NULL AS low,
    NULL AS high,
    complete,
    CASE WHEN NOT is_known THEN 'not fetched yet' END AS reason,
    metrics.remarks(
        metrics.small(people, people), metrics.unfinished(unfinished), metrics.lacking(covered, differing), kinds
    ) AS flag
FROM month
