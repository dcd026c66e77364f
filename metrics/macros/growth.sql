-- SQL that the metrics of dated forks and stars share. Written by the rules of months.sql.

-- Forks or stars of the repositories whose listing was observed, by day. of_what:
--   'stars', 'forks': each counts on the day on which it was given or made; marked is not used.
--   'active': forks, marked if they were pushed to after they were made; none of a repository of whose forks no push is
--     known (an export without them): it is not known to be zero.
--   'contributing': forks; the mark is a row of its own, on the day of the first change request upstream that comes from
--     the fork, or on that of the fork if the dates say otherwise.
-- known_since: the first month of which all is known, NULL: all are; what was before known_from is left out: it is not all
-- there.
CREATE OR REPLACE MACRO metrics.dated_events(of_what) AS TABLE
WITH fork AS (
    SELECT
        f.repository_id,
        f.fork_id,
        metrics.utc_day(f.created_at) AS day,
        coalesce(f.pushed_at > f.created_at, FALSE) AS is_active,
        max(f.pushed_at) OVER (PARTITION BY f.repository_id) IS NOT NULL AS has_pushes,
        metrics.known_since(c.known_from) AS known_since
    FROM staging.fork AS f
    JOIN ops.coverage AS c ON c.subject_id = f.repository_id AND c.source = 'github' AND c.stream = 'forks'
    WHERE c.observed_until IS NOT NULL AND (c.known_from IS NULL OR f.created_at >= c.known_from)
),
event AS (
    SELECT repository_id, known_since, day, 1 AS items, CASE WHEN of_what = 'active' AND is_active THEN 1 ELSE 0 END AS marked
    FROM fork
    WHERE of_what IN ('forks', 'contributing') OR (of_what = 'active' AND has_pushes)
    UNION ALL
    SELECT f.repository_id, f.known_since, greatest(f.day, min(metrics.utc_day(r.created_at))) AS day, 0 AS items, 1 AS marked
    FROM fork AS f
    JOIN staging.pull_request AS r ON r.repository_id = f.repository_id AND r.head_repository_id = f.fork_id
    WHERE of_what = 'contributing'
    GROUP BY f.repository_id, f.known_since, f.fork_id, f.day
    UNION ALL
    SELECT
        s.repository_id,
        metrics.known_since(c.known_from) AS known_since,
        metrics.utc_day(s.starred_at) AS day,
        1 AS items,
        0 AS marked
    FROM staging.star AS s
    JOIN ops.coverage AS c ON c.subject_id = s.repository_id AND c.source = 'github' AND c.stream = 'stargazers'
    WHERE of_what = 'stars' AND c.observed_until IS NOT NULL AND (c.known_from IS NULL OR s.starred_at >= c.known_from)
)
SELECT
    repository_id,
    known_since,
    day,
    metrics.month_of(day) AS period,
    CAST(sum(items) AS BIGINT) AS items,
    CAST(sum(marked) AS BIGINT) AS marked
FROM event
GROUP BY repository_id, known_since, day;

-- What came in a month that is known, of those who were members on the day: items and marked.
CREATE OR REPLACE MACRO metrics.dated_arrivals(of_what) AS TABLE
SELECT m.entity_id, e.period, CAST(sum(e.items) AS BIGINT) AS items, CAST(sum(e.marked) AS BIGINT) AS marked
FROM metrics.dated_events(of_what) AS e
JOIN catalogue.membership AS m
    ON m.subject_id = e.repository_id AND metrics.is_member(e.day, m.valid_from, m.valid_to)
WHERE metrics.is_known(e.day, e.known_since)
GROUP BY m.entity_id, e.period;

