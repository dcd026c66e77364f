/*+++
title = "Contributing forks"
question = "Which part of the forks gives something back?"
unit = "share of forks"
definition = """
Direct forks that were the head of at least one change request to the repository they were forked from, opened up to the
end of the month, whatever became of it, divided by all direct forks made up to then that are still there. The interval
is Wilson's. `n` is the number of forks, `contributing` the number of those that count.
"""
source = "CHAOSS, Technical Fork: https://chaoss.community/kb/metric-technical-fork/; Wilson, JASA 22 (1927) 209"
caveats = [
  "Forks that were deleted are unknown on both sides of the division: people who tidy up after a merge are missing.",
  "Change requests from forks of forks and from branches of the repository itself are not from direct forks and do not count.",
]

[columns]
contributing = "forks that were the head of a change request upstream"
+++*/
SELECT
    f.entity_id,
    f.period,
    '' AS series,
    CASE WHEN f.items > 0 AND r.level_is_known THEN f.marked / f.items END AS value,
    f.items AS n,
    metrics.wilson_low(f.marked, f.items) AS low,
    metrics.wilson_high(f.marked, f.items) AS high,
    f.level_complete AND coalesce(r.level_complete, FALSE) AS complete,
    CASE WHEN NOT (f.level_is_known AND r.level_is_known) THEN 'not fetched yet' WHEN f.items = 0 THEN 'no forks' END AS reason,
    metrics.remarks(
        CASE WHEN f.items > 0 THEN metrics.small(f.items, f.items) END,
        metrics.unfinished(f.unfinished OR coalesce(r.unfinished, TRUE)),
        metrics.lacking(least(r.level_covered, f.level_covered), f.differing + r.differing),
        NULL
    ) AS flag,
    f.marked AS contributing
FROM metrics.dated_months('contributing', 'forks') AS f
JOIN metrics.months('github', 'pull_requests') AS r ON r.entity_id = f.entity_id AND r.period = f.period
