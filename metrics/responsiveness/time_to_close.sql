/*+++
title = "Time to close"
question = "How long until an issue is closed?"
unit = "hours"
definition = """
Hours from opening until half of all issues that people opened in the month were closed for the first time by a person,
the author included: the median of the Aalen-Johansen cumulative incidence, with closing by a bot or an AI agent
competing. An open issue counts for as long as it is known to be open. Series `by:bot` is the same of closings by bots
and AI agents, with closing by people competing; `by:anyone` of all closings. NULL, reason `not reached`, if and only if
the incidence stays under one half; `low` then tells what it exceeds. The 95 % interval is by log(-log(1 - incidence)),
inverted; `high` is NULL where it is unbounded. `n` is the number of issues.
"""
source = "CHAOSS, Time to Close: https://chaoss.community/kb/metric-time-to-close/; Aalen & Johansen, Scand. J. Stat. 5 (1978) 141; Brookmeyer & Crowley, Biometrics 38 (1982) 29"
caveats = [
  "Closed is not solved. Where a bot closes what is stale, `by:anyone` is short and says little.",
  "What was closed and opened again counts as closed. Who closed it is unknown for a deleted account: it counts as a person.",
]
+++*/
WITH closing AS (
    SELECT
        repository_id,
        opened_on AS started_on,
        metrics.seconds_between(created_at, coalesce(closed_at, observed_until)) AS seconds,
        CASE WHEN closed_at IS NULL THEN 0 WHEN metrics.is_person(closer) THEN 1 ELSE 2 END AS outcome
    FROM metrics.issues()
    WHERE series = '' AND metrics.is_known(opened_on, known_since)
),
wait AS (
    SELECT cell, seconds, outcome
    FROM metrics.by_cell('closing')
),
by_bot AS (
    SELECT cell, seconds, CASE outcome WHEN 1 THEN 2 WHEN 2 THEN 1 ELSE 0 END AS outcome
    FROM wait
),
by_anyone AS (
    SELECT cell, seconds, CASE WHEN outcome > 0 THEN 1 ELSE 0 END AS outcome
    FROM wait
),
median AS (
    SELECT '' AS series, p.* FROM metrics.hours_rows('wait', 'github', 'issues', 'issues') AS p
    UNION ALL
    SELECT 'by:bot' AS series, b.* FROM metrics.hours_rows('by_bot', 'github', 'issues', 'issues') AS b
    UNION ALL
    SELECT 'by:anyone' AS series, a.* FROM metrics.hours_rows('by_anyone', 'github', 'issues', 'issues') AS a
)
SELECT entity_id, period, series, value, n, low, high, complete, reason, flag
FROM median
WHERE stat = ''
