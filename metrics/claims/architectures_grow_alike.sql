/*+++
title = "New open models grow more alike in architecture."
kind = "state"
said_by = "Bommasani et al., On the opportunities and risks of foundation models: homogenization"
said_on = "2021-08-16"
source = "https://arxiv.org/abs/2108.07258"
speaks_of = [2021-01-01, 2021-12-31]
refuted_by = "The diversity of the architectures of new models being higher in the last 12 months than in the 12 before, by more than chance."
needs = "the architectures of the catalogue's new models in at least 9 months of the last 12 and of the 12 before"
caveats = [
  "Of the catalogued model projects, not of the Hub: small publishers may be more diverse, or less.",
  "Judged by Welch's t on the logarithms of the monthly values; months that follow one another are not independent.",
  "Only models that still existed when they were listed are seen.",
]
+++*/
WITH monthly AS (
    SELECT period, metrics.exact(ln(value)) AS logarithm
    FROM metrics.architecture_diversity
    WHERE entity_id = 'layer:model' AND series = '' AND value > 0 AND coalesce(flag, '') NOT LIKE '%incomplete month%'
),
windowed AS (
    SELECT
        c.period,
        c.period_end,
        count(CASE WHEN date_diff('month', m.period, c.period) < 12 THEN 1 END) AS n,
        sum(CASE WHEN date_diff('month', m.period, c.period) < 12 THEN m.logarithm END) AS total,
        sum(CASE WHEN date_diff('month', m.period, c.period) < 12 THEN m.logarithm * m.logarithm END) AS squares,
        count(CASE WHEN date_diff('month', m.period, c.period) >= 12 THEN 1 END) AS n_before,
        sum(CASE WHEN date_diff('month', m.period, c.period) >= 12 THEN m.logarithm END) AS total_before,
        sum(CASE WHEN date_diff('month', m.period, c.period) >= 12 THEN m.logarithm * m.logarithm END) AS squares_before
    FROM monthly AS e
    JOIN catalogue.calendar AS c ON c.period = e.period
    JOIN monthly AS m ON date_diff('month', m.period, c.period) BETWEEN 0 AND 23
    GROUP BY c.period, c.period_end
),
compared AS (
    SELECT
        *,
        CAST(total AS DOUBLE) / n - CAST(total_before AS DOUBLE) / n_before AS difference,
        sqrt(
            metrics.deviation(squares, total, n) / (n - 1) / n
            + metrics.deviation(squares_before, total_before, n_before) / (n_before - 1) / n_before
        ) * metrics.t_975(least(n, n_before) - 1) AS half_width
    FROM windowed
    WHERE n >= 9 AND n_before >= 9
)
SELECT
    period_end - INTERVAL 1 DAY AS day,
    CASE WHEN difference + half_width < 0 THEN TRUE WHEN difference - half_width > 0 THEN FALSE END AS holds,
    concat(
        'diversity of 12 months against the 12 before: ', CAST(CAST(round(100 * (exp(difference) - 1)) AS BIGINT) AS VARCHAR),
        ' %, interval ', CAST(CAST(round(100 * (exp(difference - half_width) - 1)) AS BIGINT) AS VARCHAR), ' to ',
        CAST(CAST(round(100 * (exp(difference + half_width) - 1)) AS BIGINT) AS VARCHAR), ' %'
    ) AS evidence
FROM compared