-- What there is at each month's end of all that came until then and is still there, over the repositories that are
-- members then: items and marked; items_before, items_after: of those that were members a month earlier, too, then and now.
-- Where older ones are still to come, GitHub counts them: the level begins with as many. Which of them are marked it does
-- not tell: such a repository has no level of marked ones yet.
CREATE OR REPLACE MACRO metrics.dated_levels(of_what) AS TABLE
WITH older AS (
    SELECT subject_id AS repository_id, metrics.known_since(known_from) AS known_since, coalesce(older_total, 0) AS items
    FROM ops.coverage
    WHERE
        source = 'github'
        AND stream = CASE WHEN of_what = 'stars' THEN 'stargazers' ELSE 'forks' END
        AND known_from IS NOT NULL
),
monthly AS (
    SELECT repository_id, period, CAST(sum(items) AS BIGINT) AS items, CAST(sum(marked) AS BIGINT) AS marked
    FROM metrics.dated_events(of_what)
    GROUP BY repository_id, period
),
beginning AS (
    SELECT m.repository_id, min(m.period) AS period, CAST(NULL AS DATE) AS known_since, 0 AS items
    FROM monthly AS m
    LEFT JOIN older AS o ON o.repository_id = m.repository_id
    WHERE o.repository_id IS NULL
    GROUP BY m.repository_id
    UNION ALL
    SELECT repository_id, CAST(known_since - INTERVAL 1 MONTH AS DATE) AS period, known_since, items
    FROM older
    WHERE of_what IN ('stars', 'forks')
),
reach AS (
    SELECT max(metrics.utc_day(observed_until)) AS day
    FROM ops.coverage
),
level AS (
    SELECT
        b.repository_id,
        c.period,
        c.period_end,
        b.known_since,
        CAST(b.items + sum(coalesce(e.items, 0)) OVER (
            PARTITION BY b.repository_id ORDER BY c.period ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS items,
        CAST(sum(coalesce(e.marked, 0)) OVER (
            PARTITION BY b.repository_id ORDER BY c.period ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS marked,
        coalesce(e.items, 0) AS arrived
    FROM beginning AS b
    CROSS JOIN reach AS r
    JOIN catalogue.calendar AS c ON c.period BETWEEN b.period AND r.day
    LEFT JOIN monthly AS e ON e.repository_id = b.repository_id AND e.period = c.period
)
SELECT
    m.entity_id,
    l.period,
    CAST(sum(l.items) AS BIGINT) AS items,
    CAST(sum(l.marked) AS BIGINT) AS marked,
    CAST(sum(
        CASE WHEN metrics.is_member(l.period - INTERVAL 1 DAY, m.valid_from, m.valid_to) THEN l.items - l.arrived END
    ) AS BIGINT) AS items_before,
    CAST(sum(
        CASE WHEN metrics.is_member(l.period - INTERVAL 1 DAY, m.valid_from, m.valid_to) THEN l.items END
    ) AS BIGINT) AS items_after
FROM level AS l
JOIN catalogue.membership AS m
    ON m.subject_id = l.repository_id AND metrics.is_member(l.period_end - INTERVAL 1 DAY, m.valid_from, m.valid_to)
WHERE metrics.is_known(l.period, l.known_since)
GROUP BY m.entity_id, l.period;

-- The months of each entity from its first fork or star on, as metrics.months() has them, with both of the above.
CREATE OR REPLACE MACRO metrics.dated_months(of_what, of_stream) AS TABLE
WITH level AS (
    SELECT *
    FROM metrics.dated_levels(of_what)
),
arrival AS (
    SELECT *
    FROM metrics.dated_arrivals(of_what)
),
beginning AS (
    SELECT entity_id, min(period) AS period
    FROM (
        SELECT entity_id, period FROM level
        UNION ALL
        SELECT entity_id, period FROM arrival
        UNION ALL
        SELECT entity_id, period FROM metrics.still_to_come('github', of_stream)
    ) AS seen
    GROUP BY entity_id
)
SELECT
    m.entity_id,
    m.period,
    m.complete,
    m.unfinished,
    m.covered,
    m.is_known,
    m.differing,
    m.level_complete,
    m.level_covered,
    m.level_is_known,
    coalesce(l.items, 0) AS items,
    coalesce(l.marked, 0) AS marked,
    l.items_before,
    l.items_after,
    coalesce(a.items, 0) AS new_items,
    coalesce(a.marked, 0) AS new_marked
FROM beginning AS b
JOIN metrics.months('github', of_stream) AS m ON m.entity_id = b.entity_id AND m.period >= b.period
LEFT JOIN level AS l ON l.entity_id = m.entity_id AND l.period = m.period
LEFT JOIN arrival AS a ON a.entity_id = m.entity_id AND a.period = m.period;

-- The rows of `stars` and of `forks` from dated rows: one definition for both.
CREATE OR REPLACE MACRO metrics.dated_rows(of_what, of_stream) AS TABLE
WITH month AS (
    SELECT *
    FROM metrics.dated_months(of_what, of_stream)
),
series AS (
    SELECT *, 'origin:dated' AS series, CASE WHEN is_known THEN items END AS value
    FROM month
    UNION ALL
    SELECT *, 'new:dated' AS series, CASE WHEN is_known THEN new_items END AS value
    FROM month
)
SELECT
    entity_id,
    period,
    series,
    value,
    coalesce(value, 0) AS n,
    NULL AS low,
    NULL AS high,
    complete,
    CASE WHEN NOT is_known THEN 'not fetched yet' END AS reason,
    metrics.remarks(metrics.small(value, value), metrics.unfinished(unfinished), metrics.lacking(covered, differing), NULL)
        AS flag,
    CAST(NULL AS DATE) AS snapshot_day
FROM series;
