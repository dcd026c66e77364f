/*+++
title = "Applications"
question = "How many Spaces use its models?"
unit = "Spaces"
definition = """
Spaces on the Hugging Face Hub that were seen to use one of the entity's models by the end of the month and were not
found to have stopped, each once however many of the models it uses; from the month in which Spaces were first listed.
Series `new`: Spaces created in the month that were ever seen to use one, from the first of them on. `n` is the number
of Spaces.
"""
source = "Hugging Face Hub, Spaces by model: https://huggingface.co/docs/hub/spaces"
caveats = [
  "Of each organisation, the most downloaded and most liked models are asked, each about once a week: a lower bound.",
  "What a Space uses is what its author or its code tells the Hub; a Space that calls a model through a provider is not always seen.",
  "A Space is no user: many are copies, and many sleep.",
  "Series `new` shows only Spaces that still were there when they were first listed: earlier months lack what was deleted.",
]
+++*/
WITH used AS (
    SELECT DISTINCT m.entity_id, s.space_id, s.created_at, s.first_day, s.gone_day
    FROM staging.space_model AS s
    JOIN catalogue.membership AS m
        ON m.subject_id = s.model_id AND metrics.is_member(s.first_day, m.valid_from, m.valid_to)
),
opening AS (
    SELECT min(first_day) AS first_day
    FROM staging.space_model
),
level AS (
    SELECT u.entity_id, c.period, '' AS series, count(DISTINCT u.space_id) AS spaces
    FROM used AS u
    JOIN catalogue.calendar AS c
        ON c.period_end > u.first_day AND (u.gone_day IS NULL OR c.period_end <= u.gone_day)
    GROUP BY u.entity_id, c.period
    UNION ALL
    SELECT entity_id, metrics.month_of(metrics.utc_day(created_at)) AS period, 'new' AS series,
        count(DISTINCT space_id) AS spaces
    FROM used
    WHERE created_at IS NOT NULL
    GROUP BY entity_id, metrics.month_of(metrics.utc_day(created_at))
),
beginning AS (
    SELECT entity_id, series, min(period) AS period
    FROM level
    WHERE series = 'new'
    GROUP BY entity_id, series
    UNION ALL
    SELECT DISTINCT m.entity_id, '' AS series, metrics.month_of(o.first_day) AS period
    FROM metrics.months('huggingface', 'spaces') AS m
    JOIN opening AS o ON o.first_day IS NOT NULL
),
month AS (
    SELECT m.entity_id, m.period, b.series, m.complete, m.unfinished, m.covered, coalesce(l.spaces, 0) AS spaces
    FROM beginning AS b
    JOIN metrics.months('huggingface', 'spaces') AS m ON m.entity_id = b.entity_id AND m.period >= b.period
    LEFT JOIN level AS l ON l.entity_id = m.entity_id AND l.period = m.period AND l.series = b.series
)
SELECT
    entity_id,
    period,
    series,
    spaces AS value,
    spaces AS n,
    NULL AS low,
    NULL AS high,
    complete,
    NULL AS reason,
    metrics.remarks(metrics.small(spaces, spaces), metrics.unfinished(unfinished), metrics.coverage(covered), NULL)
        AS flag
FROM month
