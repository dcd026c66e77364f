/*+++
title = "Answered within 48 hours"
question = "Which part of the issues is answered within two days?"
unit = "share of issues"
definition = """
The probability that an issue which a person opened in the month was answered within 48 hours: the Aalen-Johansen
cumulative incidence at 48 hours of a first public response by a human other than the author, with "closed by its author
unanswered" competing, as in `time_to_first_response`. NULL, reason `follow-up too short`, where no issue of the month
was observed for 48 hours and some still wait. The interval is by log(-log(1 - incidence)); Clopper's and Pearson's where
none or all were answered. `n` is the number of issues.
"""
source = "Aalen & Johansen, Scand. J. Stat. 5 (1978) 141; Marubini & Valsecchi, Analysing Survival Data (1995) ch. 10"
caveats = ["An issue that its author closed within 48 hours without an answer counts as not answered."]
+++*/
WITH wait AS (
    SELECT cell, seconds, outcome
    FROM metrics.response_waits()
),
horizon AS (
    SELECT 48 * 3600 AS seconds
)
SELECT entity_id, period, '' AS series, value, n, low, high, complete, reason, flag
FROM metrics.incidence_rows('wait', 'horizon', 'issues', 'issues')
