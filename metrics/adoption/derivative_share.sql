/*+++
title = "Share of new derivatives"
question = "Which part of the new derivative models goes back to its models?"
unit = "share of derivatives"
definition = """
Of the models created in the month that name a base, the part whose root is a model of the entity. The root is where
following the bases upwards ends; a model with several bases or roots counts for each by its share, and all its shares
add up to 1. Months count from the entity's first model or derivative on. Wilson interval. `n` is the number of
derivatives created in the month, of all roots, catalogued or not.
"""
source = "ATOM Report: https://arxiv.org/abs/2604.07190; Hugging Face Hub, base_model tags: https://huggingface.co/docs/hub/model-cards#specifying-a-base-model"
caveats = [
  "Of the derivatives that were listed: those of catalogued organisations' models, and all only where a listing of the whole Hub was read.",
  "Only derivatives that were listed and still existed are seen, and many do not name their base.",
  "A root that was never listed belongs to the entity by its name alone.",
]
+++*/
WITH derivative AS (
    SELECT
        l.model_id,
        l.root_id,
        metrics.utc_day(d.created_at) AS born,
        CAST(sum(metrics.exact(l.share)) AS DECIMAL(18, 12)) AS share
    FROM staging.model_lineage AS l
    JOIN staging.model AS d ON d.model_id = l.model_id
    WHERE d.created_at IS NOT NULL
    GROUP BY l.model_id, l.root_id, metrics.utc_day(d.created_at)
),
whole AS (
    SELECT metrics.month_of(born) AS period, count(DISTINCT model_id) AS models
    FROM derivative
    GROUP BY metrics.month_of(born)
),
part AS (
    SELECT m.entity_id, metrics.month_of(d.born) AS period, CAST(round(sum(d.share), 9) AS DOUBLE) AS models
    FROM derivative AS d
    JOIN catalogue.membership AS m
        ON m.subject_id = d.root_id AND metrics.is_member(d.born, m.valid_from, m.valid_to)
    GROUP BY m.entity_id, metrics.month_of(d.born)
),
beginning AS (
    SELECT entity_id, min(period) AS period
    FROM (
        SELECT entity_id, period FROM part
        UNION ALL
        SELECT m.entity_id, metrics.month_of(metrics.utc_day(o.created_at)) AS period
        FROM staging.model AS o
        JOIN catalogue.membership AS m
            ON m.subject_id = o.model_id AND metrics.is_member(metrics.utc_day(o.created_at), m.valid_from, m.valid_to)
        WHERE o.created_at IS NOT NULL
    ) AS known
    GROUP BY entity_id
),
month AS (
    SELECT
        o.entity_id,
        o.period,
        o.complete,
        o.unfinished,
        o.covered,
        coalesce(w.models, 0) AS n,
        CASE WHEN w.models > 0 THEN least(coalesce(p.models, 0.0), w.models) END AS models
    FROM beginning AS b
    JOIN metrics.months('huggingface', 'models') AS o ON o.entity_id = b.entity_id AND o.period >= b.period
    LEFT JOIN whole AS w ON w.period = o.period
    LEFT JOIN part AS p ON p.entity_id = o.entity_id AND p.period = o.period
)
SELECT
    entity_id,
    period,
    '' AS series,
    models / n AS value,
    n,
    metrics.wilson_low(models, n) AS low,
    metrics.wilson_high(models, n) AS high,
    complete,
    CASE WHEN models IS NULL THEN 'no derivative was created' END AS reason,
    metrics.remarks(metrics.small(models, n), metrics.unfinished(unfinished), metrics.coverage(covered), NULL) AS flag
FROM month
