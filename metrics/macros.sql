-- SQL that several metrics share. The macros are published with the file: SELECT metrics.wilson_low(3, 12).
-- Each statement ends with a semicolon at the end of a line. No double is summed here or in a metric: the order of
-- the rows would show in the last digits.

-- ── Time ────────────────────────────────────────────────────────────────────────────────────────────────────────

-- The UTC day of a moment, whatever the session's time zone.
CREATE OR REPLACE MACRO metrics.utc_day(moment) AS CAST(moment AT TIME ZONE 'UTC' AS DATE);

CREATE OR REPLACE MACRO metrics.month_of(some_day) AS CAST(date_trunc('month', some_day) AS DATE);

-- Trailing windows: each period with the months of its window, itself included.
CREATE OR REPLACE MACRO metrics.rolling(months) AS TABLE
SELECT last_month.period, one_month.period AS month
FROM catalogue.calendar AS last_month
JOIN catalogue.calendar AS one_month ON date_diff('month', one_month.period, last_month.period) BETWEEN 0 AND months - 1;

-- ── Membership and coverage ─────────────────────────────────────────────────────────────────────────────────────

CREATE OR REPLACE MACRO metrics.is_member(some_day, valid_from, valid_to) AS
    (valid_from IS NULL OR some_day >= valid_from) AND (valid_to IS NULL OR some_day < valid_to);

-- The months of each entity up to the last one in which the stream was observed for any of its subjects.
-- complete: the month had ended for all subjects when they were observed. covered: observed subjects / subjects.
CREATE OR REPLACE MACRO metrics.months(of_source, of_stream) AS TABLE
WITH reach AS (
    SELECT m.entity_id, max(least(c.observed_until, CAST(m.valid_to AS TIMESTAMP) AT TIME ZONE 'UTC')) AS observed_until
    FROM ops.coverage AS c
    JOIN catalogue.membership AS m ON m.subject_id = c.subject_id
    WHERE c.source = of_source AND c.stream = of_stream AND c.observed_until IS NOT NULL
    GROUP BY m.entity_id
),
known AS (
    SELECT
        e.entity_id,
        metrics.utc_day(e.observed_until) AS complete_until,
        -- a month of which only its first instant was reached has not been observed
        metrics.utc_day(coalesce(r.observed_until, e.observed_until) - INTERVAL 1 SECOND) AS last_day,
        CASE WHEN e.subjects > 0 THEN e.observed / e.subjects END AS covered
    FROM ops.entity_coverage AS e
    LEFT JOIN reach AS r ON r.entity_id = e.entity_id
    WHERE e.source = of_source AND e.stream = of_stream AND e.observed_until IS NOT NULL
)
SELECT
    k.entity_id,
    c.period,
    c.period_end,
    c.period_end <= k.complete_until AND k.covered = 1 AS complete,
    c.period_end > k.complete_until AS unfinished,
    k.covered
FROM known AS k
JOIN catalogue.calendar AS c ON c.period <= k.last_day;

-- ── Remarks ─────────────────────────────────────────────────────────────────────────────────────────────────────

CREATE OR REPLACE MACRO metrics.small(value, n) AS CASE WHEN value IS NOT NULL AND n < 5 THEN 'n<5' END;

CREATE OR REPLACE MACRO metrics.unfinished(is_unfinished) AS
    CASE WHEN coalesce(is_unfinished, TRUE) THEN 'incomplete month' END;

-- 'coverage 0.67'; what is not whole is never rounded up to 1.
CREATE OR REPLACE MACRO metrics.coverage(share) AS
    CASE WHEN share < 1 THEN concat('coverage ', CAST(CAST(least(round(share, 2), 0.99) AS DECIMAL(4, 2)) AS VARCHAR)) END;

-- Up to four remarks, joined by '; '; NULL if there is none.
CREATE OR REPLACE MACRO metrics.remarks(first, second, third, fourth) AS
    nullif(concat_ws('; ', first, second, third, fourth), '');

