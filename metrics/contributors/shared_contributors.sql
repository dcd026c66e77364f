/*+++
title = "Shared contributors"
question = "How many of its contributors take part in another ecosystem, too?"
unit = "people"
definition = """
Humans active in the trailing 12 months (the 12 calendar months that end with the period) in the entity who were also
active in an ecosystem that it is no part of. Series `with:ecosystem:<x>` has each ecosystem apart, from the month on in
which the two first share somebody; a person may be in several. Contributions of every kind count, as in `contributors`. A person is one
person on GitHub and on the Hub only where that is declared: in the installation's people.toml, with a source; never by
equal names. Between an entity and an ecosystem that is a part of it there is no series. `n` is the number of people.
"""
source = "Ecotone; https://chaoss.community/kb/metric-contributors/ for who is a contributor"
caveats = [
  "Somebody who uses two accounts that nobody declared as one is two people: the value is a lower bound.",
  "A pair without a series has not shared anybody yet.",
]

[checks]
"two ecosystems share the same people" = """
    SELECT a.entity_id, a.period, a.series, a.value, b.value AS other
    FROM metrics.shared_contributors AS a
    JOIN metrics.shared_contributors AS b
        ON b.period = a.period AND a.series = concat('with:', b.entity_id) AND b.series = concat('with:', a.entity_id)
    WHERE a.value <> b.value"""
+++*/
SELECT
    entity_id,
    period,
    CASE WHEN ecosystem IS NULL THEN '' ELSE concat('with:', ecosystem) END AS series,
    CASE WHEN year_is_known THEN shared END AS value,
    shared AS n,
    NULL AS low,
    NULL AS high,
    complete AND year_is_known AS complete,
    CASE WHEN NOT year_is_known THEN 'not fetched yet' END AS reason,
    metrics.remarks(
        CASE WHEN year_is_known THEN metrics.small(shared, shared) END,
        metrics.unfinished(unfinished),
        metrics.lacking(covered, differing),
        kinds
    ) AS flag
FROM metrics.shared_people()
