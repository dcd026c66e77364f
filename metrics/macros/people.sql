-- SQL that the metrics of people and organisations share. Written by the rules of months.sql.

-- ── What contributions are known of ─────────────────────────────────────────────────────────────────────────────

-- The streams that bring contributions, as far as any of them was ever observed: what is not collected at all (no token)
-- is told by a remark and makes no month incomplete.
CREATE OR REPLACE MACRO metrics.contribution_streams() AS TABLE
SELECT known.source, known.stream, known.place
FROM (
    SELECT 'git' AS source, 'commits' AS stream, 1 AS place
    UNION ALL SELECT 'github' AS source, 'issues' AS stream, 2 AS place
    UNION ALL SELECT 'github' AS source, 'pull_requests' AS stream, 3 AS place
    UNION ALL SELECT 'github' AS source, 'discussions' AS stream, 4 AS place
    UNION ALL SELECT 'huggingface' AS source, 'discussions' AS stream, 5 AS place
) AS known
JOIN (SELECT DISTINCT source, stream FROM ops.coverage WHERE observed_until IS NOT NULL) AS observed
    ON observed.source = known.source AND observed.stream = known.stream;

-- The first month of each entity in which somebody is known to have taken part, or may have: see metrics.still_to_come().
CREATE OR REPLACE MACRO metrics.first_contribution_month() AS TABLE
SELECT entity_id, min(period) AS period
FROM (
    SELECT entity_id, period FROM metrics.human_contributions()
    UNION ALL
    SELECT entity_id, period FROM metrics.still_to_come('github', 'issues')
    UNION ALL
    SELECT entity_id, period FROM metrics.still_to_come('github', 'pull_requests')
    UNION ALL
    SELECT entity_id, period FROM metrics.still_to_come('github', 'discussions')
) AS seen
GROUP BY entity_id;

-- Months as metrics.months() has them, over all those streams: complete if each of them is, over if one of them is.
--   covered: of the stream that is covered least. is_known: each is known in the month; year_is_known: and in the 11
--   months before, as far as the entity goes back; is_whole: each is known from its beginning on. kinds: which kinds count where not all do, e.g. 'commits only'.
CREATE OR REPLACE MACRO metrics.contribution_months() AS TABLE
WITH stream_month AS (
    SELECT *, 1 AS place FROM metrics.months('git', 'commits')
    UNION ALL
    SELECT *, 2 AS place FROM metrics.months('github', 'issues')
    UNION ALL
    SELECT *, 3 AS place FROM metrics.months('github', 'pull_requests')
    UNION ALL
    SELECT *, 4 AS place FROM metrics.months('github', 'discussions')
    UNION ALL
    SELECT *, 5 AS place FROM metrics.months('huggingface', 'discussions')
),
month AS (
    SELECT
        entity_id,
        period,
        max(period_end) AS period_end,
        count(*) AS streams,
        bool_and(complete) AS complete,
        bool_or(unfinished) AS unfinished,
        bool_or(is_over) AS is_over,
        bool_and(is_known) AS is_known,
        bool_and(level_covered >= covered) AS is_whole,
        min(covered) AS covered,
        sum(differing) AS differing
    FROM stream_month
    GROUP BY entity_id, period
),
expected AS (
    SELECT
        e.entity_id,
        count(*) AS streams,
        min(e.observed / e.subjects) AS covered,
        max(CASE WHEN s.place = 1 AND e.observed > 0 THEN 'commits' END) AS commits,
        max(CASE WHEN s.place = 2 AND e.observed > 0 THEN 'issues' END) AS issues,
        max(CASE WHEN s.place = 3 AND e.observed > 0 THEN 'change requests' END) AS change_requests,
        max(CASE WHEN s.place = 4 AND e.observed > 0 THEN 'discussions' END) AS discussions,
        max(CASE WHEN s.place = 5 AND e.observed > 0 THEN 'Hub discussions' END) AS hub_discussions
    FROM metrics.contribution_streams() AS s
    JOIN ops.entity_coverage AS e ON e.source = s.source AND e.stream = s.stream AND e.subjects > 0
    GROUP BY e.entity_id
)
SELECT
    m.entity_id,
    m.period,
    m.period_end,
    m.complete AND m.streams = e.streams AS complete,
    m.unfinished OR m.streams < e.streams AS unfinished,
    m.is_over,
    m.is_known,
    m.is_known AND bool_and(m.is_whole) OVER (PARTITION BY m.entity_id) AS is_whole,
    m.is_known AND bool_and(m.is_known) OVER (
        PARTITION BY m.entity_id ORDER BY m.period ROWS BETWEEN 11 PRECEDING AND CURRENT ROW
    ) AS year_is_known,
    least(e.covered, m.covered) AS covered,
    m.differing,
    CASE
        WHEN concat_ws(', ', e.commits, e.issues, e.change_requests, e.discussions)
            <> 'commits, issues, change requests, discussions'
        THEN concat(
            concat_ws(', ', e.commits, e.issues, e.change_requests, e.discussions, e.hub_discussions), ' only'
        )
    END AS kinds