-- ── Events by entity ────────────────────────────────────────────────────────────────────────────────────────────

-- Human contributions of every kind, with their month.
CREATE OR REPLACE MACRO metrics.human_contributions() AS TABLE
SELECT m.entity_id, c.person_id, metrics.month_of(metrics.utc_day(c.occurred_at)) AS period
FROM staging.contribution AS c
JOIN staging.person AS p ON p.person_id = c.person_id
JOIN catalogue.membership AS m
    ON m.subject_id = c.subject_id AND metrics.is_member(metrics.utc_day(c.occurred_at), m.valid_from, m.valid_to)
WHERE p.kind = 'human';

-- Commits, each once an entity: repositories that share history share commits.
CREATE OR REPLACE MACRO metrics.commits() AS TABLE
SELECT
    m.entity_id,
    c.sha,
    min(c.author_id) AS author_id,
    min(metrics.month_of(metrics.utc_day(c.authored_at))) AS period,
    min(c.utc_offset_minutes) AS utc_offset_minutes,
    bool_and(c.is_merge) AS is_merge
FROM staging.commit AS c
JOIN catalogue.membership AS m
    ON m.subject_id = c.repository_id AND metrics.is_member(metrics.utc_day(c.authored_at), m.valid_from, m.valid_to)
WHERE NOT coalesce(c.strange_date, FALSE)
GROUP BY m.entity_id, c.sha;

-- Non-merge commits of humans by month and UTC offset.
CREATE OR REPLACE MACRO metrics.human_commits() AS TABLE
SELECT c.entity_id, c.author_id AS person_id, c.period, c.utc_offset_minutes, count(*) AS commits
FROM metrics.commits() AS c
JOIN staging.person AS p ON p.person_id = c.author_id
WHERE p.kind = 'human' AND NOT c.is_merge
GROUP BY c.entity_id, c.author_id, c.period, c.utc_offset_minutes;

-- ── Intervals (95 %) ────────────────────────────────────────────────────────────────────────────────────────────

-- Wilson 1927, for k of n; NULL where n = 0.
CREATE OR REPLACE MACRO metrics.wilson_low(k, n) AS
    CASE WHEN n > 0 THEN CASE WHEN k = 0 THEN 0.0 ELSE
        (k + 1.9207294 - 1.9599640 * sqrt(CAST(k AS DOUBLE) * (n - k) / n + 0.9603647)) / (n + 3.8414588)
    END END;

CREATE OR REPLACE MACRO metrics.wilson_high(k, n) AS
    CASE WHEN n > 0 THEN CASE WHEN k = n THEN 1.0 ELSE
        (k + 1.9207294 + 1.9599640 * sqrt(CAST(k AS DOUBLE) * (n - k) / n + 0.9603647)) / (n + 3.8414588)
    END END;

-- Student's t, 97.5 % quantile by degrees of freedom; above 30 by the first term of Cornish and Fisher's expansion,
-- which is right to 0.003.
CREATE OR REPLACE MACRO metrics.t_975(df) AS
    CASE df
        WHEN 1 THEN 12.706205 WHEN 2 THEN 4.302653 WHEN 3 THEN 3.182446 WHEN 4 THEN 2.776445 WHEN 5 THEN 2.570582
        WHEN 6 THEN 2.446912 WHEN 7 THEN 2.364624 WHEN 8 THEN 2.306004 WHEN 9 THEN 2.262157 WHEN 10 THEN 2.228139
        WHEN 11 THEN 2.200985 WHEN 12 THEN 2.178813 WHEN 13 THEN 2.160369 WHEN 14 THEN 2.144787 WHEN 15 THEN 2.131450
        WHEN 16 THEN 2.119905 WHEN 17 THEN 2.109816 WHEN 18 THEN 2.100922 WHEN 19 THEN 2.093024 WHEN 20 THEN 2.085963
        WHEN 21 THEN 2.079614 WHEN 22 THEN 2.073873 WHEN 23 THEN 2.068658 WHEN 24 THEN 2.063899 WHEN 25 THEN 2.059539
        WHEN 26 THEN 2.055529 WHEN 27 THEN 2.051831 WHEN 28 THEN 2.048407 WHEN 29 THEN 2.045230 WHEN 30 THEN 2.042272
        ELSE CASE WHEN df > 30 THEN 1.959964 + 2.372271 / df END
    END;

