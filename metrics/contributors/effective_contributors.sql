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
SELECT
    m.entity_id,
    m.period,
    '' AS series,
    e.makers AS value,
    coalesce(e.commits, 0) AS n,
    metrics.at_least_one(e.makers / e.factor) AS low,
    e.makers * e.factor AS high,
    m.complete,
    CASE
        WHEN e.commits IS NULL THEN 'no commits in 12 months'
        WHEN e.commits < 2 THEN 'fewer than 2 commits in 12 months'
        WHEN e.makers IS NULL THEN 'nobody made two commits in 12 months'
    END AS reason,
    metrics.remarks(
        metrics.small(e.makers, e.commits), metrics.unfinished(m.unfinished), metrics.coverage(m.covered), NULL
    ) AS flag
FROM metrics.first_human_commit() AS b
JOIN metrics.months('git', 'commits') AS m ON m.entity_id = b.entity_id AND m.period >= b.period
LEFT JOIN metrics.effective_makers('person') AS e ON e.entity_id = m.entity_id AND e.period = m.period
