/*+++
title = "Organisational diversity"
question = "As spread as over that many equal organisations?"
unit = "organisations"
definition = """
The Hill number of order 2 of the non-merge commits by humans per organisation in the trailing 12 months (the 12 calendar
months that end with the period), of those commits whose author's organisation is known on the day of the commit:
1 / Σp², with the unbiased estimate Σ c(c−1) / N(N−1) of Σp² for c commits per organisation and N commits in all; at
least 1. The interval is a delete-a-group jackknife of its logarithm over the months of the window that have such
commits, of which at least 6 are needed; where one organisation made all commits, its upper end is 20^(2/months), as in
`effective_contributors`. `unknown_share` is the part of all commits of the window whose organisation is not known; it
stands in the flag, too. `n` is the number of commits whose organisation is known.
"""
source = "CHAOSS, Organizational Diversity: https://chaoss.community/kb/metric-organizational-diversity/; Hill, Diversity and evenness, Ecology 54 (1973) 427"
caveats = [
  "Organisations are told by the domains of e-mails and by what people write in their profiles: both name some people's only.",
  "People who hide where they work may differ from the others: the interval does not cover that. Look at the unknown share.",
]

[columns]
unknown_share = "share of all commits of the window whose author's organisation is not known"
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
        WHEN u.commits IS NULL THEN 'no commits in 12 months'
        WHEN e.commits IS NULL THEN 'no organisation known'
        WHEN e.commits < 2 THEN 'fewer than 2 commits of a known organisation'
        WHEN e.makers IS NULL THEN 'no organisation made two commits in 12 months'
    END AS reason,
    metrics.remarks(
        metrics.small(e.makers, e.commits),
        metrics.unfinished(m.unfinished),
        metrics.coverage(m.covered),
        metrics.unknown_share(u.unknown / u.commits)
    ) AS flag,
    u.unknown / u.commits AS unknown_share
FROM metrics.first_human_commit() AS b
JOIN metrics.months('git', 'commits') AS m ON m.entity_id = b.entity_id AND m.period >= b.period
LEFT JOIN metrics.unknown_organizations() AS u ON u.entity_id = m.entity_id AND u.period = m.period
LEFT JOIN metrics.effective_makers('organization') AS e ON e.entity_id = m.entity_id AND e.period = m.period
