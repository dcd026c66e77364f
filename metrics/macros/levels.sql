-- SQL that the metrics of counters and of downloads share. Written by the rules of months.sql.

-- A snapshot in the last week of a month stands for its end.
CREATE OR REPLACE MACRO metrics.is_month_end(some_day, period_end) AS date_diff('day', some_day, period_end) <= 7;

-- Months as metrics.months() has them, of GitHub's counters: the API and the public rankings both tell them, so that a
-- repository is known up to the later of the two.
CREATE OR REPLACE MACRO metrics.counted_months() AS TABLE
WITH subject AS (
    SELECT subject_id, max(observed_until) AS observed_until
    FROM ops.coverage
    WHERE source = 'github' AND stream IN ('counters', 'repositories')
    GROUP BY subject_id
),
known AS (
    SELECT
        m.entity_id,
        count(DISTINCT s.subject_id) AS subjects,
        count(DISTINCT CASE WHEN s.observed_until IS NOT NULL THEN s.subject_id END) AS observed,
        min(s.observed_until) AS first_end,
        max(least(s.observed_until, CAST(m.valid_to AS TIMESTAMP) AT TIME ZONE 'UTC')) AS last_end
    FROM subject AS s
    JOIN catalogue.membership AS m ON m.subject_id = s.subject_id
    GROUP BY m.entity_id
)
SELECT
    k.entity_id,
    c.period,
    c.period_end <= metrics.utc_day(k.first_end) AND k.observed = k.subjects AS complete,
    c.period_end <= metrics.utc_day(k.last_end) AS is_over
FROM known AS k
JOIN catalogue.calendar AS c ON c.period <= metrics.utc_day(k.last_end - INTERVAL 1 SECOND);

