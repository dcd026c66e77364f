/*+++
title = "Adoption momentum"
question = "Are its new models on their way to the ten most downloaded of their size?"
unit = "ratio to the tenth"
definition = """
The median, over the entity's models released in the month, of the relative adoption metric of the ATOM Report, edition
2026-Q2: downloads until `t` days after release divided by those of the tenth most downloaded at the same age among the
catalogued models of the same size class (`momentum_by_model` has them one by one, and all details). Above 1, half of
them are on track for the top ten. The main series is t = 30; series `age:7`, `age:90` and `age:180` are the other ages,
`edition:2026-01 age:30` and its like the earlier edition, which divides by the median of the top ten instead. Months
count from the first release on; one without a release is unknown. `n` is the number of models in the median, `peers`
the fewest that one of them was compared with.
"""
source = "ATOM Report, edition 2026-Q2, and the January 2026 edition: https://arxiv.org/abs/2604.07190"
caveats = [
  "All models of the month are in it, small variants as well as flagships: look at `momentum_by_model` before you compare.",
  "The tenth is that of the catalogue, not of the Hub: who catalogues more models of a size raises it.",
  "There is no interval: it is the median of all its models, not of a sample of them.",
]

[columns]
peers = "fewest models that one of its models was compared with, itself included"
+++*/
WITH model AS (
    SELECT m.entity_id, metrics.month_of(r.released) AS period, r.*
    FROM metrics.model_momentum() AS r
    JOIN catalogue.membership AS m
        ON m.subject_id = r.model_id AND metrics.is_member(r.released, m.valid_from, m.valid_to)
),
measured AS (
    SELECT entity_id, period, CASE WHEN age = 30 THEN '' ELSE concat('age:', CAST(age AS VARCHAR)) END AS series,
        model_id, ratio, peers, reason
    FROM model
    UNION ALL
    SELECT entity_id, period, concat('edition:2026-01 age:', CAST(age AS VARCHAR)) AS series,
        model_id, earlier_ratio AS ratio, peers, reason
    FROM model
),
ranked AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY entity_id, period, series ORDER BY ratio NULLS LAST, model_id) AS place,
        count(ratio) OVER (PARTITION BY entity_id, period, series) AS known
    FROM measured
),
middle AS (
    SELECT
        entity_id,
        period,
        series,
        count(*) AS models,
        max(known) AS n,
        min(CASE WHEN ratio IS NOT NULL THEN peers END) AS peers,
        (max(CASE WHEN place = (known + 1) // 2 THEN ratio END) + max(CASE WHEN place = known // 2 + 1 THEN ratio END)) / 2 AS ratio,
        -- of the reasons, that of the model which came furthest
        coalesce(
            max(CASE WHEN reason LIKE 'the tenth%' THEN reason END),
            max(CASE WHEN reason LIKE 'fewer%' THEN reason END),
            max(CASE WHEN reason LIKE 'its size%' THEN reason END),
            max(CASE WHEN reason LIKE 'not observed%' THEN reason END),
            max(reason)
        ) AS reason
    FROM ranked
    GROUP BY entity_id, period, series
),
beginning AS (
    SELECT entity_id, series, min(period) AS period
    FROM middle
    GROUP BY entity_id, series
),
month AS (
    SELECT o.entity_id, o.period, b.series, o.complete, o.unfinished, o.covered, m.ratio, m.models, m.n, m.peers, m.reason
    FROM beginning AS b
    JOIN metrics.months('huggingface', 'models') AS o ON o.entity_id = b.entity_id AND o.period >= b.period
    LEFT JOIN middle AS m ON m.entity_id = o.entity_id AND m.period = o.period AND m.series = b.series
)
SELECT
    entity_id,
    period,
    series,
    ratio AS value,
    coalesce(n, 0) AS n,
    NULL AS low,
    NULL AS high,
    coalesce(complete AND n = models, FALSE) AS complete,
    CASE WHEN models IS NULL THEN 'no release in the month' WHEN ratio IS NULL THEN reason END AS reason,
    metrics.remarks(
        metrics.small(ratio, n),
        metrics.unfinished(unfinished),
        CASE WHEN ratio IS NOT NULL THEN metrics.coverage(least(covered, n / models)) END,
        NULL
    ) AS flag,
    peers
FROM month
