/*+++
title = "Discussions of Hub models as fetched"
description = "One row a discussion or pull request, as it was told last."
streams = ["huggingface/discussions"]
[columns]
discussion_id = "hf:discussion:<the model's id on the Hub, or its name>:<number>."
model_key = "The model: hf:<the Hub's id, or its name>."
model_name = "Its name when it was told."
hub_id = "The Hub's _id of the model; NULL where the listing lacked it."
number = "Its number at the model."
created_at = "When it was opened."
closed_at = "When it was first closed or merged."
status = "draft, open, closed or merged."
is_pull_request = "Whether it proposes a change."
author_key = "Who opened it: hf-user:<the Hub's id of the account, or its name>; NULL where it was deleted."
author_login = "Its name when it was told."
author_type = "User or Organization."
closed_by_key = "Who closed it first."
closed_by_login = "Its name when it was told."
closed_by_type = "User or Organization."
comments_total = "The listing's count; NULL where what was said was not told whole."
is_hidden = "Whether the Hub would not show what was said."
strange_date = "Dated before 2005 or more than a day after it was fetched."
day = "Day of the fetch."
fetched_at = "When it was told last."
version = "The batch that told it last."
+++*/
CREATE TABLE IF NOT EXISTS fact.hub_discussion (
    discussion_id VARCHAR NOT NULL,
    model_key VARCHAR NOT NULL,
    model_name VARCHAR NOT NULL,
    hub_id VARCHAR,
    number INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    closed_at TIMESTAMPTZ,
    status VARCHAR,
    is_pull_request BOOLEAN,
    author_key VARCHAR,
    author_login VARCHAR,
    author_type VARCHAR,
    closed_by_key VARCHAR,
    closed_by_login VARCHAR,
    closed_by_type VARCHAR,
    comments_total BIGINT,
    is_hidden BOOLEAN NOT NULL,
    strange_date BOOLEAN NOT NULL,
    day DATE NOT NULL,
    fetched_at TIMESTAMPTZ NOT NULL,
    version VARCHAR NOT NULL
);

MERGE INTO fact.hub_discussion AS old
USING (
    SELECT
        'hf:discussion:' || coalesce(hub_id, model) || ':' || number AS discussion_id,
        'hf:' || coalesce(hub_id, model) AS model_key,
        model AS model_name,
        hub_id,
        number,
        created_at,
        closed_at,
        status,
        is_pull_request,
        author_key,
        author_login,
        author_type,
        closed_by_key,
        closed_by_login,
        closed_by_type,
        comments_total,
        comments IS NULL AS is_hidden,
        created_at < TIMESTAMPTZ '2005-01-01 00:00:00+00' OR created_at > _fetched_at + INTERVAL 1 DAY AS strange_date,
        day,
        _fetched_at AS fetched_at,
        _batch AS version
    FROM new_huggingface_discussions
    WHERE number IS NOT NULL
    QUALIFY row_number() OVER (
        PARTITION BY coalesce(hub_id, model), number ORDER BY _fetched_at DESC, _batch DESC, comments_total DESC
    ) = 1
) AS new
ON old.discussion_id = new.discussion_id
WHEN MATCHED AND (new.fetched_at, new.version) > (old.fetched_at, old.version) THEN UPDATE SET *
WHEN NOT MATCHED THEN INSERT *;