-- A double as an exact number, so that a sum over it is the same in any order.
CREATE OR REPLACE MACRO metrics.exact(x) AS CAST(x AS DECIMAL(18, 12));

-- Sum of squared deviations from the mean, from exact sums of x and of x².
CREATE OR REPLACE MACRO metrics.deviation(sum_of_squares, total, n) AS
    greatest(CAST(sum_of_squares AS DOUBLE) - CAST(total AS DOUBLE) * CAST(total AS DOUBLE) / n, 0.0);

-- ── Diversity ───────────────────────────────────────────────────────────────────────────────────────────────────

-- Logarithm of the Hill number of order 2, from n individuals of which `pairs` ordered pairs are of one kind.
CREATE OR REPLACE MACRO metrics.log_effective(n, pairs) AS
    CASE WHEN pairs > 0 THEN metrics.exact(ln(CAST(n AS DOUBLE) * (n - 1) / pairs)) END;

-- Delete-a-group jackknife of that logarithm, from `groups` estimates that each leave one group out and their sum of
-- squared deviations: value / factor and value * factor are the ends of the interval. Below 6 groups there is none.
CREATE OR REPLACE MACRO metrics.jackknife_factor(groups, usable, deviation) AS
    CASE
        WHEN groups >= 6 AND usable = groups
        THEN exp(metrics.t_975(groups - 1) * sqrt((groups - 1) * deviation / groups))
    END;

-- The same where all n independent draws were of one kind: then no draw differs and a jackknife would claim certainty.
-- If that kind's share is p, so many alike have probability p^n; it is at least 0.05 for p >= 0.05^(1/n), and the Hill
-- number is at most 1 / p².
CREATE OR REPLACE MACRO metrics.one_kind_factor(n) AS pow(20.0, 2.0 / n);

-- greatest(x, 1) but for NULL, which greatest() would make 1.
CREATE OR REPLACE MACRO metrics.at_least_one(x) AS CASE WHEN x < 1 THEN 1.0 ELSE x END;

-- One of 12 groups by the hash of an id: three hexadecimal digits of its MD5, modulo 12.
CREATE OR REPLACE MACRO metrics.hash_group(id) AS (
    256 * (strpos('0123456789abcdef', substr(md5(id), 1, 1)) - 1)
    + 16 * (strpos('0123456789abcdef', substr(md5(id), 2, 1)) - 1)
    + strpos('0123456789abcdef', substr(md5(id), 3, 1)) - 1
) % 12;

-- The most frequent UTC offset, as max(key): offsets are within ±14 h, so key orders by commits first; of two that are
-- as frequent, one other than +0000, then the more western.
CREATE OR REPLACE MACRO metrics.offset_key(commits, utc_offset) AS
    CASE WHEN commits > 0 THEN commits * 8192 + CASE WHEN utc_offset <> 0 THEN 4096 ELSE 0 END + 2048 - utc_offset END;

CREATE OR REPLACE MACRO metrics.key_offset(key) AS 2048 - key % 4096;

-- ── Automation ──────────────────────────────────────────────────────────────────────────────────────────────────

