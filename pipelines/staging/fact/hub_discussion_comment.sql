/*+++
title = "Comments in discussions of Hub models as fetched"
description = "One row a comment but the opening texts; a batch of discussions brings them as a list."
streams = ["huggingface/discussions"]
[columns]
comment_id = "hf:comment:<the Hub's id of the event>."
discussion_id = "The discussion."
author_key = "Who wrote it: hf-user:<the Hub's id of the account, or its name>; NULL where it was deleted."
author_login = "Its name when it was told."
author_type = "User or Organization."
created_at = "When it was written."
fetched_at = "When it was told last."
version = "The batch that told it last."
+++*/
CREATE TABLE IF NOT EXISTS fact.hub_discussion_comment (
    comment_id VARCHAR NOT NULL,
    discussion_id VARCHAR NOT NULL,
    author_key VARCHAR,
    author_login VARCHAR,
    author_type VARCHAR,
    created_at TIMESTAMPTZ,
    fetched_at TIMESTAMPTZ NOT NULL,
    version VARCHAR NOT NULL
);

MERGE INTO fact.hub_discussion_comment AS old
USING (
    SELECT
        comment.comment_id AS comment_id,
        'hf:discussion:' || coalesce(hub_id, model) || ':' || number AS discussion_id,
        comment.author_key AS author_key,
        comment.author_login AS author_login,
        comment.author_type AS author_type,
        comment.created_at AS created_at,
        _fetched_at AS fetched_at,
        _batch AS version
    FROM (SELECT *, unnest(comments) AS comment FROM new_huggingface_discussions WHERE number IS NOT NULL)
    QUALIFY row_number() OVER (PARTITION BY comment.comment_id ORDER BY _fetched_at DESC, _batch DESC, number) = 1
) AS new
ON old.comment_id = new.comment_id
WHEN MATCHED AND (new.fetched_at, new.version) > (old.fetched_at, old.version) THEN UPDATE SET *
WHEN NOT MATCHED THEN INSERT *;
