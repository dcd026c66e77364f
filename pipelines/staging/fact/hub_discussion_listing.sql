/*+++
title = "Whole listings of discussions of Hub models"
description = "One row a model: the last time at which all its discussions were listed and what was new in them was read."
streams = ["huggingface/discussions"]
[columns]
model_key = "The model: hf:<the Hub's id, or its name>."
shown = "The numbers of all discussions that it showed: what it did not show is gone."
listed_at = "When."
version = "The batch that told it."
+++*/
CREATE TABLE IF NOT EXISTS fact.hub_discussion_listing (
    model_key VARCHAR NOT NULL, shown INTEGER[] NOT NULL, listed_at TIMESTAMPTZ NOT NULL, version VARCHAR NOT NULL
);

MERGE INTO fact.hub_discussion_listing AS old
USING (
    SELECT 'hf:' || coalesce(hub_id, model) AS model_key, shown, _fetched_at AS listed_at, _batch AS version
    FROM new_huggingface_discussions
    WHERE number IS NULL AND shown IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY coalesce(hub_id, model) ORDER BY _fetched_at DESC, _batch DESC) = 1
) AS new
ON old.model_key = new.model_key
WHEN MATCHED AND (new.listed_at, new.version) > (old.listed_at, old.version) THEN UPDATE SET *
WHEN NOT MATCHED THEN INSERT *;
