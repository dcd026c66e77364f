/*+++
title = "Merged within 30 days"
question = "Which part of the change requests is merged within 30 days?"
unit = "share of change requests"
definition = """
The probability that a change request which a person opened in the month was merged within 30 days: the Aalen-Johansen
cumulative incidence of "merged" at 30 days, with "closed unmerged" competing, as in `time_to_merge`. NULL, reason
`follow-up too short`, where no change request of the month was observed for 30 days and some are still open. The
interval is by log(-log(1 - incidence)); Clopper's and Pearson's where none or all were merged. `n` is the number of
change requests.
"""
source = "Aalen & Johansen, Scand. J. Stat. 5 (1978) 141; Marubini & Valsecchi, Analysing Survival Data (1995) ch. 10"
caveats = ["Where a maintainer lands a change by hand and closes the request, it counts as closed unmerged."]
+++*/
WITH wait AS (
    SELECT cell, seconds, outcome
    FROM metrics.merge_waits()
),
horizon AS (
    SELECT 30 * 86400 AS seconds
)
SELECT entity_id, period, '' AS series, value, n, low, high, complete, reason, flag
FROM metrics.incidence_rows('wait', 'horizon', 'pull_requests', 'change requests')
