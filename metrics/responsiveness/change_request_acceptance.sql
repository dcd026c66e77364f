/*+++
title = "Change request acceptance"
question = "Which part of the closed change requests was merged?"
unit = "share of change requests"
definition = """
Merged ÷ (merged + closed unmerged), of the change requests that people opened, by the month in which they were merged or
closed. Series `author:first-time`: those that are their author's first to the entity; `author:returning`: all further
ones. A deleted account's are in neither. `author:automated`: those opened by bots and AI agents, which are not in the
main series. Each series begins with its first closed change request. The interval is Wilson's. `n` is the number of
change requests closed in the month, merged or not.
"""
source = "CHAOSS, Change Request Acceptance Ratio: https://chaoss.community/kb/metric-change-request-acceptance-ratio/; Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927) 209"
caveats = [
  "Where a maintainer lands a change by hand and closes the request, it counts as closed unmerged.",
  "A first change request to an ecosystem is not its author's first to each of its repositories: grains differ.",
  "Change requests of one author are alike: the interval, which is one of independent ones, is then too narrow.",
]
+++*/
WITH change_request AS (
    SELECT
        m.entity_id,
        c.series AS main_series,
        c.author_id,
        c.closed_on,
        c.known_since,
        c.merged_at IS NOT NULL AS is_merged,
        row_number() OVER (
            PARTITION BY m.entity_id, c.author_id ORDER BY c.created_at, c.pull_request_id
        ) AS ordinal
    FROM metrics.change_requests() AS c
    JOIN catalogue.membership AS m
        ON m.subject_id = c.repository_id AND metrics.is_member(c.opened_on, m.valid_from, m.valid_to)
),
closed AS (
    SELECT entity_id, main_series AS series, metrics.month_of(closed_on) AS period, is_merged
    FROM change_request
    WHERE closed_on IS NOT NULL AND metrics.is_known(closed_on, known_since)
    UNION ALL
    SELECT
        entity_id,
        CASE WHEN ordinal = 1 THEN 'author:first-time' ELSE 'author:returning' END AS series,
        metrics.month_of(closed_on) AS period,
        is_merged
    FROM change_request
    WHERE closed_on IS NOT NULL AND known_since IS NULL AND main_series = '' AND author_id IS NOT NULL
),
monthly AS (
    SELECT entity_id, series, period, count(*) AS n, count(*) FILTER (WHERE is_merged) AS k
    FROM closed
    GROUP BY entity_id, series, period
),
beginning AS (
    SELECT entity_id, series, min(period) AS period
    FROM (
        SELECT entity_id, series, period FROM monthly
        UNION ALL
        SELECT entity_id, '' AS series, period FROM metrics.still_to_come('github', 'pull_requests')
    ) AS first_month
    GROUP BY entity_id, series
),
share AS (
    SELECT
        m.entity_id,
        m.period,
        b.series,
        CASE WHEN b.series IN ('author:first-time', 'author:returning') THEN m.level_complete ELSE m.complete END AS complete,
        m.unfinished,
        CASE WHEN b.series IN ('author:first-time', 'author:returning') THEN m.level_covered ELSE m.covered END AS covered,
        CASE
            WHEN b.series IN ('author:first-time', 'author:returning') THEN m.level_is_known
            ELSE m.is_known
        END AS is_known,
        m.differing,
        coalesce(c.k, 0) AS k,
        coalesce(c.n, 0) AS n
    FROM beginning AS b
    JOIN metrics.months('github', 'pull_requests') AS m ON m.entity_id = b.entity_id AND m.period >= b.period
    LEFT JOIN monthly AS c ON c.entity_id = m.entity_id AND c.period = m.period AND c.series = b.series
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
    CASE WHEN NOT is_known THEN 'not fetched yet' WHEN n = 0 THEN 'no change requests closed in the month' END AS reason,
    metrics.remarks(
        CASE WHEN n > 0 THEN metrics.small(n, n) END,
        metrics.unfinished(unfinished),
        metrics.lacking(covered, differing),
        NULL
    ) AS flag
FROM share
