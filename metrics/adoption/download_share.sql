/*+++
title = "Share of downloads"
question = "Which part of all catalogued downloads are its models'?"
unit = "share of downloads"
definition = """
The entity's downloads in the last 30 days divided by those of all catalogued models, at the same snapshot: the last
day of the month on which any catalogued model was listed (`snapshot_day`, the same for all entities). The
shares of entities that divide the models among them add up to 1. An entity that had been seen before and has no count
on that day is unknown, not zero. `n` is the number of its models that were counted.
"""
source = "Hugging Face Hub: https://huggingface.co/docs/hub/models-download-stats"
caveats = [
  "A download is a GET or HEAD request for a query file, not a person: one user's test servers can make thousands.",
  "Of what is catalogued, not of the Hub: it changes when the catalogue changes.",
  "If a part of the models was not listed on that day, the others' shares are too large: the flag tells the coverage of the models known so far.",
]

[columns]
snapshot_day = "day of the last snapshot of any catalogued model in the month"
+++*/
WITH listed AS (
    SELECT *
    FROM metrics.entity_models()
),
counted AS (
    SELECT *
    FROM listed
    WHERE NOT is_gone
),
-- Each catalogued model once, whatever number of entities it belongs to.
catalogued AS (
    SELECT model_id, period, min(last_day) AS last_day, min(downloads) AS downloads
    FROM counted
    GROUP BY model_id, period
),
-- Models known so far and not known to be gone, in all and by entity.
known AS (
    SELECT period, sum(sum(change)) OVER (ORDER BY period) AS models
    FROM (SELECT DISTINCT model_id, period, change FROM listed)
    GROUP BY period
),
known_part AS (
    SELECT entity_id, period, sum(sum(change)) OVER (PARTITION BY entity_id ORDER BY period) AS models
    FROM listed
    GROUP BY entity_id, period
),
snapshot AS (
    SELECT c.period, max(c.last_day) AS day, max(k.models) AS models
    FROM catalogued AS c
    JOIN known AS k ON k.period = c.period
    GROUP BY c.period
),
whole AS (
    SELECT s.period, s.day, s.models, count(c.model_id) AS with_count, sum(c.downloads) AS downloads
    FROM snapshot AS s
    LEFT JOIN catalogued AS c ON c.period = s.period AND c.last_day = s.day AND c.downloads >= 0
    GROUP BY s.period, s.day, s.models
),
part AS (
    SELECT
        c.entity_id,
        c.period,
        count(CASE WHEN c.last_day = w.day AND c.downloads >= 0 THEN 1 END) AS with_count,
        sum(CASE WHEN c.last_day = w.day AND c.downloads >= 0 THEN c.downloads END) AS downloads,
        max(k.models) AS models
    FROM counted AS c
    JOIN whole AS w ON w.period = c.period
    JOIN known_part AS k ON k.entity_id = c.entity_id AND k.period = c.period
    GROUP BY c.entity_id, c.period
),
span AS (
    SELECT entity_id, min(period) AS first_period, max(period) AS last_period
    FROM part
    GROUP BY entity_id
),
share AS (
    SELECT
        s.entity_id,
        c.period,
        c.period_end,
        w.day,
        coalesce(p.with_count, 0) AS n,
        CASE WHEN w.downloads > 0 THEN p.downloads / w.downloads END AS value,
        CASE
            WHEN w.period IS NULL THEN 'no snapshot in the month'
            WHEN w.with_count = 0 THEN 'the Hub did not tell the count'
            WHEN coalesce(p.with_count, 0) = 0 THEN 'not counted at the snapshot'
            WHEN w.downloads = 0 THEN 'nothing was downloaded'
        END AS reason,
        least(w.with_count / w.models, p.with_count / p.models) AS counted
    FROM span AS s
    JOIN catalogue.calendar AS c ON c.period BETWEEN s.first_period AND s.last_period
    LEFT JOIN whole AS w ON w.period = c.period
    LEFT JOIN part AS p ON p.entity_id = s.entity_id AND p.period = c.period
)
SELECT
    s.entity_id,
    s.period,
    '' AS series,
    s.value,
    s.n,
    NULL AS low,
    NULL AS high,
    coalesce(o.complete AND metrics.is_month_end(s.day, s.period_end) AND s.counted = 1, FALSE) AS complete,
    s.reason,
    metrics.remarks(
        metrics.small(s.value, s.n),
        metrics.unfinished(NOT o.is_over),
        CASE WHEN s.value IS NOT NULL THEN metrics.coverage(least(coalesce(o.covered, 1), s.counted)) END,
        CASE WHEN o.is_over AND NOT metrics.is_month_end(s.day, s.period_end) THEN 'early snapshot' END
    ) AS flag,
    s.day AS snapshot_day
FROM share AS s
LEFT JOIN metrics.months('huggingface', 'models') AS o ON o.entity_id = s.entity_id AND o.period = s.period
