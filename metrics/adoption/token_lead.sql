/*+++
title = "Weeks in the lead by tokens"
question = "For how many weeks in a row have its models been used most?"
unit = "weeks"
definition = """
Weeks in a row, this one included, in which the entity's models had more tokens on OpenRouter than those of any other
catalogued entity of its kind (projects among projects, regions among regions); 0 in a week in which another had more,
or as many. Weeks and tokens are those of `token_share`. A week of which a day was not told is unknown, and the row of
weeks begins anew after it. `n` is the number of days told.
"""
source = "OpenRouter (openrouter.ai/rankings), data API rankings-daily, CC-BY-4.0: https://openrouter.ai/docs/api-reference"
caveats = [
  "Among catalogued entities: models that nobody catalogued may have had more.",
  "Where two entities are close, the lead may hang on how each counts tokens: look at `token_share`.",
]

[checks]
"a period is a Monday" = "SELECT entity_id, period FROM metrics.token_lead WHERE date_trunc('week', period) <> period"
+++*/
WITH week AS (
    SELECT t.entity_id, e.kind, t.period, t.days, coalesce(t.tokens, 0) AS tokens
    FROM metrics.token_weeks() AS t
    JOIN catalogue.entity AS e ON e.entity_id = t.entity_id
),
most AS (
    SELECT kind, period, max(tokens) AS tokens
    FROM week
    GROUP BY kind, period
),
ahead AS (
    SELECT w.kind, w.period, max(w.tokens) AS tokens, count(*) AS leaders
    FROM week AS w
    JOIN most AS m ON m.kind = w.kind AND m.period = w.period AND m.tokens = w.tokens
    GROUP BY w.kind, w.period
),
led AS (
    SELECT
        w.entity_id,
        w.period,
        w.days,
        w.days = 7 AND w.tokens > 0 AND w.tokens = a.tokens AND a.leaders = 1 AS leads
    FROM week AS w
    JOIN ahead AS a ON a.kind = w.kind AND a.period = w.period
),
-- every week of an entity has its row: a row of weeks is what lies between two that it does not lead
numbered AS (
    SELECT
        entity_id,
        period,
        days,
        leads,
        sum(CASE WHEN leads THEN 0 ELSE 1 END) OVER (PARTITION BY entity_id ORDER BY period) AS stretch
    FROM led
)
SELECT
    entity_id,
    period,
    '' AS series,
    CASE
        WHEN days = 7
        THEN sum(CASE WHEN leads THEN 1 ELSE 0 END) OVER (PARTITION BY entity_id, stretch ORDER BY period)
    END AS value,
    days AS n,
    NULL AS low,
    NULL AS high,
    days = 7 AS complete,
    CASE WHEN days = 0 THEN 'no day of the week was told' WHEN days < 7 THEN 'not all days of the week were told' END
        AS reason,
    NULL AS flag
FROM numbered
