/*+++
title = "All of the ten models that trend most on the Hub are Chinese or derived from Chinese models."
kind = "state"
said_by = "Reports on the Hub's list of trending models in July 2025"
said_on = "2025-07"
source = "https://ailinux.me/2025/07/unbelievable-china-dominates-top-10-open-source-models-on-huggingface/"
refuted_by = "One of the ten that is neither of a Chinese organisation nor derived from a model of one, on the last day observed."
needs = "the Hub's ten most trending models of a day"
caveats = [
  "A model whose organisation is not catalogued, and that names no base, counts as not Chinese.",
  "The Hub's trending score is its own, and of the last days.",
]
+++*/
WITH chinese AS (
    SELECT DISTINCT t.day, t.rank
    FROM staging.trending AS t
    JOIN staging.trending_ancestor AS a ON a.model_id = t.model_id
    JOIN catalogue.membership AS m
        ON m.subject_id = a.ancestor_id AND m.entity_id = 'region:china' AND metrics.is_member(t.day, m.valid_from, m.valid_to)
),
daily AS (
    SELECT t.day, count(*) AS places, count(c.rank) AS chinese
    FROM staging.trending AS t
    LEFT JOIN chinese AS c ON c.day = t.day AND c.rank = t.rank
    WHERE t.rank <= 10
    GROUP BY t.day
)
SELECT
    day,
    chinese = 10 AS holds,
    concat('Chinese or derived: ', CAST(chinese AS VARCHAR), ' of the 10 that trend most') AS evidence
FROM daily
WHERE places = 10
