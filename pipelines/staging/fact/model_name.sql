/*+++
title = "Names of Hub models, whatever told them"
description = "One row a name and id under which a listing, a base, a Space or a discussion named a model."
[columns]
name = "owner/name."
hub_id = "The Hub's _id; NULL where it was not told with the name."
day = "Last day on which both were told together; NULL for a name alone."
+++*/
CREATE OR REPLACE TABLE fact.model_name AS
SELECT name, hub_id, max(day) AS day
FROM (
    SELECT name, hub_id, day FROM fact.model_profile
    UNION ALL
    SELECT name, hub_id, day FROM fact.trending
    UNION ALL
    SELECT model_name, hub_id, day FROM fact.hub_discussion
    UNION ALL
    SELECT model_name, model_hub_id, CAST(told_at AT TIME ZONE 'UTC' AS DATE) FROM fact.space_use
    UNION ALL
    SELECT base.id, NULL, NULL FROM (SELECT unnest(base_models) AS base FROM fact.model_profile)
    UNION ALL
    SELECT base.id, NULL, NULL FROM (SELECT unnest(base_models) AS base FROM fact.trending)
)
WHERE name IS NOT NULL
GROUP BY name, hub_id
ORDER BY name, hub_id;