FROM month AS m
JOIN expected AS e ON e.entity_id = m.entity_id;

-- ── Who did how much ────────────────────────────────────────────────────────────────────────────────────────────

-- Non-merge commits of humans by month and by the organisation of the author on that day, NULL where it is not known.
CREATE OR REPLACE MACRO metrics.affiliated_commits() AS TABLE
SELECT c.entity_id, a.organization, c.period, count(*) AS commits
FROM metrics.commits() AS c
JOIN staging.person AS p ON p.person_id = c.author_id
LEFT JOIN staging.affiliation AS a
    ON a.person_id = c.author_id AND metrics.is_member(c.authored_on, a.valid_from, a.valid_to)
WHERE p.kind = 'human' AND NOT c.is_merge
GROUP BY c.entity_id, a.organization, c.period;

-- Non-merge commits of humans by month and by who made them: of_what is 'person' or 'organization', of known ones.
CREATE OR REPLACE MACRO metrics.commits_by(of_what) AS TABLE
WITH made AS (
    SELECT entity_id, person_id AS maker, period, commits
    FROM metrics.human_commits()
    WHERE of_what = 'person'
    UNION ALL
    SELECT entity_id, organization AS maker, period, commits
    FROM metrics.affiliated_commits()
    WHERE of_what = 'organization' AND organization IS NOT NULL
)
SELECT
    entity_id,
    dense_rank() OVER (ORDER BY entity_id, maker) AS maker,
    period,
    CAST(sum(commits) AS BIGINT) AS commits
FROM made
GROUP BY entity_id, maker, period;

-- Of the trailing 12 months: how many of the commits are of an unknown organisation.
CREATE OR REPLACE MACRO metrics.unknown_organizations() AS TABLE
SELECT
    c.entity_id,
    t.period,
    CAST(sum(c.commits) AS BIGINT) AS commits,
    CAST(sum(CASE WHEN c.organization IS NULL THEN c.commits ELSE 0 END) AS BIGINT) AS unknown
FROM metrics.affiliated_commits() AS c
JOIN metrics.rolling(12) AS t ON t.month = c.period
GROUP BY c.entity_id, t.period;

-- 'unknown 0.42': the part whose organisation is not known; what is not whole is never rounded up to 1.
CREATE OR REPLACE MACRO metrics.unknown_share(share) AS
    CASE
        WHEN share > 0
        THEN concat('unknown ', CAST(CAST(CASE WHEN share < 1 THEN least(round(share, 2), 0.99) ELSE 1 END AS DECIMAL(4, 2)) AS VARCHAR))
    END;

-- The fewest makers who together made at least half of the commits of the trailing 12 months; total: all of them.
CREATE OR REPLACE MACRO metrics.fewest_for_half(of_what) AS TABLE
WITH yearly AS (
    SELECT c.entity_id, t.period, c.maker, CAST(sum(c.commits) AS BIGINT) AS commits
    FROM metrics.commits_by(of_what) AS c
    JOIN metrics.rolling(12) AS t ON t.month = c.period
    GROUP BY c.entity_id, t.period, c.maker
),
-- Those with equally many commits are interchangeable, so it is enough to know how many they are.
peers AS (
    SELECT entity_id, period, commits, count(*) AS makers, commits * count(*) AS together
    FROM yearly
    GROUP BY entity_id, period, commits
),
ranked AS (
    SELECT
        entity_id,
        period,
        commits,
        makers,
        together,
        sum(makers) OVER (PARTITION BY entity_id, period ORDER BY commits DESC) AS makers_so_far,
        sum(together) OVER (PARTITION BY entity_id, period ORDER BY commits DESC) AS commits_so_far,
        sum(together) OVER (PARTITION BY entity_id, period) AS total
    FROM peers
)
-- The group of peers in which the half is reached, and how many of them it takes: the quotient, rounded up.
SELECT
    entity_id,
    period,
    total,
    makers_so_far - makers + (total - 2 * (commits_so_far - together) + 2 * commits - 1) // (2 * commits) AS makers
