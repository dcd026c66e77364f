/*+++
title = "Time to first review"
question = "How long does a change request wait until somebody looks at it?"
unit = "hours"
definition = """
Hours from being ready for review until half of all change requests of people that became ready in the month had a first
review or comment by a human other than the author: the median of the Aalen-Johansen cumulative incidence, with "merged,
or closed by a person, without any" competing. One that began as a draft starts when it was marked ready, and one that
still is a draft does not wait; what was said while it was a draft counts as a wait of 0. A change request that nobody
reviewed counts for as long as it is known to have waited. A bot's or an AI agent's review, comment or closing neither
answers nor ends the wait; merging does, by whomever. NULL, reason `not reached`, if and only if the incidence stays
under one half; `low` then tells what it exceeds. The 95 % interval is by log(-log(1 - incidence)), inverted; `high` is
NULL where it is unbounded. Series `stat:p25`, `stat:p75`, `stat:p90`, `stat:km_median` and `stat:naive` as in
`time_to_first_response`. `n` is the number of change requests; for `stat:naive` of those reviewed.
"""
source = "CHAOSS, Time to First Response: https://chaoss.community/kb/metric-time-to-first-response/; Aalen & Johansen, Scand. J. Stat. 5 (1978) 141; Brookmeyer & Crowley, Biometrics 38 (1982) 29"
caveats = [
  "Where maintainers merge without a word, few are ever reviewed and the median is not reached.",
  "Change requests opened by bots and AI agents are left out.",
]
+++*/
WITH change_request AS (
    SELECT *
    FROM metrics.change_requests()
    WHERE series = '' AND ready_at IS NOT NULL AND metrics.is_known(metrics.utc_day(ready_at), known_since)
),
answer AS (
    SELECT c.pull_request_id, min(r.reviewed_at) AS answered_at
    FROM change_request AS c
    JOIN staging.review AS r ON r.pull_request_id = c.pull_request_id AND r.reviewed_at <= c.observed_until
    JOIN staging.person AS p ON p.person_id = r.person_id
    WHERE
        r.kind IN ('review', 'comment')
        AND p.kind = 'human'
        AND (c.author_id IS NULL OR r.person_id <> c.author_id)
    GROUP BY c.pull_request_id
),
ended AS (
    SELECT
        c.*,
        a.answered_at,
        least(c.merged_at, CASE WHEN c.closer = 'human' THEN c.closed_at END) AS ended_at
    FROM change_request AS c
    LEFT JOIN answer AS a ON a.pull_request_id = c.pull_request_id
),
review AS (
    SELECT
        repository_id,
        metrics.utc_day(ready_at) AS started_on,
        metrics.seconds_between(ready_at, coalesce(least(answered_at, ended_at), observed_until)) AS seconds,
        metrics.outcome(answered_at, ended_at) AS outcome
    FROM ended
),
wait AS (
    SELECT cell, seconds, outcome
    FROM metrics.by_cell('review')
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
