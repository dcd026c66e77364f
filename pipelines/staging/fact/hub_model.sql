/*+++
title = "All models of the Hub, as last listed"
description = "One row a model of the newest Hub-wide listing; an older one is kept only as sums, in fact.hub_organization."
streams = ["huggingface/hub_listing"]
[columns]
model_id = "hf:<the Hub's id>, or hf:<name> where the listing had no id."
name = "owner/name."
created_at = "When the Hub says it was created."
downloads = "Downloads of the last 30 days, as the Hub counts them."
downloads_all_time = "Downloads since it was created; NULL where not told."
likes = "Likes."
bases = "The tags that name a base: base_model:<name>, base_model:<relation>:<name>."
day = "The day of the listing."
fetched_at = "When it was read."
+++*/
CREATE TABLE IF NOT EXISTS fact.hub_model (
    model_id VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    created_at TIMESTAMPTZ,
    downloads BIGINT,
    downloads_all_time BIGINT,
    likes BIGINT,
    bases VARCHAR[],
    day DATE NOT NULL,
    fetched_at TIMESTAMPTZ NOT NULL
);

-- by day, then by the time of reading: a listing that was read late does not replace one of a later day
DELETE FROM fact.hub_model
WHERE (day, fetched_at) < (SELECT max((new.day, new._fetched_at)) FROM new_huggingface_hub_listing AS new);

INSERT INTO fact.hub_model
SELECT
    'hf:' || coalesce(new.hub_id, new.name), new.name, new.created_at, new.downloads, new.downloads_all_time, new.likes,
    new.bases, new.day, new._fetched_at
FROM new_huggingface_hub_listing AS new
WHERE (new.day, new._fetched_at) = (SELECT max((day, _fetched_at)) FROM new_huggingface_hub_listing)
  AND coalesce((new.day, new._fetched_at) > (SELECT max((day, fetched_at)) FROM fact.hub_model), TRUE);
