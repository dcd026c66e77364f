/*+++
title = "All of the ten models that trend on the Hub are Chinese or derived from Chinese models."
kind = "state"
said_by = "Reports on the Hub's list of trending models in July 2025"
said_on = "2025-07"
source = "https://ailinux.me/2025/07/unbelievable-china-dominates-top-10-open-source-models-on-huggingface/"
refuted_by = "One of the ten that is neither of a Chinese organisation nor derived from a model of one, at the last snapshot."
needs = "the Hub's list of trending models, and the region of those on it"
caveats = [
  "A model whose organisation is not catalogued, and whose base is not named, counts as not Chinese.",
  "The Hub's trending score is its own, and of the last days.",
]
+++*/
SELECT
    c.period_end - INTERVAL 1 DAY AS day,
    t.value >= 1 AS holds,
    concat('Chinese or derived: ', CAST(CAST(round(10 * t.value) AS BIGINT) AS VARCHAR), ' of 10 at the last snapshot of the month') AS evidence
FROM metrics.trending_share AS t
JOIN catalogue.calendar AS c ON c.period = t.period
WHERE t.entity_id = 'region:china' AND t.series = 'top:10' AND t.value IS NOT NULL
