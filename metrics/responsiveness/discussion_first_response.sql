/*+++
title = "Time to first response on the Hub"
question = "How long does a discussion of a model on the Hub wait until somebody answers?"
unit = "hours"
definition = """
Hours from opening until half of all discussions and pull requests that people opened in the month at the entity's
models on the Hugging Face Hub had a first public response by a human other than the author: a comment, or closing or
merging by somebody else. Reckoned as `time_to_first_response`: the median of the Aalen-Johansen cumulative incidence of
"answered", with "closed by its author unanswered" competing. What nobody answered counts for as long as it is known to
have waited: up to the last time at which the model's discussions were listed and read whole. NULL, reason `not reached`,
if and only if the incidence stays under one half; `low` then tells what it exceeds. Series `stat:p25`, `stat:p75` and
`stat:p90`: until that share was answered; `stat:km_median`: Kaplan-Meier's median, had nobody given up; `stat:naive`: the
median of the answered alone. The interval is that of `time_to_first_response`. `n` is the number of discussions; for
`stat:naive` of those answered.
"""
source = "CHAOSS, Time to First Response: https://chaoss.community/kb/metric-time-to-first-response/; Aalen & Johansen, Scand. J. Stat. 5 (1978) 141; Hugging Face Hub, discussions: https://huggingface.co/docs/hub/repositories-pull-requests-discussions"
caveats = [
  "Of each organisation, its most downloaded and most liked models are asked: others' discussions are not seen.",
  "The Hub does not mark its bots: those that pipelines/staging/rules/machines.toml does not know count as people.",
  "Hidden discussions are left out, and what deleted accounts wrote does not answer.",
]
+++*/
WITH wait AS (
    SELECT cell, seconds, outcome
    FROM metrics.discussion_waits()
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
FROM metrics.hours_rows('wait', 'huggingface', 'discussions', 'discussions')
