/*+++
title = "Security advisories"
question = "How many security advisories does it publish?"
unit = "advisories"
definition = """
Security advisories that the entity's repositories published on GitHub in the month. Months count from the first
advisory or the first look on, whichever is earlier. Where GitHub did not tell the advisories of any repository, the
value is unknown. `n` is the number of advisories.
"""
source = "GitHub, repository security advisories: https://docs.github.com/en/rest/security-advisories/repository-advisories"
caveats = [
  "More advisories may mean more flaws, or that they are looked for and told: it is no measure of safety.",
  "Advisories that others publish about a project, and those that were withdrawn, are not among them.",
]
+++*/
WITH newest AS (
    SELECT *
    FROM staging.community_profile
    QUALIFY row_number() OVER (PARTITION BY repository_id ORDER BY day DESC) = 1
),
known AS (
    SELECT
        m.entity_id,
        count(DISTINCT n.repository_id) AS repositories,
        count(DISTINCT a.repository_id) AS told
    FROM newest AS n
    JOIN catalogue.membership AS m ON m.subject_id = n.repository_id
    LEFT JOIN (SELECT DISTINCT repository_id FROM staging.community_profile WHERE advisories IS NOT NULL) AS a
        ON a.repository_id = n.repository_id
    GROUP BY m.entity_id
),
published AS (
    SELECT m.entity_id, metrics.month_of(metrics.utc_day(a.published_at)) AS period, count(*) AS advisories
    FROM staging.security_advisory AS a
    JOIN catalogue.membership AS m
        ON m.subject_id = a.repository_id AND metrics.is_member(metrics.utc_day(a.published_at), m.valid_from, m.valid_to)
    WHERE a.published_at IS NOT NULL
    GROUP BY m.entity_id, metrics.month_of(metrics.utc_day(a.published_at))
),
beginning AS (
    SELECT entity_id, min(period) AS period
    FROM (
        SELECT entity_id, period FROM published
        UNION ALL
        SELECT m.entity_id, metrics.month_of(p.day) AS period
        FROM staging.community_profile AS p
        JOIN catalogue.membership AS m ON m.subject_id = p.repository_id
    ) AS seen
    GROUP BY entity_id
),
month AS (
    SELECT
        o.entity_id,
        o.period,
        o.complete AND k.told = k.repositories AS complete,
        o.unfinished,
        least(o.covered, k.told / k.repositories) AS covered,
        CASE WHEN k.told > 0 THEN coalesce(p.advisories, 0) END AS advisories
    FROM beginning AS b
    JOIN known AS k ON k.entity_id = b.entity_id
    JOIN metrics.months('github', 'community') AS o ON o.entity_id = b.entity_id AND o.period >= b.period
    LEFT JOIN published AS p ON p.entity_id = o.entity_id AND p.period = o.period
)
SELECT
    entity_id,
    period,
    '' AS series,
    advisories AS value,
    coalesce(advisories, 0) AS n,
    NULL AS low,
    NULL AS high,
    complete AND advisories IS NOT NULL AS complete,
    CASE WHEN advisories IS NULL THEN 'GitHub did not tell the advisories' END AS reason,
    metrics.remarks(
        metrics.small(advisories, advisories),
        metrics.unfinished(unfinished),
        CASE WHEN advisories IS NOT NULL THEN metrics.coverage(covered) END,
        NULL
    ) AS flag
FROM month
