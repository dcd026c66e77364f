/*+++
title = "The lead in downloads changed hands"
sentence = "{entity} passed {other}: its models now have the most downloads of all ecosystems, {value} in 30 days."
metric = "downloads"
chart = "adoption.html#downloads"
format = "count"
+++*/
-- The ecosystem with the most downloads in the last 30 days, where it is not the one of the month before. A tie names nobody.
WITH ranked AS (
    SELECT
        v.entity_id, v.period, v.value,
        rank() OVER (PARTITION BY v.period ORDER BY v.value DESC) AS place,
        count(*) OVER (PARTITION BY v.period, v.value) AS ties
    FROM metrics.downloads AS v
    JOIN catalogue.entity AS e ON e.entity_id = v.entity_id
    WHERE e.kind = 'ecosystem' AND v.series = '' AND v.value > 0
),

leader AS (
    SELECT entity_id, period, value, lag(entity_id) OVER (ORDER BY period) AS other
    FROM ranked
    WHERE place = 1 AND ties = 1
)

SELECT entity_id, period, other, value, CAST(NULL AS DOUBLE) AS before
FROM leader
WHERE other <> entity_id
