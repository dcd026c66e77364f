/*+++
title = "Hub models as listed"
description = "One row a model and day, with what the last listing of that day said of it."
streams = ["huggingface/models"]
[columns]
model_key = "hf:<the Hub's id>, or hf:<name> where the listing had no id."
day = "The day (UTC) on which it was listed."
hub_id = "The Hub's own id; NULL where the listing lacked it."
name = "owner/name on that day."
created_at = "When the Hub says it was created."
last_modified = "When the Hub says it was last changed."
downloads = "Downloads of the last 30 days, as the Hub counts them."
downloads_all_time = "Downloads since it was created."
likes = "Likes."
trending_score = "The Hub's trending score."
pipeline_tag = "The task it is for."
library_name = "The library it is for."
license = "The Hub's licence id."
gated = "Whether its files have to be asked for; NULL where not told."
parameters = "Number of parameters of its weights."
model_type = "Architecture of its configuration, e.g. qwen3."
base_models = "The models it names as its base, each with the relation."
children_models = "How many models the Hub says name it as their base."
version = "The batch that told it last."
+++*/
CREATE TABLE IF NOT EXISTS fact.model_observation (
    model_key VARCHAR NOT NULL,
    day DATE NOT NULL,
    hub_id VARCHAR,
    name VARCHAR NOT NULL,
    created_at TIMESTAMPTZ,
    last_modified TIMESTAMPTZ,
    downloads BIGINT,
    downloads_all_time BIGINT,
    likes BIGINT,
    trending_score DOUBLE,
    pipeline_tag VARCHAR,
    library_name VARCHAR,
    license VARCHAR,
    gated BOOLEAN,
    parameters BIGINT,
    model_type VARCHAR,
    base_models STRUCT(id VARCHAR, hub_id VARCHAR, relation VARCHAR)[],
    children_models BIGINT,
    version VARCHAR NOT NULL
);

MERGE INTO fact.model_observation AS old
USING (
    SELECT
        'hf:' || coalesce(hub_id, name) AS model_key, day, hub_id, name, created_at, last_modified, downloads,
        downloads_all_time, likes, trending_score, pipeline_tag, library_name, license, gated, parameters, model_type,
        base_models, children_models, _batch AS version
    FROM new_huggingface_models
    QUALIFY row_number() OVER (PARTITION BY coalesce(hub_id, name), day ORDER BY _fetched_at DESC, _batch DESC) = 1
) AS new
ON old.model_key = new.model_key AND old.day = new.day
WHEN MATCHED AND new.version > old.version THEN UPDATE SET
    hub_id = new.hub_id, name = new.name, created_at = new.created_at, last_modified = new.last_modified,
    downloads = new.downloads, downloads_all_time = new.downloads_all_time, likes = new.likes,
    trending_score = new.trending_score, pipeline_tag = new.pipeline_tag, library_name = new.library_name,
    license = new.license, gated = new.gated, parameters = new.parameters, model_type = new.model_type,
    base_models = new.base_models, children_models = new.children_models, version = new.version
WHEN NOT MATCHED THEN INSERT VALUES (
    new.model_key, new.day, new.hub_id, new.name, new.created_at, new.last_modified, new.downloads,
    new.downloads_all_time, new.likes, new.trending_score, new.pipeline_tag, new.library_name, new.license, new.gated,
    new.parameters, new.model_type, new.base_models, new.children_models, new.version
);
