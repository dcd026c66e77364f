/*+++
title = "Spaces that a listing no longer showed"
description = "One row a Space, model and time of a whole listing of the model that first lacked it."
streams = ["huggingface/spaces"]
[columns]
space_key = "The Space: hf-space:<the Hub's id, or its name>."
model_key = "The model that was asked for: hf:<the Hub's id, or its name>."
gone_at = "When."
+++*/
CREATE TABLE IF NOT EXISTS fact.space_gone (
    space_key VARCHAR NOT NULL, model_key VARCHAR NOT NULL, gone_at TIMESTAMPTZ NOT NULL
);

MERGE INTO fact.space_gone AS old
USING (
    SELECT DISTINCT 'hf-space:' || space_key AS space_key, model_key, gone_at
    FROM (
        SELECT unnest(gone) AS space_key, 'hf:' || coalesce(hub_id, model) AS model_key, _fetched_at AS gone_at
        FROM new_huggingface_spaces
        WHERE space IS NULL
    )
) AS new
ON old.space_key = new.space_key AND old.model_key = new.model_key AND old.gone_at = new.gone_at
WHEN NOT MATCHED THEN INSERT *;
