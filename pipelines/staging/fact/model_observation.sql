/*+++
title = "Hub models as seen"
description = """One row for each model on each day on which it was seen, changed or not, or found to be gone, with what the last look of that
day told."""
streams = ["huggingface/models"]
[columns]
model_key = "hf:<the Hub's id>, or hf:<name> where the listing had no id."
day = "The day (UTC) on which it was seen."
profile_batch = "The batch whose profile of the model held on that day."
profile_number = "Its number there."
last_modified = "When the Hub says it was last changed."
downloads = "Downloads of the last 30 days, as the Hub counts them."
downloads_all_time = "Downloads since it was created."
likes = "Likes."
trending_score = "The Hub's trending score."
children_models = "How many models the Hub says name it as their base."
spaces = "How many Spaces the Hub names that use it."
gone = "How it is known that the model is no longer there; NULL where it is."
version = "The batch that told it last."
[checks]
every_row_that_was_seen_unchanged_is_there = """
SELECT new._batch, new.of_batch, new.of_number, new.of_last
FROM new_huggingface_models AS new
LEFT JOIN fact.model_count AS told
    ON told.batch = new.of_batch AND told.number BETWEEN new.of_number AND coalesce(new.of_last, new.of_number)
WHERE new.of_batch IS NOT NULL
GROUP BY ALL
HAVING count(told.batch) <> coalesce(new.of_last, new.of_number) - new.of_number + 1"""
+++*/
CREATE TABLE IF NOT EXISTS fact.model_observation (
    model_key VARCHAR NOT NULL,
    day DATE NOT NULL,
    profile_batch VARCHAR NOT NULL,
    profile_number INTEGER,
    last_modified TIMESTAMPTZ,
    downloads BIGINT,
    downloads_all_time BIGINT,
    likes BIGINT,
    trending_score DOUBLE,
    children_models BIGINT,
    spaces BIGINT,
    gone VARCHAR,
    version VARCHAR NOT NULL
);

MERGE INTO fact.model_observation AS old
USING (
    WITH seen AS (
        SELECT batch, number, batch AS seen_in, day
        FROM fact.model_count
        WHERE batch IN (SELECT batch FROM new_huggingface_models_batch) AND number IS NOT NULL
        UNION ALL
        SELECT of_batch, unnest(range(of_number, of_last + 1))::INTEGER, _batch, day
        FROM new_huggingface_models
        WHERE of_last IS NOT NULL
    ),
    told AS (
        SELECT told.* EXCLUDE (batch, number, day), seen.seen_in AS version, seen.day
        FROM seen
        INNER JOIN fact.model_count AS told ON told.batch = seen.batch AND told.number = seen.number
        UNION ALL BY NAME
        SELECT * EXCLUDE (batch, number), batch AS version
        FROM fact.model_count
        WHERE batch IN (SELECT batch FROM new_huggingface_models_batch) AND number IS NULL
    )
    SELECT *
    FROM told
    QUALIFY row_number() OVER (PARTITION BY model_key, day ORDER BY version DESC, profile_batch DESC, profile_number DESC) = 1
) AS new
ON old.model_key = new.model_key AND old.day = new.day
WHEN MATCHED AND new.version > old.version THEN UPDATE SET
    profile_batch = new.profile_batch, profile_number = new.profile_number, last_modified = new.last_modified,
    downloads = new.downloads, downloads_all_time = new.downloads_all_time, likes = new.likes,
    trending_score = new.trending_score, children_models = new.children_models, spaces = new.spaces, gone = new.gone,
    version = new.version
WHEN NOT MATCHED THEN INSERT VALUES (
    new.model_key, new.day, new.profile_batch, new.profile_number, new.last_modified, new.downloads,
    new.downloads_all_time, new.likes, new.trending_score, new.children_models, new.spaces, new.gone, new.version
);