-- Month ends of a counter ('stars' or 'forks') of an entity's repositories, from the first month in which one of them
-- was seen to the last. What is not seen in a month keeps its last known level: known = seen + carried over.
--   seen, known, known_seen: repositories seen in the month; last known levels of all; of those seen in the month.
--   snapshots, day: snapshots in the month; the earliest of the repositories' last days.
--   matched, level_before, level_after: repositories seen at this and at the previous month end, and their levels.
--   known_before: the last known levels of all, one month earlier.
--   complete, covered: as in metrics.months(), covered being the repositories seen / catalogued.
--   unfinished: the month had not ended when a repository was last seen.
CREATE OR REPLACE MACRO metrics.counter_months(counter) AS TABLE
WITH told AS (
    SELECT
        repository_id,
        day,
        metrics.month_of(day) AS period,
        CASE counter WHEN 'stars' THEN stars WHEN 'forks' THEN forks END AS level
    FROM staging.repository_snapshot
    WHERE origin = 'counter'
),
month_end AS (
    SELECT repository_id, period, count(*) AS snapshots, max(day) AS day, arg_max(level, day) AS level
    FROM told
    WHERE level IS NOT NULL
    GROUP BY repository_id, period
),
member AS (
    SELECT m.entity_id, m.subject_id, m.valid_from, m.valid_to, min(e.period) AS first_period, max(e.period) AS last_period
    FROM month_end AS e
    JOIN catalogue.membership AS m ON m.subject_id = e.repository_id AND metrics.is_member(e.day, m.valid_from, m.valid_to)
    GROUP BY m.entity_id, m.subject_id, m.valid_from, m.valid_to
),
span AS (
    SELECT entity_id, min(first_period) AS first_period, max(last_period) AS last_period
    FROM member
    GROUP BY entity_id
),
-- Whoever is a member when the month ends counts.
catalogued AS (
    SELECT s.entity_id, c.period, c.period_end, count(DISTINCT m.subject_id) AS repositories
    FROM span AS s
    JOIN catalogue.membership AS m ON m.entity_id = s.entity_id
    JOIN ops.coverage AS o
        ON o.subject_id = m.subject_id AND o.source = 'github' AND o.stream IN ('counters', 'repositories')
    JOIN catalogue.calendar AS c
        ON c.period BETWEEN s.first_period AND s.last_period
        AND metrics.is_member(c.period_end - INTERVAL 1 DAY, m.valid_from, m.valid_to)
    GROUP BY s.entity_id, c.period, c.period_end
),
seen AS (
    SELECT
        m.entity_id,
        m.subject_id,
        c.period,
        e.snapshots,
        e.day,
        e.level,
        last_value(e.level IGNORE NULLS) OVER (
            PARTITION BY m.entity_id, m.subject_id, m.valid_from
            ORDER BY c.period ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS known
    FROM member AS m
    JOIN span AS s ON s.entity_id = m.entity_id
    JOIN catalogue.calendar AS c
        ON c.period BETWEEN m.first_period AND s.last_period
        AND metrics.is_member(c.period_end - INTERVAL 1 DAY, m.valid_from, m.valid_to)
    LEFT JOIN month_end AS e
        ON e.repository_id = m.subject_id
        AND e.period = c.period
        AND metrics.is_member(e.day, m.valid_from, m.valid_to)
),
change AS (
    SELECT
        *,
        lag(level) OVER (PARTITION BY entity_id, subject_id ORDER BY period) AS level_before,
        lag(known) OVER (PARTITION BY entity_id, subject_id ORDER BY period) AS known_before
    FROM seen
),
summed AS (
    SELECT
        entity_id,
        period,
        count(level) AS seen,
        coalesce(sum(snapshots), 0) AS snapshots,
        min(day) AS day,
        sum(known) AS known,
        sum(CASE WHEN level IS NOT NULL THEN known ELSE 0 END) AS known_seen,
        sum(known_before) AS known_before,
        count(level + level_before) AS matched,
        sum(CASE WHEN level IS NOT NULL THEN level_before END) AS level_before,
        sum(CASE WHEN level_before IS NOT NULL THEN level END) AS level_after
    FROM change
    GROUP BY entity_id, period
)
SELECT
    s.*,
    coalesce(m.complete AND metrics.is_month_end(s.day, c.period_end) AND s.seen = c.repositories, FALSE) AS complete,
    NOT coalesce(m.is_over, FALSE) AS unfinished,
    least(s.seen / c.repositories, 1) AS covered,
    CASE WHEN m.is_over AND NOT metrics.is_month_end(s.day, c.period_end) THEN 'early snapshot' END AS early
FROM summed AS s
JOIN catalogued AS c ON c.entity_id = s.entity_id AND c.period = s.period
LEFT JOIN metrics.counted_months() AS m ON m.entity_id = s.entity_id AND m.period = s.period;

-- A part stands for the whole if it holds nine tenths of it.
CREATE OR REPLACE MACRO metrics.stands_for(part, whole) AS 10 * part >= 9 * whole;

-- 'seen 0.96': the part of the total that was seen, where it was not all of it.
CREATE OR REPLACE MACRO metrics.seen(part, whole) AS
    CASE
        WHEN part < whole
        THEN concat('seen ', CAST(CAST(least(round(part / whole, 2), 0.99) AS DECIMAL(4, 2)) AS VARCHAR))
    END;

-- The rows of `stars` and of `forks`: one definition for both.
CREATE OR REPLACE MACRO metrics.counter_rows(counter) AS TABLE
WITH month AS (
    SELECT *
    FROM metrics.counter_months(counter)
),
series AS (
    SELECT
        *,
        '' AS series,
        CASE WHEN seen > 0 AND metrics.stands_for(known_seen, known) THEN known END AS value,
        CASE WHEN seen = 0 THEN 'no snapshot in the month' ELSE 'over a tenth of the total not seen' END AS why_not,
        CASE WHEN seen > 0 THEN metrics.seen(known_seen, known) END AS remark
    FROM month
    UNION ALL
    SELECT
        *,
        'new:counter' AS series,
        CASE
            WHEN matched > 0 AND metrics.stands_for(level_before, known_before) THEN level_after - level_before
        END AS value,
        CASE
            WHEN seen = 0 THEN 'no snapshot in the month'
            WHEN matched = 0 THEN 'the previous month end is not known'
            ELSE 'over a tenth of the total not seen at both month ends'
        END AS why_not,
        metrics.seen(level_before, known_before) AS remark
    FROM month
)
SELECT
    entity_id,
    period,
    series,
    value,
    snapshots AS n,
    NULL AS low,
    NULL AS high,
    complete,
    CASE WHEN value IS NULL THEN why_not END AS reason,
    metrics.remarks(
        metrics.small(value, snapshots),
        metrics.unfinished(unfinished),
        metrics.remarks(metrics.coverage(covered), remark, NULL, NULL),
        early
    ) AS flag,
    day AS snapshot_day
FROM series;

-- An entity's models by month in which they were listed: their first and last day, and the counts on them (-1: not
-- told, or an odd zero). is_gone: known to be gone at the last of them. change: 1 where the model becomes known, -1 where
-- it is gone. is_zeroed: its count was an odd zero on the last day. recounted: the Hub recounted it in the month.
CREATE OR REPLACE MACRO metrics.entity_models() AS TABLE
WITH month AS (
    SELECT
        model_id,
        metrics.month_of(day) AS period,
        min(day) AS first_day,
        max(day) AS last_day,
        arg_max(CASE WHEN downloads_mark IS NULL THEN coalesce(downloads, -1) ELSE -1 END, day) AS downloads,
        arg_max(CASE WHEN all_time_mark = 'zero' THEN -1 ELSE coalesce(downloads_all_time, -1) END, day) AS all_time,
        arg_min(CASE WHEN all_time_mark = 'zero' THEN -1 ELSE coalesce(downloads_all_time, -1) END, day) AS first_all_time,
        arg_max(coalesce(gone, FALSE), day) AS is_gone,
        arg_max(downloads_mark IS NOT NULL, day) AS is_zeroed,
        arg_max(coalesce(all_time_mark = 'zero', FALSE), day) AS is_zeroed_all_time,
        max(CASE WHEN all_time_mark = 'recount' THEN 1 ELSE 0 END) = 1 AS recounted
    FROM staging.model_snapshot
    GROUP BY model_id, metrics.month_of(day)
),
member AS (
    SELECT m.entity_id, s.*, CASE WHEN s.is_gone THEN 0 ELSE 1 END AS is_there
    FROM month AS s
    JOIN catalogue.membership AS m
        ON m.subject_id = s.model_id AND metrics.is_member(s.last_day, m.valid_from, m.valid_to)
)
SELECT *, is_there - coalesce(lag(is_there) OVER (PARTITION BY entity_id, model_id ORDER BY period), 0) AS change
FROM member;
