-- What is read off the curves of survival.sql: quantiles, and incidences at given times. Written by the rules of
-- months.sql.

-- A curve has reached a level, but for what rounding takes from it.
CREATE OR REPLACE MACRO metrics.reaches(incidence, level) AS incidence >= level - 1e-9;

-- Quantiles of the waits, in seconds, one row for each cell and `stat`:
--   '' (the median), 'p25', 'p75', 'p90': the first time at which the incidence reaches that share of all waits; NULL if it
--     never does. low, high: the interval inverted (Brookmeyer & Crowley, Biometrics 38 (1982) 29), from the first time
--     at which the interval of the incidence has the level below its upper end to the first at which it lies wholly
--     above it; high is NULL if there is none. low stands where the value is NULL, too: it takes longer than that.
--   'km_median': the same of `alone`.
--   'naive': the median of the waits that the event ended, the others left out. No interval.
-- n: waits; events, rivals: how they ended; longest: the longest seen, in seconds.
CREATE OR REPLACE MACRO metrics.wait_quantiles(waits) AS TABLE
WITH cell AS (
    SELECT
        cell,
        count(*) AS n,
        count(*) FILTER (WHERE outcome = 1) AS events,
        count(*) FILTER (WHERE outcome = 2) AS rivals,
        median(CASE WHEN outcome = 1 THEN seconds END) AS naive,
        max(seconds) AS longest
    FROM query_table(waits)
    GROUP BY cell
),
curve AS (
    SELECT
        c.cell,
        c.seconds,
        c.incidence,
        c.alone,
        metrics.incidence_low(c.incidence, c.variance, n.n) AS low,
        metrics.incidence_high(c.incidence, c.variance, n.n) AS high,
        metrics.incidence_low(c.alone, c.alone_variance, n.n) AS alone_low,
        metrics.incidence_high(c.alone, c.alone_variance, n.n) AS alone_high
    FROM metrics.incidence(waits) AS c
    JOIN cell AS n ON n.cell = c.cell
),
-- A level is reached somewhere: the first time at which the curve, its upper and its lower end do so.
reached AS (
    SELECT
        cell,
        max(seconds) AS last_time,
        min(CASE WHEN metrics.reaches(incidence, 0.25) THEN seconds END) AS p25,
        min(CASE WHEN metrics.reaches(high, 0.25) THEN seconds END) AS p25_low,
        min(CASE WHEN low > 0.25 THEN seconds END) AS p25_high,
        min(CASE WHEN metrics.reaches(incidence, 0.5) THEN seconds END) AS p50,
        min(CASE WHEN metrics.reaches(high, 0.5) THEN seconds END) AS p50_low,
        min(CASE WHEN low > 0.5 THEN seconds END) AS p50_high,
        min(CASE WHEN metrics.reaches(incidence, 0.75) THEN seconds END) AS p75,
        min(CASE WHEN metrics.reaches(high, 0.75) THEN seconds END) AS p75_low,
        min(CASE WHEN low > 0.75 THEN seconds END) AS p75_high,
        min(CASE WHEN metrics.reaches(incidence, 0.9) THEN seconds END) AS p90,
        min(CASE WHEN metrics.reaches(high, 0.9) THEN seconds END) AS p90_low,
        min(CASE WHEN low > 0.9 THEN seconds END) AS p90_high,
        min(CASE WHEN metrics.reaches(alone, 0.5) THEN seconds END) AS alone,
        min(CASE WHEN metrics.reaches(alone_high, 0.5) THEN seconds END) AS alone_low,
        min(CASE WHEN alone_low > 0.5 THEN seconds END) AS alone_high
    FROM curve
    GROUP BY cell
),
stat AS (
    SELECT
        c.cell,
        s.stat,
        s.level,
        c.n,
        c.events,
        c.rivals,
        c.longest,
        r.last_time,
        CASE s.stat
            WHEN 'p25' THEN r.p25 WHEN 'p75' THEN r.p75 WHEN 'p90' THEN r.p90 WHEN 'km_median' THEN r.alone
            WHEN 'naive' THEN c.naive
            ELSE r.p50
        END AS value,
        CASE s.stat
            WHEN 'p25' THEN r.p25_low WHEN 'p75' THEN r.p75_low WHEN 'p90' THEN r.p90_low
            WHEN 'km_median' THEN r.alone_low ELSE r.p50_low
        END AS low,
        CASE s.stat
            WHEN 'p25' THEN r.p25_high WHEN 'p75' THEN r.p75_high WHEN 'p90' THEN r.p90_high
            WHEN 'km_median' THEN r.alone_high WHEN 'naive' THEN NULL ELSE r.p50_high
        END AS high
    FROM cell AS c
    JOIN (VALUES ('', 0.5), ('p25', 0.25), ('p75', 0.75), ('p90', 0.9), ('km_median', 0.5), ('naive', NULL))
        AS s(stat, level) ON TRUE
    LEFT JOIN reached AS r ON r.cell = c.cell
)
SELECT
    cell,
    stat,
    n,
    events,
    rivals,
    longest,
    CAST(value AS DOUBLE) AS value,
    CAST(CASE
        WHEN stat = 'naive' THEN NULL
        -- so few that even before the first of them the level may have been reached
        WHEN metrics.none_of(n) >= level THEN 0
        WHEN low IS NOT NULL THEN low
        ELSE last_time
    END AS DOUBLE) AS low,
    CAST(high AS DOUBLE) AS high
