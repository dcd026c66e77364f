/*+++
title = "Two weeks in a row, Chinese models processed more tokens on OpenRouter than American ones."
kind = "event"
said_by = "National Business Daily, from OpenRouter's rankings"
said_on = "2026-02-27"
source = "https://www.nbdpress.com/articles/2026-02-27/69847.html"
speaks_of = [2026-02-01, 2026-02-28]
every = 7 # days
refuted_by = "No two weeks in a row in which the tokens of models from China exceed those of models from the US, even if all models of an unknown region are counted as Chinese."
needs = "OpenRouter's tokens of two whole weeks in a row, Monday to Sunday, of models whose region is catalogued"
caveats = [
  "Of the models that OpenRouter lists one by one: the rest, its row `other`, is of no known region and is not counted.",
  "A model whose region is not known could be of either: a week is decided only if that makes no difference.",
  "Tokens are counted by each provider's own tokenizer.",
]
+++*/
WITH used AS (
    SELECT
        CAST(date_trunc('week', u.day) AS DATE) AS week,
        u.day,
        u.model,
        u.tokens,
        max(CASE WHEN m.entity_id = 'region:china' THEN 1 ELSE 0 END) AS is_chinese,
        max(CASE WHEN m.entity_id = 'region:us' THEN 1 ELSE 0 END) AS is_american,
        max(CASE WHEN m.entity_id LIKE 'region:%' AND m.entity_id <> 'region:unknown' THEN 1 ELSE 0 END) AS is_known
    FROM staging.token_usage AS u
    LEFT JOIN catalogue.membership AS m
        ON m.subject_id = concat('openrouter:', u.model) AND metrics.is_member(u.day, m.valid_from, m.valid_to)
    WHERE NOT u.is_other
    GROUP BY u.day, u.model, u.tokens
),
weekly AS (
    SELECT
        week,
        count(DISTINCT day) AS days,
        CAST(sum(CASE WHEN is_chinese = 1 THEN tokens ELSE 0 END) AS DECIMAL(38, 0)) AS chinese,
        CAST(sum(CASE WHEN is_american = 1 THEN tokens ELSE 0 END) AS DECIMAL(38, 0)) AS american,
        CAST(sum(CASE WHEN is_known = 0 THEN tokens ELSE 0 END) AS DECIMAL(38, 0)) AS unknown
    FROM used
    GROUP BY week
),
judged AS (
    SELECT
        *,
        CASE WHEN chinese > american + unknown THEN 1 WHEN american >= chinese + unknown THEN 0 END AS is_ahead
    FROM weekly
    WHERE days = 7 AND chinese > 0 AND american > 0
),
pair AS (
    SELECT
        *,
        lag(week) OVER (ORDER BY week) AS week_before,
        lag(is_ahead) OVER (ORDER BY week) AS was_ahead
    FROM judged
)
SELECT
    CAST(week + INTERVAL 6 DAY AS DATE) AS day,
    CASE WHEN is_ahead = 0 OR was_ahead = 0 THEN FALSE WHEN is_ahead + was_ahead = 2 THEN TRUE END AS holds,
    concat(
        'tokens of the week (thousand millions): Chinese ', CAST(CAST(round(chinese / 1000000000) AS BIGINT) AS VARCHAR),
        ', American ', CAST(CAST(round(american / 1000000000) AS BIGINT) AS VARCHAR),
        ', of an unknown region ', CAST(CAST(round(unknown / 1000000000) AS BIGINT) AS VARCHAR)
    ) AS evidence
FROM pair
WHERE date_diff('day', week_before, week) = 7
