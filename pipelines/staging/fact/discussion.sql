/*+++
title = "Discussions as fetched"
description = "One row a discussion, as it was told last."
streams = ["github/discussions"]
[columns]
discussion_id = "github:discussion:<database id>."
repository_key = "The repository as asked for: github:<owner/name>."
repository_id = "The repository: github:<database id>."
number = "Its number in the repository."
created_at = "When it was opened."
updated_at = "Last change that GitHub noticed."
closed_at = "When it was closed."
answered_at = "When an answer was chosen."
author_key = "Who opened it: account:<id>, or login:<login> without one; NULL where the account was deleted."
author_login = "Login when it was told."
author_type = "User, Bot, Organization, Mannequin or EnterpriseUserAccount."
comments_total = "Comments that GitHub counts, replies not among them."
gone_at = "When it was found to be gone: deleted, transferred or converted; NULL if it is not."
strange_date = "Dated before 2005 or more than a day after it was fetched."
fetched_at = "When it was told last."
version = "The batch that told it last."
+++*/
CREATE TABLE IF NOT EXISTS fact.discussion (
    discussion_id VARCHAR NOT NULL,
    repository_key VARCHAR NOT NULL,
    repository_id VARCHAR NOT NULL,
    number INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ,
    closed_at TIMESTAMPTZ,
    answered_at TIMESTAMPTZ,
    author_key VARCHAR,
    author_login VARCHAR,
    author_type VARCHAR,
    comments_total BIGINT,
    gone_at TIMESTAMPTZ,
    strange_date BOOLEAN NOT NULL,
    fetched_at TIMESTAMPTZ NOT NULL,
    version VARCHAR NOT NULL
);

MERGE INTO fact.discussion AS old
USING (
    SELECT
        discussion_id,
        _subject AS repository_key,
        repository_id,
        number,
        created_at,
        updated_at,
        closed_at,
        answered_at,
        author_key,
        author_login,
        author_type,
        comments_total,
        gone_at,
        created_at < TIMESTAMPTZ '2005-01-01 00:00:00+00' OR created_at > _fetched_at + INTERVAL 1 DAY AS strange_date,
        _fetched_at AS fetched_at,
        _batch AS version
    FROM new_github_discussions
    QUALIFY row_number() OVER (PARTITION BY discussion_id ORDER BY _fetched_at DESC, _batch DESC, updated_at DESC, comments_total DESC) = 1
) AS new
ON old.discussion_id = new.discussion_id
WHEN MATCHED AND (new.fetched_at, new.version) > (old.fetched_at, old.version) THEN UPDATE SET *
WHEN NOT MATCHED THEN INSERT *;
