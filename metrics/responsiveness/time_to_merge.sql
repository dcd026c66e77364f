/*+++
title = "Time to merge"
question = "How long until a change request is merged?"
unit = "hours"
definition = """
Hours from opening until half of all change requests that people opened in the month were merged: the median of the
Aalen-Johansen cumulative incidence of "merged", with "closed unmerged" competing. An open change request counts for as
long as it is known to be open, time as a draft included. NULL, reason `not reached`, if and only if the incidence stays
under one half, as it does where less than half are ever merged; `low` then tells what it exceeds. The 95 % interval is
by log(-log(1 - incidence)), inverted; `high` is NULL where it is unbounded. Series `stat:p25`, `stat:p75`, `stat:p90`:
until that share was merged. `stat:naive`: the median of the merged ones alone, with `n` their number. Else `n` is the
number of change requests.
"""
source = "CHAOSS, Change Requests Duration: https://chaoss.community/kb/metric-change-requests-duration/; Aalen & Johansen, Scand. J. Stat. 5 (1978) 141; Brookmeyer & Crowley, Biometrics 38 (1982) 29"
caveats = [
  "Where a maintainer lands a change by hand and closes the request, it counts as closed unmerged.",
  "Change requests opened by bots and AI agents are left out; who merges does not matter.",
]
+++*/
WITH wait AS (
    SELECT cell, seconds, outcome
    FROM metrics.merge_waits()
)
SELECT
    entity_id,
    period,
    CASE WHEN stat = '' THEN '' ELSE concat('stat:', stat) END AS series,
    value,
    n,
    low,
    high,
    complete,
    reason,
    flag
FROM metrics.hours_rows('wait', 'github', 'pull_requests', 'change requests')
WHERE stat <> 'km_median'
