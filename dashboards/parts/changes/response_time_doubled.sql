/*+++
title = "Answers take twice as long"
sentence = "{entity}: the time to a first response rose from {before} to {value} within three months, and the intervals are apart."
metric = "time_to_first_response"
chart = "responsiveness.html#first-response"
format = "hours"
+++*/
-- At least double the median of three months before, and beyond chance: the two 95 % intervals do not overlap.
WITH known AS (
    SELECT entity_id, period, value, low, high, n
    FROM metrics.time_to_first_response
    WHERE series = '' AND complete AND n >= 20
),

doubled AS (
    SELECT
        now.entity_id, now.period, now.value, past.value AS before,
        lag(now.period) OVER (PARTITION BY now.entity_id ORDER BY now.period) AS earlier
    FROM known AS now
    JOIN known AS past ON past.entity_id = now.entity_id AND past.period = now.period - INTERVAL 3 MONTH
    WHERE now.value >= 2 * past.value AND now.low > past.high
)

-- One notice a spell: not again while it was told within the last three months.
SELECT entity_id, period, CAST(NULL AS VARCHAR) AS other, value, before
FROM doubled
WHERE earlier IS NULL OR earlier < period - INTERVAL 3 MONTH
