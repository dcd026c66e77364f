/*+++
title = "Trending models as listed"
description = "One row a day and rank, as it was told last; what an older telling of the day had besides is kept."
streams = ["huggingface/trending"]
[columns]
day = "The UTC day of the listing."
rank = "1 is the model that trends most."
hub_id = "The Hub's _id; NULL where the listing lacked it."
name = "owner/name."
created_at = "When the Hub says it was created."
trending_score = "The Hub's score."
downloads = "Downloads of the last 30 days."
likes = "Likes."
pipeline_tag = "The task it is for."
base_models = "The models that it names as base."
fetched_at = "When it was told last."
version = "The batch that told it last."
+++*/
CREATE TABLE IF NOT EXISTS fact.trending (
    day DATE NOT NULL,
    rank INTEGER NOT NULL,
    hub_id VARCHAR,
    name VARCHAR NOT NULL,
    created_at TIMESTAMPTZ,
    trending_score DOUBLE,
    downloads BIGINT,
    likes BIGINT,
    pipeline_tag VARCHAR,
    base_models STRUCT(id VARCHAR, hub_id VARCHAR, relation VARCHAR)[],
    fetched_at TIMESTAMPTZ NOT NULL,
    version VARCHAR NOT NULL
);

MERGE INTO fact.trending AS old
USING (
    SELECT
        day, rank, hub_id, name, created_at, trending_score, downloads, likes, pipeline_tag, base_models,
        _fetched_at AS fetched_at,
        _batch AS version
    FROM new_huggingface_trending
    QUALIFY row_number() OVER (PARTITION BY day, rank ORDER BY _fetched_at DESC, _batch DESC, name) = 1
) AS new
ON old.day = new.day AND old.rank = new.rank
WHEN MATCHED AND (new.fetched_at, new.version) > (old.fetched_at, old.version) THEN UPDATE SET *
WHEN NOT MATCHED THEN INSERT *;
