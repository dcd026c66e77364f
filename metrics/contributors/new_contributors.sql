/*+++
title = "New contributors"
question = "How many people take part for the first time?"
unit = "people"
definition = """
Humans whose first contribution of any kind to the entity falls in the month. A person who is new to an ecosystem may
be new to two of its projects in different months, so the values of parts do not add up. Kinds and completeness are as
in `contributors`. `n` is the number of people.
"""
source = "CHAOSS, New Contributors: https://chaoss.community/kb/metric-new-contributors/"
caveats = [
  "In the first month that is observed everybody is new.",
  "Where the catalogue limits a membership in time, contributions outside of it are not known to the entity.",
]
+++*/
WITH arrival AS (
    SELECT entity_id, person_id, min(period) AS period
    FROM metrics.human_contributions()
    GROUP BY entity_id, person_id
),
arrived AS (
    SELECT entity_id, period, count(*) AS people
    FROM arrival
    GROUP BY entity_id, period
),
beginning AS (
    SELECT *
    FROM metrics.first_contribution_month()
),
month AS (
    SELECT m.entity_id, m.period, m.complete, m.unfinished, m.covered, m.differing, m.kinds, m.is_whole,
        CASE WHEN m.is_whole THEN coalesce(a.people, 0) END AS people
    FROM beginning AS b
    JOIN metrics.contribution_months() AS m ON m.entity_id = b.entity_id AND m.period >= b.period
    LEFT JOIN arrived AS a ON a.entity_id = m.entity_id AND a.period = m.period
)
SELECT
    entity_id,
    period,
    '' AS series,
    people AS value,
    coalesce(people, 0) AS n,
    NULL AS low,
    NULL AS high,
    complete AND is_whole AS complete,
    CASE WHEN NOT is_whole THEN 'what was before is not fetched yet' END AS reason,
    metrics.remarks(
        metrics.small(people, people), metrics.unfinished(unfinished), metrics.lacking(covered, differing), kinds
    ) AS flag
FROM month
