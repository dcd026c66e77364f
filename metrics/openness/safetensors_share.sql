/*+++
title = "Models in safetensors"
question = "How many of its models come in a format that runs no code?"
unit = "share of models"
definition = """
Of the entity's models that existed at the end of the month and whose weights are in safetensors or in pickle files, the
part that has them in safetensors: loading a pickle runs whatever code is in it, loading safetensors does not. By the
files told last. Models in neither format (GGUF, ONNX and others) are not in it. Where the files of no model were told
the value is unknown. `n` is the number of models with weights in one of the two.
"""
source = "Hugging Face Hub, pickle scanning: https://huggingface.co/docs/hub/security-pickle"
caveats = [
  "By the files that are there now: a model that was converted later counts as safetensors in its earlier months, too.",
  "A model with both counts as safetensors: libraries prefer it, a user may not.",
  "There is no interval: all models whose files were told are counted, not a sample of them.",
]
+++*/
WITH model AS (
    SELECT
        model_id,
        created_at,
        CASE
            WHEN formats IS NULL THEN 'not told'
            WHEN list_contains(formats, 'safetensors') THEN 'safetensors'
            WHEN list_contains(formats, 'pickle') THEN 'pickle'
            ELSE 'neither'
        END AS form
    FROM staging.model
    WHERE created_at IS NOT NULL
),
monthly AS (
    SELECT
        o.entity_id,
        o.period,
        o.complete,
        o.unfinished,
        o.covered,
        count(DISTINCT e.model_id) AS models,
        count(DISTINCT CASE WHEN e.form <> 'not told' THEN e.model_id END) AS told,
        count(DISTINCT CASE WHEN e.form IN ('safetensors', 'pickle') THEN e.model_id END) AS n,
        count(DISTINCT CASE WHEN e.form = 'safetensors' THEN e.model_id END) AS safe
    FROM model AS e
    JOIN catalogue.membership AS m ON m.subject_id = e.model_id
    JOIN metrics.months('huggingface', 'models') AS o
        ON o.entity_id = m.entity_id
        AND o.period_end > metrics.utc_day(e.created_at)
        AND metrics.is_member(o.period_end - INTERVAL 1 DAY, m.valid_from, m.valid_to)
    GROUP BY o.entity_id, o.period, o.complete, o.unfinished, o.covered
)
SELECT
    entity_id,
    period,
    '' AS series,
    CASE WHEN n > 0 THEN safe / n END AS value,
    n,
    NULL AS low,
    NULL AS high,
    complete AND told = models AS complete,
    CASE
        WHEN told = 0 THEN 'the Hub did not tell the files'
        WHEN n = 0 THEN 'no model in either format'
    END AS reason,
    metrics.remarks(
        CASE WHEN n > 0 THEN metrics.small(n, n) END,
        metrics.unfinished(unfinished),
        CASE WHEN n > 0 THEN metrics.coverage(least(covered, told / models)) END,
        NULL
    ) AS flag
FROM monthly
