/*+++
title = "Commits with AI agents"
question = "Which part of the commits do AI coding agents write or help to write?"
unit = "share of commits"
definition = """
Commits that an AI coding agent authored, or is named in as co-author, divided by all commits authored in the month,
those of bots and merges included. Series `agent:<name>` counts one agent, from the month in which it is first seen in
the entity. A rule that recognises an agent counts only from the agent's first public release. The interval is
Wilson's. `n` is the number of commits.
"""
source = "Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927) 209; agents by staging.person"
caveats = [
  "Only what a commit says about itself is seen: an agent whose user signs alone is not counted, so this is a lower bound.",
  "Agents name themselves by default to different degrees, so shares of two agents compare their habits too.",
  "A commit can name several agents: the agents' shares may add up to more than the main series.",
]
+++*/
WITH monthly AS (
    SELECT entity_id, period, count(*) AS commits
    FROM metrics.commits()
    GROUP BY entity_id, period
),
assisted AS (
    SELECT entity_id, period, '' AS series, count(DISTINCT sha) AS commits
    FROM metrics.agent_commits()
    GROUP BY entity_id, period
    UNION ALL
    SELECT entity_id, period, concat('agent:', agent) AS series, count(DISTINCT sha) AS commits
    FROM metrics.agent_commits()
    GROUP BY entity_id, period, agent
),
beginning AS (
    SELECT entity_id, '' AS series, min(period) AS period
    FROM monthly
    GROUP BY entity_id
    UNION ALL
    SELECT entity_id, series, min(period) AS period
    FROM assisted
    WHERE series <> ''
    GROUP BY entity_id, series
),
share AS (
    SELECT
        m.entity_id,
        m.period,
        b.series,
        m.complete,
        m.unfinished,
        m.covered,
        coalesce(a.commits, 0) AS k,
        coalesce(c.commits, 0) AS n
    FROM beginning AS b
    JOIN metrics.months('git', 'commits') AS m ON m.entity_id = b.entity_id AND m.period >= b.period
    LEFT JOIN monthly AS c ON c.entity_id = m.entity_id AND c.period = m.period
    LEFT JOIN assisted AS a ON a.entity_id = m.entity_id AND a.period = m.period AND a.series = b.series
)
SELECT
    entity_id,
    period,
    series,
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
