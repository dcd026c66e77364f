/*+++
title = "Popular agent projects publish a security policy."
kind = "state"
said_by = "Asked the other way round by zarq.ai: popular agents lack formal security practices"
said_on = "2026"
source = "https://zarq.ai/blog/stars-dont-mean-trust"
speaks_of = [2026-01-01, 2026-06-30]
refuted_by = "Fewer than half of the agent repositories with 10,000 stars or more having a security policy, with a 95 % interval below one half."
needs = "the community profiles and stars of at least 5 popular agent repositories"
caveats = [
  "Popular: 10,000 stars or more at the last count before the look. Publish: more than half of them have one.",
  "That a policy is there says nothing of whether it is followed.",
  "Wilson's interval takes the catalogued repositories for a sample of the popular ones.",
]
+++*/
WITH look AS (
    SELECT repository_id, day, metrics.month_of(day) AS period, security_policy
    FROM staging.community_profile
    WHERE security_policy IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY repository_id, metrics.month_of(day) ORDER BY day DESC) = 1
),
starred AS (
    SELECT l.repository_id, l.day, l.period, l.security_policy, arg_max(s.stars, s.day) AS stars
    FROM look AS l
    JOIN catalogue.membership AS m
        ON m.subject_id = l.repository_id AND m.entity_id = 'layer:agent'
        AND metrics.is_member(l.day, m.valid_from, m.valid_to)
    JOIN staging.repository_snapshot AS s
        ON s.repository_id = l.repository_id AND s.origin = 'counter' AND s.day <= l.day AND s.stars IS NOT NULL
    GROUP BY l.repository_id, l.day, l.period, l.security_policy
),
monthly AS (
    SELECT
        max(day) AS day,
        count(*) AS n,
        count(CASE WHEN security_policy THEN 1 END) AS k
    FROM starred
    WHERE stars >= 10000
    GROUP BY period
)
SELECT
    day,
    CASE
        WHEN n < 5 THEN NULL
        WHEN metrics.wilson_low(k, n) > 0.5 THEN TRUE
        WHEN metrics.wilson_high(k, n) < 0.5 THEN FALSE
    END AS holds,
    concat('popular agent repositories with a security policy: ', CAST(k AS VARCHAR), ' of ', CAST(n AS VARCHAR)) AS evidence
FROM monthly
