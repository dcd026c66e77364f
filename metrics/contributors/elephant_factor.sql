/*+++
title = "Elephant factor"
question = "How few organisations could leave with half of the work?"
unit = "organisations"
definition = """
The fewest organisations whose people together authored at least 50 % of the non-merge commits by humans in the trailing
12 months (the 12 calendar months that end with the period), of those commits whose author's organisation is known on
the day of the commit. `unknown_share` is the part of all commits of the window whose organisation is not known; it
stands in the flag, too. `n` is the number of commits whose organisation is known.
"""
source = "CHAOSS, Elephant Factor: https://chaoss.community/kb/metric-elephant-factor/ (its formula; its prose is inverted)"
caveats = [
  "Organisations are told by the domains of e-mails and by what people write in their profiles: both name some people's only.",
  "If most people's organisation is unknown, this is about the rest: look at the unknown share first.",
  "It has no interval: it counts what was done.",
]

[columns]
unknown_share = "share of all commits of the window whose author's organisation is not known"
+++*/
SELECT
    m.entity_id,
    m.period,
    '' AS series,
    f.makers AS value,
    coalesce(f.total, 0) AS n,
    NULL AS low,
    NULL AS high,
    m.complete,
    CASE
        WHEN f.makers IS NULL AND u.commits IS NULL THEN 'no commits in 12 months'
        WHEN f.makers IS NULL THEN 'no organisation known'
    END AS reason,
    metrics.remarks(
        metrics.small(f.makers, f.total),
        metrics.unfinished(m.unfinished),
        metrics.coverage(m.covered),
        metrics.unknown_share(u.unknown / u.commits)
    ) AS flag,
    u.unknown / u.commits AS unknown_share
FROM metrics.first_human_commit() AS b
JOIN metrics.months('git', 'commits') AS m ON m.entity_id = b.entity_id AND m.period >= b.period
LEFT JOIN metrics.unknown_organizations() AS u ON u.entity_id = m.entity_id AND u.period = m.period
LEFT JOIN metrics.fewest_for_half('organization') AS f ON f.entity_id = m.entity_id AND f.period = m.period
