/*+++
title = "Spaces that use a model as listed"
description = "One row a Space and model that was asked for: as it was told last, and when first."
streams = ["huggingface/spaces"]
[columns]
space_key = "The Space: hf-space:<the Hub's id, or its name>."
model_key = "The model that was asked for: hf:<the Hub's id, or its name>."
model_name = "Its name when it was told."
model_hub_id = "The Hub's _id of the model; NULL where the listing lacked it."
name = "owner/name of the Space."
author = "Its owner."
created_at = "When it was created."
last_modified = "When it was last changed, as told last."
likes = "Likes, as told last."
sdk = "gradio, streamlit, docker or static."
models = "All models that it says it uses."
first_day = "Day on which it was first told."
told_at = "When it was told last."
version = "The batch that told it last."
+++*/
CREATE TABLE IF NOT EXISTS fact.space_use (
    space_key VARCHAR NOT NULL,
    model_key VARCHAR NOT NULL,
    model_name VARCHAR NOT NULL,
    model_hub_id VARCHAR,
    name VARCHAR NOT NULL,
    author VARCHAR,
    created_at TIMESTAMPTZ,
    last_modified TIMESTAMPTZ,
    likes BIGINT,
    sdk VARCHAR,
    models VARCHAR[],
    first_day DATE NOT NULL,
    told_at TIMESTAMPTZ NOT NULL,
    version VARCHAR NOT NULL
);

MERGE INTO fact.space_use AS old
USING (
    SELECT
        'hf-space:' || coalesce(space_hub_id, space) AS space_key,
        'hf:' || coalesce(hub_id, model) AS model_key,
        model AS model_name,
        hub_id AS model_hub_id,
        space AS name,
        author,
        created_at,
        last_modified,
        likes,
        sdk,
        models,
        min(day) OVER (PARTITION BY coalesce(space_hub_id, space), coalesce(hub_id, model)) AS first_day,
        _fetched_at AS told_at,
        _batch AS version
    FROM new_huggingface_spaces
    WHERE space IS NOT NULL
    QUALIFY row_number() OVER (
        PARTITION BY coalesce(space_hub_id, space), coalesce(hub_id, model) ORDER BY _fetched_at DESC, _batch DESC
    ) = 1
) AS new
ON old.space_key = new.space_key AND old.model_key = new.model_key
WHEN MATCHED AND (new.told_at, new.version) > (old.told_at, old.version) THEN UPDATE SET
    model_name = new.model_name, name = new.name, author = new.author, created_at = new.created_at,
    last_modified = new.last_modified, likes = new.likes, sdk = new.sdk, models = new.models,
    first_day = least(old.first_day, new.first_day), told_at = new.told_at, version = new.version
WHEN MATCHED THEN UPDATE SET first_day = least(old.first_day, new.first_day)
WHEN NOT MATCHED THEN INSERT *;
