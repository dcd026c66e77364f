/*+++
title = "Which Space uses which model"
description = """One row a Space and model that it uses, of the models that are asked for: the most downloaded and most liked of each
catalogued organisation, each about once a week."""
[columns]
space_id = "The Space (staging.space)."
model_id = "The model (staging.model)."
created_at = "When the Space was created; it may have used the model from later on."
first_day = "First day on which it was seen to use it."
gone_day = "First day on which a whole listing of the model no longer showed it; NULL: still there."
+++*/
CREATE OR REPLACE TABLE staging.space_model AS
WITH used AS (
    SELECT use.space_key, use.model_key, use.created_at, use.first_day, min(gone.gone_at) AS gone_at
    FROM fact.space_use AS use
    LEFT JOIN fact.space_gone AS gone
        ON gone.space_key = use.space_key AND gone.model_key = use.model_key AND gone.gone_at > use.told_at
    GROUP BY use.space_key, use.model_key, use.created_at, use.first_day
)
SELECT
    used.space_key AS space_id,
    identity.model_id,
    min(used.created_at) AS created_at,
    min(used.first_day) AS first_day,
    CASE WHEN bool_and(used.gone_at IS NOT NULL) THEN CAST(max(used.gone_at) AT TIME ZONE 'UTC' AS DATE) END AS gone_day
FROM used
INNER JOIN staging.identity AS identity ON identity.source_key = used.model_key AND identity.model_id IS NOT NULL
GROUP BY used.space_key, identity.model_id
ORDER BY 1, 2;
