/*+++
title = "Qwen's models have been downloaded more often than Llama's."
kind = "state"
said_by = "ATOM Report"
said_on = "2026-04"
source = "https://arxiv.org/abs/2604.07190"
speaks_of = [2025-09-01, 2026-03-31]
every = 31 # days
refuted_by = "The all-time downloads of Llama's models being as many as those of Qwen's, or more, on the last day on which both were told."
needs = "all-time downloads of Qwen's and of Llama's models on one day"
caveats = [
  "Of the models that were listed on the day, of the organisations that are catalogued: what others quantised or derived is in neither.",
  "A download is a GET or HEAD request for a query file, not a person.",
]
+++*/
SELECT
    q.day,
    q.value > l.value AS holds,
    concat(
        'all-time downloads: Qwen ', CAST(CAST(q.value AS BIGINT) AS VARCHAR), ' of ', CAST(q.n AS VARCHAR), ' models, Llama ',
        CAST(CAST(l.value AS BIGINT) AS VARCHAR), ' of ', CAST(l.n AS VARCHAR), ' models'
    ) AS evidence
FROM metrics.downloads_by_day AS q
JOIN metrics.downloads_by_day AS l ON l.day = q.day AND l.measure = q.measure
WHERE
    q.entity_id = 'ecosystem:qwen'
    AND l.entity_id = 'ecosystem:llama'
    AND q.measure = 'all-time'
    AND q.value IS NOT NULL
    AND l.value IS NOT NULL
