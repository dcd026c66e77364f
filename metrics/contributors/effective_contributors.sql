/*+++
title = "Effective contributors"
question = "As spread as that many equal contributors?"
unit = "people"
definition = """
The Hill number of order 2 of the non-merge commits per human in the trailing 12 months (the 12 calendar months that
end with the period): 1 / Σp², with the unbiased estimate Σ c(c−1) / N(N−1) of Σp² for c commits per person and N
commits in all. It reads: the work is as spread as if that many people had done equally much; at least 1.
The interval is a delete-a-group jackknife of its logarithm; the groups are the months of the window that have commits,
and at least 6 are needed. Where one person made all commits, its upper end is 20^(2/months): with a probability of 5 %
that many months would have gone by without another's commit. `n` is the number of commits.
"""
source = "Simpson, Measurement of diversity, Nature 163 (1949) 688; Hill, Diversity and evenness, Ecology 54 (1973) 427"
caveats = [
  "Bursts of work within a month make the work look more concentrated than it is in the long run.",
  "Of few commits the estimate can exceed the number of people: two people with two commits each give 3.",
  "The interval is about a stable community; see its measured coverage in docs/intervals.md.",
]
+++*/
WITH author AS (
    SELECT entity_id, person_id, period AS month, sum(commits) AS commits
    FROM metrics.human_commits()
    GROUP BY entity_id, person_id, period
),
monthly AS (
    SELECT entity_id, month, sum(commits) AS commits
    FROM author
    GROUP BY entity_id, month
),
-- Σ c(c−1) counts the ordered pairs of commits that one person made. Here they are counted by the months of the two
-- commits, so that any window, and any window without one of its months, is a sum of a few numbers.
pair AS (
    SELECT
        a.entity_id,
        a.month,
        b.month AS other_month,
        sum(a.commits * CASE WHEN a.month = b.month THEN b.commits - 1 ELSE b.commits END) AS pairs
    FROM author AS a
    JOIN author AS b ON b.entity_id = a.entity_id AND b.person_id = a.person_id
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
),
estimate AS (
    SELECT
        t.entity_id,
        t.period,
        t.commits,
        CASE WHEN t.pairs > 0 THEN CAST(t.commits AS DOUBLE) * (t.commits - 1) / t.pairs END AS people,
        CASE
            WHEN j.months < 6 THEN NULL
            WHEN t.pairs = t.commits * (t.commits - 1) THEN metrics.one_kind_factor(j.months)
            ELSE metrics.jackknife_factor(j.months, j.usable, j.deviation)
        END AS factor
    FROM total AS t
    JOIN jackknife AS j ON j.entity_id = t.entity_id AND j.period = t.period
),
beginning AS (
    SELECT entity_id, min(month) AS period
    FROM author
    GROUP BY entity_id
)
SELECT
    m.entity_id,
    m.period,
    '' AS series,
    e.people AS value,
    coalesce(e.commits, 0) AS n,
    metrics.at_least_one(e.people / e.factor) AS low,
    e.people * e.factor AS high,
    m.complete,
    CASE
        WHEN e.commits IS NULL THEN 'no commits in 12 months'
        WHEN e.commits < 2 THEN 'fewer than 2 commits in 12 months'
        WHEN e.people IS NULL THEN 'nobody made two commits in 12 months'
    END AS reason,
    metrics.remarks(
        metrics.small(e.people, e.commits), metrics.unfinished(m.unfinished), metrics.coverage(m.covered), NULL
    ) AS flag
FROM beginning AS b
JOIN metrics.months('git', 'commits') AS m ON m.entity_id = b.entity_id AND m.period >= b.period
LEFT JOIN estimate AS e ON e.entity_id = m.entity_id AND e.period = m.period
