/*+++
title = "Down to one person"
sentence = "{entity}: the absence factor fell from {before} to 1. Half of a year's commits were by one person."
metric = "contributor_absence_factor"
chart = "contributors.html#absence-factor"
format = "count"
+++*/
-- The first month of each spell at 1, after a known month above it; whole months only, with at least 20 commits in the year.
WITH known AS (
    SELECT entity_id, period, value, n, lag(value) OVER (PARTITION BY entity_id ORDER BY period) AS before
    FROM metrics.contributor_absence_factor
    WHERE series = '' AND complete AND value IS NOT NULL
)

SELECT entity_id, period, CAST(NULL AS VARCHAR) AS other, value, before
FROM known
WHERE value = 1 AND before > 1 AND n >= 20
