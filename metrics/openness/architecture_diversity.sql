/*+++
title = "Diversity of architectures"
question = "As diverse as that many equally frequent architectures?"
unit = "architectures"
definition = """
The Hill number of order 2 of the architectures (`model_type` of the configuration) of the entity's models created in the
month: 1 / Σp², where Σp² is the part of the pairs of models, of two different releases, that are of one architecture. What
one organisation creates on one day is one release: a family comes in many sizes and variants that were not chosen
one by one. It reads: as diverse as that many equally frequent architectures; at least 1. It falls where new models grow alike.
Models without a known architecture are left out; the flag tells their part. The interval is a delete-a-group jackknife
of its logarithm over 12 groups by a hash of the release; at least 6 releases are needed. Where all models are of one
architecture its upper end is 20^(2/releases). Months count from the first model on. `n` is the number of models with a
known architecture.
"""
source = "Simpson, Measurement of diversity, Nature 163 (1949) 688; Hill, Diversity and evenness, Ecology 54 (1973) 427"
caveats = [
  "With pairs within a release in it, a month of few families looks less diverse than it is: see docs/intervals.md.",
  "Of few releases the estimate can exceed the number of architectures seen.",
  "`model_type` names the code that runs a model; two of them may differ in little else than the name.",
  "Only models that still existed when they were listed are seen.",
]

[columns]
releases = "releases that the models come from"
+++*/
WITH model AS (
    SELECT DISTINCT
        m.entity_id,
        o.model_id,
        metrics.month_of(metrics.utc_day(o.created_at)) AS period,
        o.model_type,
        concat(coalesce(o.organization, ''), ' ', CAST(metrics.utc_day(o.created_at) AS VARCHAR)) AS release
    FROM staging.model AS o
    JOIN catalogue.membership AS m
        ON m.subject_id = o.model_id AND metrics.is_member(metrics.utc_day(o.created_at), m.valid_from, m.valid_to)
    WHERE o.created_at IS NOT NULL
),
cell AS (
    SELECT entity_id, period, model_type, release, metrics.hash_group(release) AS part, count(*) AS models
    FROM model
    WHERE model_type IS NOT NULL
    GROUP BY entity_id, period, model_type, release
),
release AS (
    SELECT entity_id, period, release, part, sum(models) AS models
    FROM cell
    GROUP BY entity_id, period, release, part
),
-- Of a group and an architecture: its models, and how many of that architecture there are in all.
type_part AS (
    SELECT
        entity_id,
        period,
        model_type,
        part,
        sum(models) AS models,
        sum(models * models) AS squares,
        sum(sum(models)) OVER (PARTITION BY entity_id, period, model_type) AS models_of_type
    FROM cell
    GROUP BY entity_id, period, model_type, part
),
-- Ordered pairs of models of one architecture whose first is in the group; those of which either is; those within a release.
alike AS (
    SELECT
        entity_id,
        period,
        part,
        CAST(sum(models * models_of_type) AS BIGINT) AS pairs,
        CAST(sum(models * (2 * models_of_type - models)) AS BIGINT) AS pairs_lost,
        CAST(sum(squares) AS BIGINT) AS within
    FROM type_part
    GROUP BY entity_id, period, part
),
size AS (
    SELECT entity_id, period, part, count(*) AS releases, CAST(sum(models) AS BIGINT) AS models, CAST(sum(models * models) AS BIGINT) AS squares
    FROM release
    GROUP BY entity_id, period, part
),
total AS (
    SELECT
        s.entity_id,
        s.period,
        CAST(sum(s.releases) AS BIGINT) AS releases,
        CAST(sum(s.models) AS BIGINT) AS models,
        CAST(sum(s.squares) AS BIGINT) AS squares,
        CAST(sum(a.pairs) AS BIGINT) AS pairs,
        CAST(sum(a.within) AS BIGINT) AS within
    FROM size AS s
    JOIN alike AS a ON a.entity_id = s.entity_id AND a.period = s.period AND a.part = s.part
    GROUP BY s.entity_id, s.period
),
without_part AS (
    SELECT
        s.entity_id,
        s.period,
        CAST((t.models - s.models) * (t.models - s.models) - (t.squares - s.squares) AS DOUBLE) AS pairs,
        CAST(t.pairs - a.pairs_lost - (t.within - a.within) AS DOUBLE) AS pairs_alike
    FROM size AS s
    JOIN alike AS a ON a.entity_id = s.entity_id AND a.period = s.period AND a.part = s.part
    JOIN total AS t ON t.entity_id = s.entity_id AND t.period = s.period
),
jackknife AS (
    SELECT
        entity_id,
        period,
        count(*) AS parts,
        count(logarithm) AS usable,
        metrics.deviation(sum(logarithm * logarithm), sum(logarithm), count(*)) AS deviation
    FROM (
        SELECT entity_id, period, CASE WHEN pairs_alike > 0 THEN metrics.exact(ln(pairs / pairs_alike)) END AS logarithm
        FROM without_part
    ) AS estimates
    GROUP BY entity_id, period
),
estimate AS (
    SELECT
        t.entity_id,
        t.period,
        t.releases,
        CASE
            WHEN t.pairs > t.within THEN CAST(t.models * t.models - t.squares AS DOUBLE) / (t.pairs - t.within)
        END AS types,
        CASE
            WHEN t.releases < 6 THEN NULL
            WHEN t.pairs - t.within = t.models * t.models - t.squares THEN metrics.one_kind_factor(t.releases)
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
        WHEN e.releases < 2 THEN 'one release only'
        WHEN e.types IS NULL THEN 'no two releases are of one architecture'
    END AS reason,
    metrics.remarks(
        metrics.small(e.types, m.known),
        metrics.unfinished(o.unfinished),
        metrics.coverage(o.covered),
        metrics.unknown_share((m.models - m.known) / m.models)
    ) AS flag,
    CAST(coalesce(e.releases, 0) AS BIGINT) AS releases
FROM beginning AS b
JOIN metrics.months('huggingface', 'models') AS o ON o.entity_id = b.entity_id AND o.period >= b.period
LEFT JOIN monthly AS m ON m.entity_id = o.entity_id AND m.period = o.period
LEFT JOIN estimate AS e ON e.entity_id = o.entity_id AND e.period = o.period
