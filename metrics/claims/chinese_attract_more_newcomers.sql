/*+++
title = "Chinese ecosystems attract more new contributors than American ones."
kind = "state"
said_by = "Press on Chinese open-source AI, e.g. The Neural Feed"
said_on = "2026"
source = "https://theneuralfeed.com/article/what-motivates-chinese-open-source-developers/nXG9306g"
speaks_of = [2026-01-01, 2026-06-30]
refuted_by = "Fewer new contributors to the Chinese ecosystems than to the American ones in the last 12 months, by more than chance."
needs = "12 whole months of contributions to nine tenths of the Chinese and of the American repositories of the catalogue"
caveats = [
  "Of what is catalogued: another catalogue, with more projects of one region, gives another answer.",
  "By the region of the ecosystem, not of the people: nothing is known of where they are.",
  "Decided where the two counts, as those of independent arrivals, differ by 1.96 standard errors.",
]
+++*/
WITH monthly AS (
    SELECT n.entity_id, n.period, n.value AS people, m.period_end, m.is_over, m.covered, m.kinds
    FROM metrics.new_contributors AS n
    JOIN metrics.contribution_months() AS m ON m.entity_id = n.entity_id AND m.period = n.period
    WHERE n.entity_id IN ('region:china', 'region:us') AND n.series = ''
),
yearly AS (
    SELECT
        e.entity_id,
        e.period,
        e.period_end,
        CAST(sum(CAST(m.people AS BIGINT)) AS BIGINT) AS people,
        min(m.covered) AS covered,
        max(m.kinds) AS kinds
    FROM monthly AS e
    JOIN monthly AS m ON m.entity_id = e.entity_id AND date_diff('month', m.period, e.period) BETWEEN 0 AND 11
    WHERE m.is_over
    GROUP BY e.entity_id, e.period, e.period_end
    HAVING count(m.people) = 12
)
SELECT
    CAST(c.period_end - INTERVAL 1 DAY AS DATE) AS day,
    CASE
        WHEN c.people - u.people > 1.96 * sqrt(c.people + u.people) THEN TRUE
        WHEN u.people - c.people > 1.96 * sqrt(c.people + u.people) THEN FALSE
    END AS holds,
    least(c.covered, u.covered) AS covered,
    concat(
        'new contributors in 12 months: Chinese ', CAST(c.people AS VARCHAR), ', American ', CAST(u.people AS VARCHAR),
        CASE WHEN coalesce(c.kinds, u.kinds) IS NULL THEN '' ELSE concat('; ', coalesce(c.kinds, u.kinds)) END
    ) AS evidence
FROM yearly AS c
JOIN yearly AS u ON u.period = c.period
WHERE c.entity_id = 'region:china' AND u.entity_id = 'region:us'
