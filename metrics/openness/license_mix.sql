/*+++
title = "Licences"
question = "How open are the licences of its models and repositories?"
unit = "share of models and repositories"
definition = """
Of the entity's models and repositories that existed at the end of the month, the part under a licence that the Open
Source Initiative has approved, by the licence told last. Series `license:<class>` are all classes: `osi`; `open`, open by
the Open Definition or free by the FSF, but not approved by the OSI (CC BY, CC0 and others, of content and data);
`restricted`, open with use restrictions (Llama, Gemma, OpenRAIL); `non-commercial`; `none`, no licence is named;
`unknown`, one is named that is not classified. They add up to 1. Series `license:osi of:models` and `license:osi of:repositories`
are the first class apart. `staging.license` has the class of each licence with its source. `n` is the number of models
and repositories that were described.
"""
source = "Open Source Initiative: https://opensource.org/licenses; SPDX: https://spdx.org/licenses; Hugging Face Hub: https://huggingface.co/docs/hub/repositories-licenses"
caveats = [
  "By the licence that is in force now: what was under another one in an earlier month counts there under the present one.",
  "Only what still existed when it was listed is seen.",
  "A licence of the code does not cover the weights, nor that of the weights the data they were trained on.",
  "There is no interval: all that were described are counted, not a sample of them.",
]

[checks]
"the classes add up to 1" = """
    SELECT entity_id, period, sum(value) AS total
    FROM metrics.license_mix
    WHERE series LIKE 'license:%' AND series NOT LIKE '% of:%'
    GROUP BY entity_id, period
    HAVING abs(sum(value) - 1) > 1e-9"""
+++*/
WITH described AS (
    SELECT o.model_id AS subject_id, 'models' AS kind, o.created_at, CASE WHEN o.license IS NULL THEN 'none' ELSE coalesce(l.class, 'unknown') END AS class
    FROM staging.model AS o
    LEFT JOIN staging.license AS l ON l.license = o.license
    WHERE o.created_at IS NOT NULL
    UNION ALL
    SELECT r.repository_id AS subject_id, 'repositories' AS kind, r.created_at, CASE WHEN r.license_spdx IS NULL THEN 'none' ELSE coalesce(l.class, 'unknown') END AS class
    FROM staging.repository AS r
    LEFT JOIN staging.license AS l ON l.license = r.license_spdx
    WHERE r.observed_on IS NOT NULL AND r.created_at IS NOT NULL
),
monthly AS (
    SELECT o.entity_id, o.period, d.kind, d.class, count(DISTINCT d.subject_id) AS subjects
    FROM described AS d
    JOIN catalogue.membership AS m ON m.subject_id = d.subject_id
    JOIN metrics.described_months() AS o
        ON o.entity_id = m.entity_id
        AND o.period_end > metrics.utc_day(d.created_at)
        AND metrics.is_member(o.period_end - INTERVAL 1 DAY, m.valid_from, m.valid_to)
    GROUP BY o.entity_id, o.period, d.kind, d.class
),
total AS (
    SELECT entity_id, period, kind, CAST(sum(subjects) AS BIGINT) AS n
    FROM monthly
    GROUP BY entity_id, period, kind
),
together AS (
    SELECT entity_id, period, CAST(sum(n) AS BIGINT) AS n
    FROM total
    GROUP BY entity_id, period
),
class AS (
    SELECT 'osi' AS class UNION ALL SELECT 'open' AS class UNION ALL SELECT 'restricted' AS class
    UNION ALL SELECT 'non-commercial' AS class UNION ALL SELECT 'none' AS class UNION ALL SELECT 'unknown' AS class
),
asked AS (
    SELECT b.entity_id, b.period, concat('license:', k.class) AS series, k.class, 'both' AS kind, b.n
    FROM together AS b
    CROSS JOIN class AS k
    UNION ALL
    SELECT entity_id, period, '' AS series, 'osi' AS class, 'both' AS kind, n
    FROM together
    UNION ALL
    SELECT entity_id, period, concat('license:osi of:', kind) AS series, 'osi' AS class, kind, n
    FROM total
),
share AS (
    SELECT a.entity_id, a.period, a.series, a.n, CAST(coalesce(sum(m.subjects), 0) AS BIGINT) AS subjects
    FROM asked AS a
    LEFT JOIN monthly AS m
        ON m.entity_id = a.entity_id AND m.period = a.period AND m.class = a.class AND a.kind IN ('both', m.kind)
    GROUP BY a.entity_id, a.period, a.series, a.n
)
SELECT
    s.entity_id,
    s.period,
    s.series,
    s.subjects / s.n AS value,
    s.n,
    NULL AS low,
    NULL AS high,
    o.complete,
    NULL AS reason,
    metrics.remarks(metrics.small(s.n, s.n), metrics.unfinished(o.unfinished), metrics.coverage(o.covered), NULL) AS flag
FROM share AS s
JOIN metrics.described_months() AS o ON o.entity_id = s.entity_id AND o.period = s.period