FROM ranked
WHERE 2 * (commits_so_far - together) < total AND 2 * commits_so_far >= total;

-- The Hill number of order 2 of the commits of the trailing 12 months over their makers: as spread as that many equal
-- ones. factor: value / factor and value * factor are the ends of the interval, by a jackknife over the months.
CREATE OR REPLACE MACRO metrics.effective_makers(of_what) AS TABLE
WITH maker AS (
    SELECT entity_id, maker, period AS month, commits
    FROM metrics.commits_by(of_what)
),
monthly AS (
    SELECT entity_id, month, sum(commits) AS commits
    FROM maker
    GROUP BY entity_id, month
),
-- Σ c(c−1) counts the ordered pairs of commits that one maker made. Here they are counted by the months of the two
-- commits, so that any window, and any window without one of its months, is a sum of a few numbers.
pair AS (
    SELECT
        a.entity_id,
        a.month,
        b.month AS other_month,
        sum(a.commits * CASE WHEN a.month = b.month THEN b.commits - 1 ELSE b.commits END) AS pairs
    FROM maker AS a
    JOIN maker AS b ON b.entity_id = a.entity_id AND b.maker = a.maker
    WHERE abs(date_diff('month', a.month, b.month)) < 12
    GROUP BY a.entity_id, a.month, b.month
),
-- The pairs that a month takes part in as the first of the two, and those within it.
in_window AS (
    SELECT
        p.entity_id,
        t.period,
        p.month,
        sum(p.pairs) AS pairs,
        sum(CASE WHEN p.month = p.other_month THEN p.pairs ELSE 0 END) AS pairs_within
    FROM pair AS p
    JOIN metrics.rolling(12) AS t
        ON t.month = p.month AND date_diff('month', p.other_month, t.period) BETWEEN 0 AND 11
    GROUP BY p.entity_id, t.period, p.month
),
total AS (
    SELECT w.entity_id, w.period, count(*) AS months, sum(w.pairs) AS pairs, sum(m.commits) AS commits
    FROM in_window AS w
    JOIN monthly AS m ON m.entity_id = w.entity_id AND m.month = w.month
    GROUP BY w.entity_id, w.period
),
without_month AS (
    SELECT
        w.entity_id,
        w.period,
        metrics.log_effective(t.commits - m.commits, t.pairs - 2 * w.pairs + w.pairs_within) AS logarithm
    FROM in_window AS w
    JOIN total AS t ON t.entity_id = w.entity_id AND t.period = w.period
    JOIN monthly AS m ON m.entity_id = w.entity_id AND m.month = w.month
),
jackknife AS (
    SELECT
        entity_id,
        period,
        count(*) AS months,
        count(logarithm) AS usable,
        metrics.deviation(sum(logarithm * logarithm), sum(logarithm), count(*)) AS deviation
    FROM without_month
    GROUP BY entity_id, period
)
SELECT
    t.entity_id,
    t.period,
    t.commits,
    CASE WHEN t.pairs > 0 THEN CAST(t.commits AS DOUBLE) * (t.commits - 1) / t.pairs END AS makers,
    CASE
        WHEN j.months < 6 THEN NULL
        WHEN t.pairs = t.commits * (t.commits - 1) THEN metrics.one_kind_factor(j.months)
        ELSE metrics.jackknife_factor(j.months, j.usable, j.deviation)
    END AS factor
FROM total AS t
JOIN jackknife AS j ON j.entity_id = t.entity_id AND j.period = t.period;

-- The first month of each entity in which a human made a commit.
CREATE OR REPLACE MACRO metrics.first_human_commit() AS TABLE
SELECT entity_id, min(period) AS period
FROM metrics.human_commits()
GROUP BY entity_id;
