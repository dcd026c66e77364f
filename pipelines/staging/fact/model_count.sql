/*+++
title = "Counts of Hub models when they changed"
description = "One row for each time that a listing told other counts of a model than before, or that it was found to be gone."
streams = ["huggingface/models"]
[columns]
batch = "The batch that told it."
number = "The row's number in its batch; NULL in batches of before there were any."
day = "The day (UTC) on which it was told."
model_key = "hf:<the Hub's id>, or hf:<name> where the listing had no id."
profile_batch = "The batch whose profile of the model held then."
profile_number = "Its number there."
last_modified = "When the Hub says it was last changed."
downloads = "Downloads of the last 30 days, as the Hub counts them."
downloads_all_time = "Downloads since it was created."
likes = "Likes."
trending_score = "The Hub's trending score."
children_models = "How many models the Hub says name it as their base."
spaces = "How many Spaces the Hub names that use it."
gone = "How it is known that the model is no longer there; NULL where it is."
+++*/
CREATE TABLE IF NOT EXISTS fact.model_count (
    batch VARCHAR NOT NULL,
    number INTEGER,
    day DATE NOT NULL,
    model_key VARCHAR NOT NULL,
    profile_batch VARCHAR NOT NULL,
    profile_number INTEGER,
    last_modified TIMESTAMPTZ,
    downloads BIGINT,
    downloads_all_time BIGINT,
    likes BIGINT,
    trending_score DOUBLE,
    children_models BIGINT,
    spaces BIGINT,
    gone VARCHAR
);

INSERT INTO fact.model_count
SELECT
    _batch, number, day, 'hf:' || coalesce(hub_id, name), _batch, number, last_modified, downloads, downloads_all_time,
    likes, trending_score, children_models, spaces, NULL
FROM new_huggingface_models
WHERE of_batch IS NULL
UNION ALL
SELECT
    new._batch, new.number, new.day, profile.model_key, profile.batch, profile.number, new.last_modified, new.downloads,
    new.downloads_all_time, new.likes, new.trending_score, new.children_models, new.spaces, new.gone
FROM new_huggingface_models AS new
INNER JOIN fact.model_profile AS profile ON profile.batch = new.of_batch AND profile.number = new.of_number
WHERE new.number IS NOT NULL;
