/*+++
title = "Comments on issues as fetched"
description = "One row a comment; a batch of issues brings them as a list."
streams = ["github/issues"]
[columns]
comment_id = "github:comment:<database id>."
issue_id = "The issue."
repository_key = "The repository as asked for: github:<owner/name>."
repository_id = "The repository: github:<database id>."
author_key = "Who wrote it: account:<id>, or login:<login> without one; NULL where the account was deleted."
author_login = "Login when it was told."
author_type = "User, Bot, Organization, Mannequin or EnterpriseUserAccount."
created_at = "When it was written."
fetched_at = "When it was told last."
version = "The batch that told it last."
+++*/
CREATE TABLE IF NOT EXISTS fact.issue_comment (
    comment_id VARCHAR NOT NULL,
    issue_id VARCHAR NOT NULL,
    repository_key VARCHAR NOT NULL,
    repository_id VARCHAR NOT NULL,
    author_key VARCHAR,
    author_login VARCHAR,
    author_type VARCHAR,
    created_at TIMESTAMPTZ,
    fetched_at TIMESTAMPTZ NOT NULL,
    version VARCHAR NOT NULL
);

MERGE INTO fact.issue_comment AS old
USING (
    SELECT
        comment.comment_id AS comment_id,
        issue_id,
        _subject AS repository_key,
        repository_id,
        comment.author_key AS author_key,
        comment.author_login AS author_login,
        comment.author_type AS author_type,
        comment.created_at AS created_at,
        _fetched_at AS fetched_at,
        _batch AS version
    FROM (SELECT *, unnest(comments) AS comment FROM new_github_issues)
    QUALIFY row_number() OVER (PARTITION BY comment.comment_id ORDER BY _fetched_at DESC, _batch DESC, issue_id) = 1
) AS new
ON old.comment_id = new.comment_id
WHEN MATCHED AND (new.fetched_at, new.version) > (old.fetched_at, old.version) THEN UPDATE SET *
WHEN NOT MATCHED THEN INSERT *;
