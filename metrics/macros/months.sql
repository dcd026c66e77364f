-- SQL that several metrics share; the other files of this folder continue it, each a family. The macros are published
-- with the file: SELECT metrics.wilson_low(3, 12). A macro may call any other; in which order they are made is found out.
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

-- The first month of which everything is known of a stream that is known since that moment; NULL: it is known from its
-- beginning.
CREATE OR REPLACE MACRO metrics.known_since(known_from) AS
    CAST(date_trunc('month', metrics.utc_day(known_from)) + INTERVAL 1 MONTH AS DATE);

-- Whether a day is in a month that is known.
CREATE OR REPLACE MACRO metrics.is_known(some_day, known_since) AS known_since IS NULL OR some_day >= known_since;

-- The subjects of which older years are still to come, with the first month that is known and their entities.
CREATE OR REPLACE MACRO metrics.partly_known(of_source, of_stream) AS TABLE
SELECT m.entity_id, c.subject_id, metrics.known_since(c.known_from) AS known_since, m.valid_from, m.valid_to
FROM ops.coverage AS c
JOIN catalogue.membership AS m ON m.subject_id = c.subject_id
WHERE c.source = of_source AND c.stream = of_stream AND c.known_from IS NOT NULL;

-- The first month of each entity of whose events some are still to come: that in which such a repository was made.
CREATE OR REPLACE MACRO metrics.still_to_come(of_source, of_stream) AS TABLE
SELECT p.entity_id, min(metrics.month_of(metrics.utc_day(r.created_at))) AS period
FROM metrics.partly_known(of_source, of_stream) AS p
JOIN staging.repository AS r ON r.repository_id = p.subject_id
WHERE r.created_at IS NOT NULL
GROUP BY p.entity_id;

-- The months of each entity up to the last one in which the stream was observed for any of its subjects.
-- complete: all subjects were observed up to its end, known from its beginning on, and as many are held as are counted.
-- unfinished: some were not; is_over: at least one was, so it had ended. covered: subjects known in the month / subjects.
-- is_known: any is. differing: how many more or fewer are held than are counted.
-- level_complete, level_covered, level_is_known: the same of a level, for which all of the past must be known.
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
        metrics.utc_day(coalesce(r.observed_until, e.observed_until)) AS over_until,
        e.subjects,
        e.observed,
        coalesce(e.differing, 0) AS differing
    FROM ops.entity_coverage AS e
    LEFT JOIN reach AS r ON r.entity_id = e.entity_id
    WHERE e.source = of_source AND e.stream = of_stream AND e.observed_until IS NOT NULL
),
partly AS (
    SELECT
        p.entity_id,
        c.period,
        count(DISTINCT p.subject_id) AS subjects,
        count(DISTINCT CASE WHEN p.known_since > c.period THEN p.subject_id END) AS unknown
    FROM metrics.partly_known(of_source, of_stream) AS p
    JOIN catalogue.calendar AS c
        ON (p.valid_from IS NULL OR p.valid_from < c.period_end) AND (p.valid_to IS NULL OR p.valid_to > c.period)
    GROUP BY p.entity_id, c.period
),
counted AS (
    SELECT
        k.*,
        c.period,
        c.period_end,
        k.observed - coalesce(p.unknown, 0) AS here,
        k.observed - coalesce(p.subjects, 0) AS whole
    FROM known AS k
    JOIN catalogue.calendar AS c ON c.period <= k.last_day
    LEFT JOIN partly AS p ON p.entity_id = k.entity_id AND p.period = c.period
)
SELECT
    entity_id,
    period,
    period_end,
    period_end <= complete_until AND here = subjects AND differing = 0 AS complete,
    period_end > complete_until AS unfinished,
    period_end <= over_until AS is_over,
    CASE WHEN subjects > 0 THEN here / subjects END AS covered,
    here > 0 AS is_known,
    differing,
    period_end <= complete_until AND whole = subjects AND differing = 0 AS level_complete,
    CASE WHEN subjects > 0 THEN whole / subjects END AS level_covered,
    whole > 0 AS level_is_known
FROM counted;

-- ── Remarks ─────────────────────────────────────────────────────────────────────────────────────────────────────

CREATE OR REPLACE MACRO metrics.small(value, n) AS CASE WHEN value IS NOT NULL AND n < 5 THEN 'n<5' END;

CREATE OR REPLACE MACRO metrics.unfinished(is_unfinished) AS
    CASE WHEN coalesce(is_unfinished, TRUE) THEN 'incomplete month' END;

-- 'coverage 0.67'; what is not whole is never rounded up to 1.
CREATE OR REPLACE MACRO metrics.coverage(share) AS
    CASE WHEN share < 1 THEN concat('coverage ', CAST(CAST(least(round(share, 2), 0.99) AS DECIMAL(4, 2)) AS VARCHAR)) END;

-- What the value lacks: subjects that are not covered; ones that are held and gone, as long as it is not known which.
CREATE OR REPLACE MACRO metrics.lacking(share, differing) AS
    nullif(concat_ws(
        '; ',
        metrics.coverage(share),
        CASE WHEN differing > 0 THEN concat('differs by ', CAST(differing AS VARCHAR), ' from GitHub''s count') END
    ), '');

-- Up to four remarks, joined by '; '; NULL if there is none.
CREATE OR REPLACE MACRO metrics.remarks(first, second, third, fourth) AS
    nullif(concat_ws('; ', first, second, third, fourth), '');

-- ── Events by entity ────────────────────────────────────────────────────────────────────────────────────────────

-- Which listing of GitHub a contribution is of.
CREATE OR REPLACE MACRO metrics.stream_of(kind) AS
    CASE
        WHEN kind IN ('issue', 'issue_comment') THEN 'issues'
        WHEN kind IN ('change_request', 'change_request_comment', 'review') THEN 'pull_requests'
        WHEN kind IN ('discussion', 'discussion_comment') THEN 'discussions'
    END;

-- Contributions in months that are known.
CREATE OR REPLACE MACRO metrics.known_contributions() AS TABLE
SELECT c.person_id, c.subject_id, c.occurred_at
FROM staging.contribution AS c
LEFT JOIN ops.coverage AS o
    ON o.subject_id = c.subject_id
    AND o.source = 'github'
    AND o.stream = metrics.stream_of(c.kind)
    AND o.known_from IS NOT NULL
WHERE metrics.is_known(metrics.utc_day(c.occurred_at), metrics.known_since(o.known_from));

-- Human contributions of every kind, with their month.
CREATE OR REPLACE MACRO metrics.human_contributions() AS TABLE
SELECT m.entity_id, c.person_id, metrics.month_of(metrics.utc_day(c.occurred_at)) AS period
FROM metrics.known_contributions() AS c
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
    min(metrics.utc_day(c.authored_at)) AS authored_on,
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
