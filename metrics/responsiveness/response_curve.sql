/*+++
title = "Response curves"
question = "Which part of the issues is answered, or given up, after so many hours?"
unit = "share of issues"
definition = """
The Aalen-Johansen cumulative incidences behind `time_to_first_response` at fixed times after opening, from ten minutes
to a year: event `answered` (a first public response by a human other than the author) and event `gave_up`
(closed by its author unanswered); what is missing to 1 still waits. One row for each entity, month of opening, event
and time; `series` names event and time. NULL, reason `follow-up too short`, beyond the time for which an issue of the
month was observed. The interval is by log(-log(1 - incidence)); Clopper's and Pearson's where it is 0 or 1. `n` is the
number of issues.
"""
source = "Aalen & Johansen, Scand. J. Stat. 5 (1978) 141; Marubini & Valsecchi, Analysing Survival Data (1995) ch. 10"
caveats = [
  "An interval is of its time alone: the whole curve lies within all of them with less than 95 %.",
  "Between two of the times the curve is not known to be straight: it is a step at each response.",
]

[columns]
event = "answered or gave_up"
hours = "hours since opening"
incidence = "share of issues to which the event has happened by then; the same as value"
at_risk = "issues known to have waited longer than that"

[checks]
"a curve never falls" = """
    SELECT a.entity_id, a.period, a.event, a.hours, a.incidence, b.hours AS later, b.incidence AS less
    FROM metrics.response_curve AS a
    JOIN metrics.response_curve AS b
        ON a.entity_id = b.entity_id AND a.period = b.period AND a.event = b.event AND a.hours < b.hours
    WHERE b.incidence < a.incidence - 1e-9"""
"both events together are not more than all issues" = """
    SELECT entity_id, period, hours, sum(incidence) AS total
    FROM metrics.response_curve
    GROUP BY entity_id, period, hours
    HAVING sum(incidence) > 1 + 1e-9"""
+++*/
WITH wait AS (
    SELECT cell, seconds, outcome
    FROM metrics.response_waits()
),
given_up AS (
    SELECT cell, seconds, CASE outcome WHEN 1 THEN 2 WHEN 2 THEN 1 ELSE 0 END AS outcome
    FROM wait
),
name AS (
    SELECT label, seconds
    FROM (VALUES
        ('10min', 600), ('20min', 1200), ('30min', 1800), ('45min', 2700), ('1h', 3600), ('90min', 5400),
        ('2h', 7200), ('3h', 10800), ('4h', 14400), ('6h', 21600), ('8h', 28800), ('12h', 43200), ('18h', 64800),
        ('24h', 86400), ('36h', 129600), ('48h', 172800), ('72h', 259200), ('96h', 345600), ('120h', 432000),
        ('7d', 604800), ('10d', 864000), ('14d', 1209600), ('21d', 1814400), ('30d', 2592000), ('45d', 3888000),
        ('60d', 5184000), ('90d', 7776000), ('120d', 10368000), ('180d', 15552000), ('365d', 31536000)
    ) AS grid(label, seconds)
),
moment AS (
    SELECT seconds
    FROM name
),
curve AS (
    SELECT 'answered' AS event, a.*
    FROM metrics.incidence_rows('wait', 'moment', 'issues', 'issues') AS a
    UNION ALL
    SELECT 'gave_up' AS event, g.*
    FROM metrics.incidence_rows('given_up', 'moment', 'issues', 'issues') AS g
)
SELECT
    c.entity_id,
    c.period,
    concat(c.event, ':', t.label) AS series,
    c.value,
    c.n,
    c.low,
    c.high,
    c.complete,
    c.reason,
    c.flag,
    c.event,
    c.seconds / 3600 AS hours,
    c.value AS incidence,
    c.at_risk
FROM curve AS c
JOIN name AS t ON t.seconds = c.seconds
