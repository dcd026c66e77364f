/*+++
title = "Active forks"
question = "Which part of the forks is ever worked on?"
unit = "share of forks"
definition = """
Direct forks that were pushed to after they were made, divided by all direct forks. The main series is of all forks made
up to the end of the month that are still there; series `new:dated` of those made in the month, by members on that day.
Whether a fork was pushed to is what was last seen of it, not what was so at the end of that month. The interval is
Wilson's. `n` is the number of forks.
"""
source = "CHAOSS, Technical Fork: https://chaoss.community/kb/metric-technical-fork/; Wilson, JASA 22 (1927) 209"
caveats = [
  "Younger forks have had less time to be pushed to: the latest months of `new:dated` are low for that reason, too.",
  "Forks that were deleted are unknown: people who tidy up after a change request was merged make this look lower.",
]
+++*/
WITH month AS (
    SELECT *
    FROM metrics.dated_months('active', 'forks')
),
series AS (
    SELECT entity_id, period, '' AS series, marked AS k, items AS n, level_complete AS complete, unfinished,
        level_covered AS covered, level_is_known AS is_known, differing
    FROM month
    UNION ALL
    SELECT entity_id, period, 'new:dated' AS series, new_marked AS k, new_items AS n, complete, unfinished, covered,
        is_known, differing
    FROM month
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
    CASE WHEN NOT is_known THEN 'not fetched yet' WHEN n > 0 THEN NULL WHEN series = '' THEN 'no forks' ELSE 'no forks made in the month' END AS reason,
    metrics.remarks(
        CASE WHEN n > 0 THEN metrics.small(n, n) END,
        metrics.unfinished(unfinished),
        metrics.lacking(covered, differing),
        NULL
    ) AS flag
FROM series
