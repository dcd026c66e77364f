/*+++
title = "Derivative models"
question = "How many new models build on it?"
unit = "models"
definition = """
Models created on the Hub in the month that name a model of the entity as their base, the entity's own models included.
Series `relation:<r>` counts those that name it as finetune, adapter, quantized, merge or unspecified, from the month in
which the relation is first seen. Months count from the first model of the entity on. `n` is the number of derivatives.
"""
source = "Hugging Face Hub, base_model tags: https://huggingface.co/docs/hub/model-cards#specifying-a-base-model"
caveats = [
  "Only derivatives that were listed and still existed are seen, so earlier months lack what was deleted since.",
  "Many derivatives do not name their base: this is a lower bound.",
  "A derivative that names two relations is in both series, and in the main series once.",
]
+++*/
WITH named AS (
    SELECT DISTINCT m.entity_id, d.model_id, metrics.month_of(metrics.utc_day(d.created_at)) AS period, l.relation
    FROM staging.model_lineage AS l
    JOIN staging.model AS d ON d.model_id = l.model_id
    JOIN catalogue.membership AS m
        ON m.subject_id = l.parent_id AND metrics.is_member(metrics.utc_day(d.created_at), m.valid_from, m.valid_to)
    WHERE d.created_at IS NOT NULL
),
monthly AS (
    SELECT entity_id, period, '' AS series, count(DISTINCT model_id) AS models
    FROM named
    GROUP BY entity_id, period
    UNION ALL
    SELECT entity_id, period, concat('relation:', relation) AS series, count(DISTINCT model_id) AS models
    FROM named
    WHERE relation IS NOT NULL
    GROUP BY entity_id, period, relation
),
origin AS (
    SELECT entity_id, series, period
    FROM monthly
    UNION ALL
    SELECT m.entity_id, '' AS series, metrics.month_of(metrics.utc_day(o.created_at)) AS period
    FROM staging.model AS o
    JOIN catalogue.membership AS m
        ON m.subject_id = o.model_id AND metrics.is_member(metrics.utc_day(o.created_at), m.valid_from, m.valid_to)
    WHERE o.created_at IS NOT NULL
),
beginning AS (
    SELECT entity_id, series, min(period) AS period
    FROM origin
    GROUP BY entity_id, series
),
month AS (
    SELECT m.entity_id, m.period, b.series, m.complete, m.unfinished, m.covered, coalesce(d.models, 0) AS models
    FROM beginning AS b
    JOIN metrics.months('huggingface', 'models') AS m ON m.entity_id = b.entity_id AND m.period >= b.period
    LEFT JOIN monthly AS d ON d.entity_id = m.entity_id AND d.period = m.period AND d.series = b.series
)
SELECT
    entity_id,
    period,
    series,
    models AS value,
    models AS n,
    NULL AS low,
    NULL AS high,
    complete,
    NULL AS reason,
    metrics.remarks(metrics.small(models, models), metrics.unfinished(unfinished), metrics.coverage(covered), NULL)
        AS flag
FROM month
