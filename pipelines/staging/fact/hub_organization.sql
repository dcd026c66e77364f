/*+++
title = "All of the Hub by organisation, as listed"
description = "One row an organisation and day of a Hub-wide listing; where two were read of one day, of the one that was read last."
streams = ["huggingface/hub_listing"]
[columns]
day = "The day of the listing."
organization = "The owner's name on the Hub."
models = "Its models."
derivatives = "Those of them that name a base."
downloads = "Their downloads of the last 30 days; NULL where none was told."
downloads_all_time = "Their downloads since they were created; NULL where none was told."
likes = "Their likes; NULL where none was told."
fetched_at = "When the listing was read."
+++*/
CREATE TABLE IF NOT EXISTS fact.hub_organization (
    day DATE NOT NULL,
    organization VARCHAR NOT NULL,
    models BIGINT NOT NULL,
    derivatives BIGINT NOT NULL,
    downloads BIGINT,
    downloads_all_time BIGINT,
    likes BIGINT,
    fetched_at TIMESTAMPTZ NOT NULL
);

DELETE FROM fact.hub_organization AS old
USING (SELECT day, max(_fetched_at) AS fetched_at FROM new_huggingface_hub_listing GROUP BY day) AS new
WHERE old.day = new.day AND old.fetched_at < new.fetched_at;

INSERT INTO fact.hub_organization
WITH newest AS (
    SELECT day, max(_fetched_at) AS fetched_at FROM new_huggingface_hub_listing GROUP BY day
)
SELECT
    new.day,
    split_part(new.name, '/', 1),
    count(*),
    count(*) FILTER (len(new.bases) > 0),
    sum(new.downloads)::BIGINT,
    sum(new.downloads_all_time)::BIGINT,
    sum(new.likes)::BIGINT,
    new._fetched_at
FROM new_huggingface_hub_listing AS new
INNER JOIN newest ON newest.day = new.day AND newest.fetched_at = new._fetched_at
ANTI JOIN fact.hub_organization AS old ON old.day = new.day
GROUP BY new.day, split_part(new.name, '/', 1), new._fetched_at;
