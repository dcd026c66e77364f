-- SQL that the metrics of tokens on OpenRouter share. Written by the rules of months.sql.

-- Weeks by their Monday (ISO 8601), as catalogue.calendar has months.
CREATE OR REPLACE MACRO metrics.weeks() AS TABLE
SELECT CAST(date_trunc('week', c.period + INTERVAL 6 DAY) + INTERVAL 7 DAY * k.week AS DATE) AS period
FROM catalogue.calendar AS c
JOIN (VALUES (0), (1), (2), (3), (4)) AS k(week)
    ON date_trunc('week', c.period + INTERVAL 6 DAY) + INTERVAL 7 DAY * k.week < c.period_end;

-- Each entity's weeks, from the first in which one of its models was told to the last that was told at all.
--   days: of the week that were told; total: their tokens, the rest's included; tokens: those of the entity's models, NULL
--   where none of them was told.
CREATE OR REPLACE MACRO metrics.token_weeks() AS TABLE
WITH week AS (
    SELECT CAST(date_trunc('week', day) AS DATE) AS period, count(DISTINCT day) AS days, sum(tokens) AS total
    FROM staging.token_usage
    GROUP BY CAST(date_trunc('week', day) AS DATE)
),
part AS (
    SELECT m.entity_id, CAST(date_trunc('week', u.day) AS DATE) AS period, sum(u.tokens) AS tokens
    FROM staging.token_usage AS u
    JOIN catalogue.membership AS m
        ON m.subject_id = u.subject_id AND metrics.is_member(u.day, m.valid_from, m.valid_to)
    GROUP BY m.entity_id, CAST(date_trunc('week', u.day) AS DATE)
),
beginning AS (
    SELECT entity_id, min(period) AS period
    FROM part
    GROUP BY entity_id
),
ending AS (
    SELECT max(period) AS period
    FROM week
)
SELECT b.entity_id, c.period, coalesce(w.days, 0) AS days, w.total, p.tokens
FROM beginning AS b
JOIN ending AS e ON TRUE
JOIN metrics.weeks() AS c ON c.period BETWEEN b.period AND e.period
LEFT JOIN week AS w ON w.period = c.period
LEFT JOIN part AS p ON p.entity_id = b.entity_id AND p.period = c.period;
