/*+++
title = "Diversity of architectures"
question = "As diverse as that many equally frequent architectures?"
unit = "architectures"
definition = """
The Hill number of order 2 of the architectures (`model_type` of the configuration) of the entity's models created in the
month, with the unbiased estimate Σ m(m-1) / N(N-1) of Σp² for m models of one architecture and N models in all. It
reads: as diverse as that many equally frequent architectures; at least 1. It falls where new models grow alike.
Models without a known architecture are left out; the flag tells their part. The interval is a delete-a-group jackknife
of its logarithm over 12 groups by a hash of the model; at least 6 models are needed. Where all are of one architecture
its upper end is 20^(2/n). Months count from the first model on. `n` is the number of models with a known architecture.
"""
source = "Simpson, Measurement of diversity, Nature 163 (1949) 688; Hill, Diversity and evenness, Ecology 54 (1973) 427"
caveats = [
  "A family comes in many sizes and variants of one architecture, released on one day: they are single models here, and the interval is then too narrow.",
  "`model_type` names the code that runs a model; two of them may differ in little else than the name.",
  "Only models that still existed when they were listed are seen.",
]
+++*/
WITH model AS (
    SELECT DISTINCT
        m.entity_id,
        o.model_id,
        metrics.month_of(metrics.utc_day(o.created_at)) AS period,
        o.model_type,
        metrics.hash_group(o.model_id) AS part
    FROM staging.model AS o
    JOIN catalogue.membership AS m
        ON m.subject_id = o.model_id AND metrics.is_member(metrics.utc_day(o.created_at), m.valid_from, m.valid_to)
    WHERE o.created_at IS NOT NULL
),
-- Models by architecture and group, and what the sums over architectures lose when the group is left out.
cell AS (
    SELECT
        entity_id,
        period,
        model_type,
        part,
        count(*) AS models,
        sum(count(*)) OVER (PARTITION BY entity_id, period, model_type) AS models_of_type
    FROM model
    WHERE model_type IS NOT NULL
    GROUP BY entity_id, period, model_type, part
),
part AS (
    SELECT
        entity_id,
        period,
        part,
        sum(models) AS models,
        sum(models * (models_of_type - 1)) AS pairs,
        sum(models * (2 * models_of_type - models - 1)) AS pairs_lost
    FROM cell
    GROUP BY entity_id, period, part
),
total AS (
    SELECT entity_id, period, sum(models) AS models, sum(pairs) AS pairs
    FROM part
    GROUP BY entity_id, period
),
without_part AS (
    SELECT p.entity_id, p.period, metrics.log_effective(t.models - p.models, t.pairs - p.pairs_lost) AS logarithm
    FROM part AS p
    JOIN total AS t ON t.entity_id = p.entity_id AND t.period = p.period
),
jackknife AS (
    SELECT
        entity_id,
        period,
        count(*) AS parts,
        count(logarithm) AS usable,
        metrics.deviation(sum(logarithm * logarithm), sum(logarithm), count(*)) AS deviation
    FROM without_part
    GROUP BY entity_id, period
),
estimate AS (
    SELECT
        t.entity_id,
        t.period,
        CASE WHEN t.pairs > 0 THEN CAST(t.models AS DOUBLE) * (t.models - 1) / t.pairs END AS types,
        CASE
            WHEN t.models < 6 THEN NULL
            WHEN t.pairs = t.models * (t.models - 1) THEN metrics.one_kind_factor(t.models)
            ELSE metrics.jackknife_factor(j.parts, j.usable, j.deviation)
        END AS factor
    FROM total AS t
    JOIN jackknife AS j ON j.entity_id = t.entity_id AND j.period = t.period
),
monthly AS (
    SELECT entity_id, period, count(*) AS models, count(model_type) AS known
    FROM model
    GROUP BY entity_id, period
),
beginning AS (
    SELECT entity_id, min(period) AS period
    FROM monthly
    GROUP BY entity_id
)
SELECT
    o.entity_id,
    o.period,
    '' AS series,
    e.types AS value,
    coalesce(m.known, 0) AS n,
    metrics.at_least_one(e.types / e.factor) AS low,
    e.types * e.factor AS high,
    o.complete,
    CASE
        WHEN m.models IS NULL THEN 'no model was created'
        WHEN m.known < 2 THEN 'fewer than 2 models of a known architecture'
        WHEN e.types IS NULL THEN 'no two models of one architecture'
    END AS reason,
    metrics.remarks(
        metrics.small(e.types, m.known),
        metrics.unfinished(o.unfinished),
        metrics.coverage(o.covered),
        metrics.unknown_share((m.models - m.known) / m.models)
    ) AS flag
FROM beginning AS b
JOIN metrics.months('huggingface', 'models') AS o ON o.entity_id = b.entity_id AND o.period >= b.period
LEFT JOIN monthly AS m ON m.entity_id = o.entity_id AND m.period = o.period
LEFT JOIN estimate AS e ON e.entity_id = o.entity_id AND e.period = o.period
