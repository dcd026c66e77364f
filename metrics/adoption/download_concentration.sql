/*+++
title = "Concentration of downloads"
question = "Do few organisations have most of the downloads?"
unit = "index from 0 to 1"
definition = """
The Hirschman-Herfindahl index of the Hub's downloads in the last 30 days over the organisations that publish the
entity's models, at the last snapshot of its models in the month (`snapshot_day`): the sum of the squared shares. It is
the probability that two downloads drawn at random are of one organisation: 1 where there is one only, 1/k for k equal
ones. Series `stat:gini`: the Gini coefficient of the same downloads, 0 where all organisations have equally many; it is
not given for a single organisation. `n` is the number of organisations with a counted model.
"""
source = "Hirschman, The paternity of an index, American Economic Review 54 (1964) 761; Gini, Variabilità e mutabilità (1912)"
caveats = [
  "An organisation is an owner's name on the Hub: a company with two names is two.",
  "Of what is catalogued, not of the Hub: small publishers that nobody catalogued would lower the index and raise the Gini coefficient.",
  "A listing may show other models another day: the flag tells which part of the models known so far was counted.",
]

[columns]
snapshot_day = "day of the last snapshot in the month"
+++*/
WITH listed AS (
    SELECT *
    FROM metrics.entity_models()
),
known AS (
    SELECT entity_id, period, sum(sum(change)) OVER (PARTITION BY entity_id ORDER BY period) AS models
    FROM listed
    GROUP BY entity_id, period
),
snapshot AS (
    SELECT l.entity_id, l.period, max(l.last_day) AS day, max(k.models) AS models
    FROM listed AS l
    JOIN known AS k ON k.entity_id = l.entity_id AND k.period = l.period
    WHERE NOT l.is_gone
    GROUP BY l.entity_id, l.period
),
organization AS (
    SELECT
        l.entity_id,
        l.period,
        o.organization,
        count(*) AS models,
        CAST(sum(l.downloads) AS DECIMAL(18, 0)) AS downloads
    FROM listed AS l
    JOIN snapshot AS s ON s.entity_id = l.entity_id AND s.period = l.period AND s.day = l.last_day
    JOIN staging.model AS o ON o.model_id = l.model_id
    WHERE NOT l.is_gone AND l.downloads >= 0 AND o.organization IS NOT NULL
    GROUP BY l.entity_id, l.period, o.organization
),
ranked AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY entity_id, period ORDER BY downloads, organization) AS place,
        count(*) OVER (PARTITION BY entity_id, period) AS organizations
    FROM organization
),
total AS (
    SELECT
        entity_id,
        period,
        count(*) AS organizations,
        CAST(sum(models) AS BIGINT) AS models,
        CAST(sum(downloads) AS DOUBLE) AS downloads,
        CAST(sum(downloads * downloads) AS DOUBLE) AS squares,
        CAST(sum(downloads * (2 * place - organizations - 1)) AS DOUBLE) AS spread
    FROM ranked
    GROUP BY entity_id, period
),
span AS (
    SELECT entity_id, min(period) AS first_period, max(period) AS last_period
    FROM snapshot
    GROUP BY entity_id
),
month AS (
    SELECT
        p.entity_id,
        c.period,
        c.period_end,
        s.day,
        coalesce(t.organizations, 0) AS n,
        t.models / s.models AS counted,
        CASE WHEN t.downloads > 0 THEN least(t.squares / t.downloads / t.downloads, 1.0) END AS herfindahl,
        CASE WHEN t.downloads > 0 AND t.organizations > 1 THEN t.spread / t.organizations / t.downloads END AS gini,
        CASE
            WHEN s.period IS NULL THEN 'no snapshot in the month'
            WHEN t.period IS NULL THEN 'the Hub did not tell the count'
            WHEN t.downloads = 0 THEN 'nothing was downloaded'
        END AS reason
    FROM span AS p
    JOIN catalogue.calendar AS c ON c.period BETWEEN p.first_period AND p.last_period
    LEFT JOIN snapshot AS s ON s.entity_id = p.entity_id AND s.period = c.period
    LEFT JOIN total AS t ON t.entity_id = p.entity_id AND t.period = c.period
),
series AS (
    SELECT *, '' AS series, herfindahl AS value, reason AS why_not
    FROM month
    UNION ALL
    SELECT *, 'stat:gini' AS series, gini AS value, coalesce(reason, CASE WHEN n = 1 THEN 'one organisation only' END) AS why_not
    FROM month
)
SELECT
    s.entity_id,
    s.period,
    s.series,
    s.value,
    s.n,
    NULL AS low,
    NULL AS high,
    coalesce(o.complete AND metrics.is_month_end(s.day, s.period_end) AND s.counted = 1, FALSE) AS complete,
    s.why_not AS reason,
    metrics.remarks(
        metrics.small(s.value, s.n),
        metrics.unfinished(NOT o.is_over),
        CASE WHEN s.value IS NOT NULL THEN metrics.coverage(least(coalesce(o.covered, 1), s.counted)) END,
        CASE WHEN o.is_over AND NOT metrics.is_month_end(s.day, s.period_end) THEN 'early snapshot' END
    ) AS flag,
    s.day AS snapshot_day
FROM series AS s
LEFT JOIN metrics.months('huggingface', 'models') AS o ON o.entity_id = s.entity_id AND o.period = s.period