-- Commits that an agent authored or is named in as co-author, from its first public release on.
CREATE OR REPLACE MACRO metrics.agent_commits() AS TABLE
WITH named AS (
    SELECT repository_id, sha, metrics.utc_day(authored_at) AS authored_on, author_id AS person_id
    FROM staging.commit
    WHERE NOT coalesce(strange_date, FALSE)
    UNION ALL
    SELECT repository_id, sha, metrics.utc_day(authored_at) AS authored_on, unnest(co_author_ids) AS person_id
    FROM staging.commit
    WHERE NOT coalesce(strange_date, FALSE)
)
SELECT DISTINCT m.entity_id, n.sha, metrics.month_of(n.authored_on) AS period, p.agent
FROM named AS n
JOIN staging.person AS p ON p.person_id = n.person_id
JOIN catalogue.membership AS m
    ON m.subject_id = n.repository_id AND metrics.is_member(n.authored_on, m.valid_from, m.valid_to)
WHERE p.kind = 'agent' AND (p.agent_since IS NULL OR n.authored_on >= p.agent_since);

-- ── Levels and counts ───────────────────────────────────────────────────────────────────────────────────────────

-- A snapshot in the last week of a month stands for its end.
CREATE OR REPLACE MACRO metrics.is_month_end(some_day, period_end) AS date_diff('day', some_day, period_end) <= 7;

-- Month ends of a counter ('stars' or 'forks') of an entity's repositories, from the first month in which one of them
-- was seen to the last. What is not seen in a month keeps its last known level: known = seen + carried over.
--   seen, known, known_seen: repositories seen in the month; last known levels of all; of those seen in the month.
--   snapshots, day: snapshots in the month; the earliest of the repositories' last days.
--   matched, level_before, level_after: repositories seen at this and at the previous month end, and their levels.
--   known_before: the last known levels of all, one month earlier.
--   complete, unfinished, covered: as in metrics.months(), covered being the repositories seen / catalogued.
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
    JOIN ops.coverage AS o ON o.subject_id = m.subject_id AND o.source = 'github' AND o.stream = 'counters'
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
    coalesce(m.unfinished, TRUE) AS unfinished,
    least(s.seen / c.repositories, 1) AS covered,
    CASE WHEN NOT m.unfinished AND NOT metrics.is_month_end(s.day, c.period_end) THEN 'early snapshot' END AS early
FROM summed AS s
JOIN catalogued AS c ON c.entity_id = s.entity_id AND c.period = s.period
LEFT JOIN metrics.months('github', 'counters') AS m ON m.entity_id = s.entity_id AND m.period = s.period;

-- A part stands for the whole if it holds nine tenths of it.
CREATE OR REPLACE MACRO metrics.stands_for(part, whole) AS 10 * part >= 9 * whole;

CREATE OR REPLACE MACRO metrics.fraction(part, whole) AS
    CAST(CAST(least(round(part / whole, 2), 0.99) AS DECIMAL(4, 2)) AS VARCHAR);

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
        CASE
            WHEN seen = 0 THEN 'no snapshot in the month'
            ELSE concat('the repositories seen hold only ', metrics.fraction(known_seen, known), ' of the last known total')
        END AS why_not
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
            ELSE concat('the repositories seen at both ends held only ', metrics.fraction(level_before, known_before), ' of the total')
        END AS why_not
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
    metrics.remarks(metrics.small(value, snapshots), metrics.unfinished(unfinished), metrics.coverage(covered), early) AS flag,
    day AS snapshot_day
FROM series;

-- A model's snapshots by month: its first and last day, and the counts on them (-1: not told). A model that is known to
-- be gone at its last snapshot in the month is left out.
CREATE OR REPLACE MACRO metrics.model_months() AS TABLE
SELECT
    model_id,
    metrics.month_of(day) AS period,
    min(day) AS first_day,
    max(day) AS last_day,
    arg_max(coalesce(downloads, -1), day) AS downloads,
    arg_max(coalesce(downloads_all_time, -1), day) AS all_time,
    arg_min(coalesce(downloads_all_time, -1), day) AS first_all_time
FROM staging.model_snapshot
GROUP BY model_id, metrics.month_of(day)
HAVING NOT arg_max(coalesce(gone, FALSE), day);
