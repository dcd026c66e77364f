/*+++
title = "Time to first response"
question = "How long does an issue wait until somebody answers?"
unit = "hours"
definition = """
Hours from opening until half of all issues that people opened in the month had a first public response by a human
other than the author: a comment, or closing by somebody else. It is the median of the Aalen-Johansen cumulative
incidence of "answered", with "closed by its author unanswered" competing; where no author does that it equals
Kaplan-Meier's. An issue that nobody answered counts for as long as it is known to have waited: up to the time to which
its repository's issues were observed. A bot's or an AI agent's comment or closing neither answers nor ends the wait.
NULL, reason `not reached`, if and only if the incidence stays under one half; `low` then tells what it exceeds. The
95 % interval is by log(-log(1 - incidence)), inverted; `high` is NULL where it is unbounded. Series `stat:p25`,
`stat:p75` and `stat:p90`: until that share was answered. `stat:km_median`: Kaplan-Meier's median, with the issues that
their author closed taken as censored: had nobody given up. `stat:naive`: the median of the answered issues alone, which
is what others publish: not an estimate of the wait, but shown beside it. `n` is the number of issues; for `stat:naive`
of those answered. See `never_answered` for those that nobody answered.
"""
source = "CHAOSS, Time to First Response: https://chaoss.community/kb/metric-time-to-first-response/; Aalen & Johansen, Scand. J. Stat. 5 (1978) 141; Brookmeyer & Crowley, Biometrics 38 (1982) 29"
caveats = [
  "Authors who give up are no random sample: `stat:km_median` takes them for one, and is then wrong by as much.",
  "A response is any comment by another human, a fellow sufferer's too.",
  "Issues opened by bots and AI agents are left out: nobody waits there.",
  "A deleted account's comment cannot be told from the author's or a bot's and does not answer.",
]
+++*/
WITH wait AS (
    SELECT cell, seconds, outcome
    FROM metrics.response_waits()
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
FROM metrics.hours_rows('wait', 'github', 'issues', 'issues')
