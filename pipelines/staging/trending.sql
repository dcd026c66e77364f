/*+++
title = "Trending models by day"
description = "The models that trended most on the whole Hub on each day on which it was asked. A day without rows was not observed."
[columns]
day = "The UTC day."
rank = "1 is the model that trended most."
model_id = "The model (staging.model, where it is catalogued or derives from one that is)."
name = "owner/name, as listed."
trending_score = "The Hub's own score; how it is reckoned is not published."
downloads = "Downloads of the last 30 days."
likes = "Likes."
+++*/
CREATE OR REPLACE TABLE staging.trending AS
SELECT fact.day, fact.rank::BIGINT AS rank, identity.model_id, fact.name, fact.trending_score, fact.downloads, fact.likes
FROM (
    FROM fact.trending
    QUALIFY rank() OVER (PARTITION BY day ORDER BY fetched_at DESC, version DESC) = 1
) AS fact
INNER JOIN staging.identity AS identity
    ON identity.source_key = 'hf:' || coalesce(fact.hub_id, fact.name) AND identity.model_id IS NOT NULL
ORDER BY fact.day, fact.rank;