FROM stat;

-- The incidence at given times: rows of a second table or CTE with `seconds`, each time once. One row for each cell and time.
--   at_risk: waits known to last longer; known: whether any was followed that long, or none is left to follow.
CREATE OR REPLACE MACRO metrics.incidence_at(waits, times) AS TABLE
WITH slot AS (
    SELECT
        seconds AS until,
        coalesce(lag(seconds) OVER (ORDER BY seconds), -1) AS after
    FROM query_table(times)
),
-- What lies beyond the last time has one slot more.
slots AS (
    SELECT after, until FROM slot
    UNION ALL
    SELECT max(until) AS after, NULL AS until FROM slot
),
waited AS (
    SELECT w.cell, s.after, count(*) AS n, max(w.seconds) AS longest
    FROM query_table(waits) AS w
    JOIN slots AS s ON w.seconds > s.after AND (s.until IS NULL OR w.seconds <= s.until)
    GROUP BY w.cell, s.after
),
cell AS (
    SELECT cell, sum(n) AS n, max(longest) AS longest
    FROM waited
    GROUP BY cell
),
line AS (
    SELECT * FROM metrics.incidence(waits)
),
curve AS (
    SELECT
        c.cell,
        s.until,
        max(c.incidence) AS incidence,
        arg_max(c.variance, c.seconds) AS variance,
        min(c.waiting) AS waiting
    FROM line AS c
    JOIN slot AS s ON c.seconds > s.after AND c.seconds <= s.until
    GROUP BY c.cell, s.until
),
-- Where nobody is left waiting at the end of the curve, it is known for all times.
ending AS (
    SELECT cell, min(waiting) AS waiting
    FROM line
    GROUP BY cell
),
grid AS (
    SELECT
        c.cell,
        s.until,
        c.n,
        c.longest,
        k.waiting AS waiting_at_end,
        coalesce(sum(w.n) OVER (
            PARTITION BY c.cell ORDER BY s.until DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ), 0) AS at_risk,
        -- incidences only grow, so that the last is the greatest; a variance goes with its incidence
        last_value(f.incidence IGNORE NULLS) OVER (
            PARTITION BY c.cell ORDER BY s.until ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS incidence,
        last_value(f.variance IGNORE NULLS) OVER (
            PARTITION BY c.cell ORDER BY s.until ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS variance
    FROM cell AS c
    JOIN slot AS s ON TRUE
    LEFT JOIN waited AS w ON w.cell = c.cell AND w.after = s.until
    LEFT JOIN curve AS f ON f.cell = c.cell AND f.until = s.until
    LEFT JOIN ending AS k ON k.cell = c.cell
)
SELECT
    cell,
    until AS seconds,
    CAST(n AS BIGINT) AS n,
    longest,
    CAST(at_risk AS BIGINT) AS at_risk,
    longest >= until OR coalesce(waiting_at_end, 1) = 0 AS known,
    coalesce(incidence, 0.0) AS incidence,
    metrics.incidence_low(coalesce(incidence, 0.0), variance, n) AS low,
    metrics.incidence_high(coalesce(incidence, 0.0), variance, at_risk) AS high
FROM grid;

-- The incidence as far as the waits were followed, one row a cell. waiting: the probability that neither had happened.
CREATE OR REPLACE MACRO metrics.incidence_at_end(waits) AS TABLE
WITH cell AS (
    SELECT cell, count(*) AS n, max(seconds) AS longest
    FROM query_table(waits)
    GROUP BY cell
),
ending AS (
    SELECT cell, max(incidence) AS incidence, arg_max(variance, seconds) AS variance, min(waiting) AS waiting
    FROM metrics.incidence(waits)
    GROUP BY cell
)
SELECT
    c.cell,
    c.n,
    c.longest,
    coalesce(e.waiting, 1.0) AS waiting,
    coalesce(e.incidence, 0.0) AS incidence,
    metrics.incidence_low(coalesce(e.incidence, 0.0), e.variance, c.n) AS low,
    metrics.incidence_high(coalesce(e.incidence, 0.0), e.variance, c.n) AS high
FROM cell AS c
LEFT JOIN ending AS e ON e.cell = c.cell;
