/*+++
title = "Community profile"
question = "Which of the usual policies and templates do its repositories have?"
unit = "share of repositories"
definition = """
Series `has:<what>`: the part of the entity's repositories that have it, at the last look at each in the month: `readme`,
`license`, `code-of-conduct`, `contributing` (a guide), `security-policy`, `issue-templates`, `pull-request-templates`.
The main series is the mean of the seven. GitHub is asked about once a week. What GitHub did not tell of a repository is
left out. A month without a look between two that have one is unknown. `n` is the number of repositories.
"""
source = "GitHub, community profiles: https://docs.github.com/en/communities/setting-up-your-project-for-healthy-contributions/about-community-profiles-for-public-repositories"
caveats = [
  "That a policy is there says nothing of whether it is followed.",
  "A policy or template that an organisation has once for all of its repositories is shown by GitHub for each of them.",
  "There is no interval: all repositories that were looked at are counted, not a sample of them.",
]

[checks]
"no share is over 1" = "SELECT * FROM metrics.community_profile WHERE value > 1 OR value < 0"
+++*/
WITH look AS (
    SELECT *, metrics.month_of(day) AS period
    FROM staging.community_profile
    QUALIFY row_number() OVER (PARTITION BY repository_id, metrics.month_of(day) ORDER BY day DESC) = 1
),
item AS (
    SELECT repository_id, day, period, 'readme' AS what, readme AS is_there FROM look
    UNION ALL
    SELECT repository_id, day, period, 'license' AS what, license AS is_there FROM look
    UNION ALL
    SELECT repository_id, day, period, 'code-of-conduct' AS what, code_of_conduct AS is_there FROM look
    UNION ALL
    SELECT repository_id, day, period, 'contributing' AS what, contributing AS is_there FROM look
    UNION ALL
    SELECT repository_id, day, period, 'security-policy' AS what, security_policy AS is_there FROM look
    UNION ALL
    SELECT repository_id, day, period, 'issue-templates' AS what, issue_templates AS is_there FROM look
    UNION ALL
    SELECT repository_id, day, period, 'pull-request-templates' AS what, pull_request_templates AS is_there FROM look
),
counted AS (
    SELECT
        m.entity_id,
        i.period,
        i.what,
        count(i.is_there) AS told,
        count(CASE WHEN i.is_there THEN 1 END) AS there
    FROM item AS i
    JOIN catalogue.membership AS m
        ON m.subject_id = i.repository_id AND metrics.is_member(i.day, m.valid_from, m.valid_to)
    GROUP BY m.entity_id, i.period, i.what
),
measured AS (
    SELECT entity_id, period, concat('has:', what) AS series, told AS n, CASE WHEN told > 0 THEN there / told END AS value
    FROM counted
    UNION ALL
    SELECT
        entity_id,
        period,
        '' AS series,
        max(told) AS n,
        CASE WHEN sum(told) > 0 THEN CAST(sum(there) AS BIGINT) / CAST(sum(told) AS BIGINT) END AS value
    FROM counted
    GROUP BY entity_id, period
),
span AS (
    SELECT entity_id, series, min(period) AS first_period, max(period) AS last_period
    FROM measured
    GROUP BY entity_id, series
)
SELECT
    s.entity_id,
    c.period,
    s.series,
    v.value,
    coalesce(v.n, 0) AS n,
    NULL AS low,
    NULL AS high,
    coalesce(o.complete AND v.value IS NOT NULL, FALSE) AS complete,
    CASE WHEN v.entity_id IS NULL THEN 'no look in the month' WHEN v.value IS NULL THEN 'GitHub did not tell' END AS reason,
    metrics.remarks(
        metrics.small(v.value, v.n),
        metrics.unfinished(NOT o.is_over),
        CASE WHEN v.value IS NOT NULL THEN metrics.coverage(o.covered) END,
        NULL
    ) AS flag
FROM span AS s
JOIN catalogue.calendar AS c ON c.period BETWEEN s.first_period AND s.last_period
LEFT JOIN measured AS v ON v.entity_id = s.entity_id AND v.series = s.series AND v.period = c.period
LEFT JOIN metrics.months('github', 'community') AS o ON o.entity_id = s.entity_id AND o.period = c.period
