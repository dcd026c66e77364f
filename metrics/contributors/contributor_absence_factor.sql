/*+++
title = "Contributor absence factor"
question = "How few people could leave with half of the work?"
unit = "people"
definition = """
The fewest humans who together authored at least 50 % of the non-merge commits reachable from HEAD in the trailing
12 months (the 12 calendar months that end with the period), by author date. Of the commits that humans authored:
those of bots and AI agents are left out on both sides, and co-authors are not counted.
1000, 433, 343, 332, 202, 90, 42 and 33 commits give 2. `n` is the number of commits.
"""
source = "CHAOSS, Contributor Absence Factor: https://chaoss.community/kb/metric-contributor-absence-factor/"
caveats = [
  "It has no interval: it counts what was done, and says nothing about who would step in.",
  "Where a project squashes change requests, a commit is a whole change request and its author may be one of several.",
]
+++*/
SELECT
    m.entity_id,
    m.period,
    '' AS series,
    f.makers AS value,
    coalesce(f.total, 0) AS n,
    NULL AS low,
    NULL AS high,
    m.complete,
    CASE WHEN f.makers IS NULL THEN 'no commits in 12 months' END AS reason,
    metrics.remarks(
        metrics.small(f.makers, f.total), metrics.unfinished(m.unfinished), metrics.coverage(m.covered), NULL
    ) AS flag
FROM metrics.first_human_commit() AS b
JOIN metrics.months('git', 'commits') AS m ON m.entity_id = b.entity_id AND m.period >= b.period
LEFT JOIN metrics.fewest_for_half('person') AS f ON f.entity_id = m.entity_id AND f.period = m.period
