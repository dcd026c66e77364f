/*+++
title = "Overlap of contributors"
question = "How much do its community and another one consist of the same people?"
unit = "share of the people of both"
definition = """
The Jaccard index of the people active in the trailing 12 months: those active in both the entity and the ecosystem of the
series (`with:ecosystem:<x>`), divided by those active in at least one of them. The main series is the part of the
entity's own people who are active in any other ecosystem. Who is active, and which pairs there are, is as in
`shared_contributors`. Wilson interval. `n` is the number of people it is a share of.
"""
source = "Jaccard, The distribution of the flora in the alpine zone, New Phytologist 11 (1912) 37"
caveats = [
  "The index of a small and a large community is small even if all of the small one are in both.",
  "Somebody who uses two accounts that nobody declared as one is two people: the value is a lower bound.",
]
+++*/
WITH pair AS (
    SELECT *, CASE WHEN ecosystem IS NULL THEN people ELSE people + others - shared END AS n
    FROM metrics.shared_people()
)
SELECT
    entity_id,
    period,
    CASE WHEN ecosystem IS NULL THEN '' ELSE concat('with:', ecosystem) END AS series,
    CASE WHEN n > 0 AND year_is_known THEN shared / n END AS value,
    n,
    CASE WHEN year_is_known THEN metrics.wilson_low(shared, n) END AS low,
    CASE WHEN year_is_known THEN metrics.wilson_high(shared, n) END AS high,
    complete AND year_is_known AS complete,
    CASE WHEN NOT year_is_known THEN 'not fetched yet' WHEN n = 0 THEN 'nobody was active in 12 months' END AS reason,
    metrics.remarks(
        CASE WHEN n > 0 AND year_is_known THEN metrics.small(n, n) END,
        metrics.unfinished(unfinished),
        metrics.lacking(covered, differing),
        kinds
    ) AS flag
FROM pair
