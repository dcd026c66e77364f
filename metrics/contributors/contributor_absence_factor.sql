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
WITH author AS (
    SELECT
        entity_id,
        dense_rank() OVER (ORDER BY entity_id, person_id) AS author,
        period,
        CAST(sum(commits) AS BIGINT) AS commits
    FROM metrics.human_commits()
    GROUP BY entity_id, person_id, period
),
yearly AS (
    SELECT a.entity_id, t.period, a.author, CAST(sum(a.commits) AS BIGINT) AS commits
    FROM author AS a
    JOIN metrics.rolling(12) AS t ON t.month = a.period
    GROUP BY a.entity_id, t.period, a.author
),
-- People with equally many commits are interchangeable, so it is enough to know how many they are.
peers AS (
    SELECT entity_id, period, commits, count(*) AS people, commits * count(*) AS together
    FROM yearly
    GROUP BY entity_id, period, commits
),
ranked AS (
    SELECT
        entity_id,
        period,
        commits,
        people,
        together,
        sum(people) OVER (PARTITION BY entity_id, period ORDER BY commits DESC) AS people_so_far,
        sum(together) OVER (PARTITION BY entity_id, period ORDER BY commits DESC) AS commits_so_far,
        sum(together) OVER (PARTITION BY entity_id, period) AS total
    FROM peers
),
-- The group of peers in which the half is reached, and how many of them it takes: the quotient, rounded up.
factor AS (
    SELECT
        entity_id,
        period,
        total,
        people_so_far - people + (total - 2 * (commits_so_far - together) + 2 * commits - 1) // (2 * commits) AS people
    FROM ranked
    WHERE 2 * (commits_so_far - together) < total AND 2 * commits_so_far >= total
),
beginning AS (
    SELECT entity_id, min(period) AS period
    FROM author
    GROUP BY entity_id
)
SELECT
    m.entity_id,
    m.period,
    '' AS series,
    f.people AS value,
    coalesce(f.total, 0) AS n,
    NULL AS low,
    NULL AS high,
    m.complete,
    CASE WHEN f.people IS NULL THEN 'no commits in 12 months' END AS reason,
    metrics.remarks(
        metrics.small(f.people, f.total), metrics.unfinished(m.unfinished), metrics.coverage(m.covered), NULL
    ) AS flag
FROM beginning AS b
JOIN metrics.months('git', 'commits') AS m ON m.entity_id = b.entity_id AND m.period >= b.period
LEFT JOIN factor AS f ON f.entity_id = m.entity_id AND f.period = m.period
