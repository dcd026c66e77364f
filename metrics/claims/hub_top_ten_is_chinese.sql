/*+++
title = "All of the ten models that trend most on the Hub are Chinese or derived from Chinese models."
kind = "state"
said_by = "Reports on the Hub's list of trending models in July 2025"
said_on = "2025-07"
source = "https://ailinux.me/2025/07/unbelievable-china-dominates-top-10-open-source-models-on-huggingface/"
speaks_of = [2025-07-01, 2025-07-31]
every = 1 # days
refuted_by = "One of the ten that is of an organisation of another known region and is not derived from a Chinese model, on the last day of that time."
needs = "the Hub's ten most trending models of a day"
caveats = [
  "A model whose organisation is not catalogued, and that names no Chinese base, is of an unknown region: it decides nothing.",
  "The Hub's trending score is its own, and of the last days.",
]
+++*/
WITH place AS (
    SELECT t.day, t.rank, t.model_id
    FROM staging.trending AS t
    WHERE t.rank <= 10
),
-- a model is of each region that it, or what it derives from, is catalogued in; its own organisation's stands first
region AS (
    SELECT
        p.day,
        p.rank,
        max(CASE WHEN m.entity_id = 'region:china' THEN 1 ELSE 0 END) AS is_chinese,
        max(CASE WHEN a.ancestor_id = p.model_id AND m.entity_id <> 'region:unknown' THEN 1 ELSE 0 END) AS is_known
    FROM place AS p
    LEFT JOIN staging.trending_ancestor AS a ON a.model_id = p.model_id
    LEFT JOIN catalogue.membership AS m
        ON m.subject_id = a.ancestor_id AND m.entity_id LIKE 'region:%' AND metrics.is_member(p.day, m.valid_from, m.valid_to)
    GROUP BY p.day, p.rank
),
daily AS (
    SELECT
        day,
        count(*) AS places,
        CAST(sum(is_chinese) AS BIGINT) AS chinese,
        CAST(sum(CASE WHEN is_chinese = 0 AND is_known = 1 THEN 1 ELSE 0 END) AS BIGINT) AS others
    FROM region
    GROUP BY day
)
SELECT
    day,
    CASE WHEN chinese = 10 THEN TRUE WHEN others > 0 THEN FALSE END AS holds,
    concat(
        'Chinese or derived: ', CAST(chinese AS VARCHAR), ' of the 10 that trend most, ', CAST(others AS VARCHAR),
        ' of another region, ', CAST(10 - chinese - others AS VARCHAR), ' of an unknown one'
    ) AS evidence
FROM daily
WHERE places = 10
