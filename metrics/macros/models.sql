-- SQL that the metrics of Hub models share. Written by the rules of months.sql.

-- Size classes by total parameters: ATOM Report (arXiv 2604.07190); its class of 5 to 10 thousand million is labelled 7-9B there.
CREATE OR REPLACE MACRO metrics.size_class(parameters) AS
    CASE
        WHEN parameters < 1000000000 THEN '<1B'
        WHEN parameters < 5000000000 THEN '1-5B'
        WHEN parameters < 10000000000 THEN '5-10B'
        WHEN parameters < 50000000000 THEN '10-50B'
        WHEN parameters < 100000000000 THEN '50-100B'
        WHEN parameters < 250000000000 THEN '100-250B'
        WHEN parameters >= 250000000000 THEN '>=250B'
    END;

-- The count at an age, from the nearest snapshots before and after it: (before, count_before) and (after, count_after).
-- At age 0 it is 0. NULL if none of both lies within min(3 days, 0.1 age), or if nothing was seen at that age or later.
CREATE OR REPLACE MACRO metrics.count_at_age(age, before, count_before, after, count_after) AS
    CASE
        WHEN after = age THEN CAST(count_after AS DOUBLE)
        WHEN after IS NULL OR least(age - coalesce(before, -1000000), after - age) > least(3.0, 0.1 * age) THEN NULL
        ELSE coalesce(count_before, 0)
            + CAST(count_after - coalesce(count_before, 0) AS DOUBLE) * (age - coalesce(before, 0)) / (after - coalesce(before, 0))
    END;

-- Catalogued models at the ages of 7, 30, 90 and 180 days: downloads since release, and what they are measured against.
--   peers: models of the size class observed at that age. tenth: downloads of the tenth most downloaded of them;
--   middle: the median of the ten most downloaded. ratio, earlier_ratio: downloads / tenth, downloads / middle.
--   reason: why ratio is NULL.
CREATE OR REPLACE MACRO metrics.model_momentum() AS TABLE
WITH age AS (
    SELECT 7 AS age UNION ALL SELECT 30 AS age UNION ALL SELECT 90 AS age UNION ALL SELECT 180 AS age
),
catalogued AS (
    SELECT DISTINCT subject_id AS model_id
    FROM catalogue.membership
),
-- The Hub dates all that is older to the day on which it began to keep dates: huggingface.co/docs/hub, createdAt.
model AS (
    SELECT
        o.model_id,
        o.name,
        metrics.utc_day(o.created_at) AS released,
        metrics.size_class(o.parameters) AS size_class,
        metrics.utc_day(o.created_at) > DATE '2022-03-02' AS is_dated
    FROM staging.model AS o
    JOIN catalogued AS c ON c.model_id = o.model_id
    WHERE o.created_at IS NOT NULL
),
told AS (
    SELECT s.model_id, date_diff('day', m.released, s.day) AS days, s.downloads_all_time AS downloads
    FROM staging.model_snapshot AS s
    JOIN model AS m ON m.model_id = s.model_id
    WHERE s.downloads_all_time >= 0 AND NOT coalesce(s.gone, FALSE) AND s.day > m.released AND m.is_dated
),
near AS (
    SELECT
        t.model_id,
        a.age,
        max(CASE WHEN t.days <= a.age THEN t.days END) AS before,
        arg_max(t.downloads, CASE WHEN t.days <= a.age THEN t.days END) AS count_before,
        min(CASE WHEN t.days >= a.age THEN t.days END) AS after,
        arg_min(t.downloads, CASE WHEN t.days >= a.age THEN t.days END) AS count_after
    FROM told AS t
    CROSS JOIN age AS a
    GROUP BY t.model_id, a.age
),
reached AS (
    SELECT
        m.*,
        a.age,
        metrics.count_at_age(a.age, n.before, n.count_before, n.after, n.count_after) AS downloads
    FROM model AS m
    CROSS JOIN age AS a
    LEFT JOIN near AS n ON n.model_id = m.model_id AND n.age = a.age
),
ranked AS (
    SELECT
        model_id,
        age,
        size_class,
        downloads,
        row_number() OVER (PARTITION BY size_class, age ORDER BY downloads DESC, model_id) AS place
    FROM reached
    WHERE downloads IS NOT NULL AND size_class IS NOT NULL
),
yardstick AS (
    SELECT
        size_class,
        age,
        count(*) AS peers,
        max(CASE WHEN place = 10 THEN downloads END) AS tenth,
        CASE
            WHEN count(*) >= 10
            THEN (max(CASE WHEN place = 5 THEN downloads END) + max(CASE WHEN place = 6 THEN downloads END)) / 2
        END AS middle
    FROM ranked
    GROUP BY size_class, age
)
SELECT
    r.model_id,
    r.name,
    r.released,
    r.size_class,
    r.age,
    r.downloads,
    coalesce(y.peers, 0) AS peers,
    y.tenth,
    y.middle,
    CASE WHEN y.tenth > 0 THEN r.downloads / y.tenth END AS ratio,
    CASE WHEN y.middle > 0 THEN r.downloads / y.middle END AS earlier_ratio,
    CASE
        WHEN NOT r.is_dated THEN 'the Hub does not know its age'
        WHEN r.downloads IS NULL THEN 'not observed at that age'
        WHEN r.size_class IS NULL THEN 'its size is not known'
        WHEN y.tenth IS NULL THEN 'fewer than 10 of its size observed at that age'
        WHEN y.tenth = 0 THEN 'the tenth was not downloaded'
    END AS reason
FROM reached AS r
LEFT JOIN yardstick AS y ON y.size_class = r.size_class AND y.age = r.age;

-- Months as metrics.months() has them, over the listings of models and the descriptions of repositories, as far as an
-- entity has them.
CREATE OR REPLACE MACRO metrics.described_months() AS TABLE
WITH stream_month AS (
    SELECT * FROM metrics.months('huggingface', 'models')
    UNION ALL
    SELECT * FROM metrics.months('github', 'repositories')
)
SELECT
    entity_id,
    period,
    max(period_end) AS period_end,
    bool_and(complete) AS complete,
    bool_or(unfinished) AS unfinished,
    min(covered) AS covered
FROM stream_month
GROUP BY entity_id, period;
