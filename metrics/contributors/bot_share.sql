/*+++
title = "Commits by bots"
question = "Which part of the commits do bots make?"
unit = "share of commits"
definition = """
Commits that a bot authored (dependency updates, releases, formatting), divided by all commits authored in the month,
merges included. AI coding agents are not bots here: see `agent_share`. The interval is Wilson's. `n` is the number of
commits.
"""
source = "Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927) 209; bots by staging.person"
caveats = [
  "Bots commit in runs: then the interval, which is one of independent commits, is too narrow. See docs/intervals.md.",
  "A script that commits under a person's name counts as that person.",
]
+++*/
WITH monthly AS (
    SELECT
        c.entity_id,
        c.period,
        count(*) AS n,
        count(*) FILTER (WHERE p.kind = 'bot') AS k
    FROM metrics.commits() AS c
    LEFT JOIN staging.person AS p ON p.person_id = c.author_id
    GROUP BY c.entity_id, c.period
),
beginning AS (
    SELECT entity_id, min(period) AS period
    FROM monthly
    GROUP BY entity_id
),
share AS (
    SELECT m.entity_id, m.period, m.complete, m.unfinished, m.covered, coalesce(s.k, 0) AS k, coalesce(s.n, 0) AS n
    FROM beginning AS b
    JOIN metrics.months('git', 'commits') AS m ON m.entity_id = b.entity_id AND m.period >= b.period
    LEFT JOIN monthly AS s ON s.entity_id = m.entity_id AND s.period = m.period
)
SELECT
    entity_id,
    period,
    '' AS series,
    CASE WHEN n > 0 THEN k / n END AS value,
    n,
    metrics.wilson_low(k, n) AS low,
    metrics.wilson_high(k, n) AS high,
    complete,
    CASE WHEN n = 0 THEN 'no commits in the month' END AS reason,
    metrics.remarks(
        CASE WHEN n > 0 THEN metrics.small(n, n) END,
        metrics.unfinished(unfinished),
        metrics.coverage(covered),
        NULL
    ) AS flag
FROM share
