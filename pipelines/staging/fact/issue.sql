/*+++
title = "Issues as fetched"
description = "One row an issue, as it was told last."
streams = ["github/issues"]
[columns]
issue_id = "github:issue:<database id>."
repository_key = "The repository as asked for: github:<owner/name>."
repository_id = "The repository: github:<database id>."
number = "Its number in the repository."
created_at = "When it was opened."
updated_at = "Last change that GitHub noticed."
closed_at = "When it was closed, as it stands now; NULL while open."
first_closed_at = "When it was closed for the first time."
closed_by_key = "Who closed it first: account:<id>, or login:<login> without one; NULL where the account was deleted."
closed_by_login = "Login when it was told."
closed_by_type = "User, Bot, Organization, Mannequin or EnterpriseUserAccount."
state_reason = "COMPLETED, NOT_PLANNED, REOPENED or DUPLICATE."
author_key = "Who opened it: account:<id>, or login:<login> without one; NULL where the account was deleted."
author_login = "Login when it was told."
author_type = "User, Bot, Organization, Mannequin or EnterpriseUserAccount."
author_association = "Of the author with the repository, when it was told."
comments_total = "Comments that GitHub counts."
gone_at = "When it was found to be gone: deleted, transferred or converted; NULL if it is not."
strange_date = "Dated before 2005 or more than a day after it was fetched."
fetched_at = "When it was told last."
version = "The batch that told it last."
+++*/
CREATE TABLE IF NOT EXISTS fact.issue (
    issue_id VARCHAR NOT NULL,
    repository_key VARCHAR NOT NULL,
    repository_id VARCHAR NOT NULL,
    number INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ,
    closed_at TIMESTAMPTZ,
    first_closed_at TIMESTAMPTZ,
    closed_by_key VARCHAR,
    closed_by_login VARCHAR,
    closed_by_type VARCHAR,
    state_reason VARCHAR,
    author_key VARCHAR,
    author_login VARCHAR,
    author_type VARCHAR,
    author_association VARCHAR,
    comments_total BIGINT,
    gone_at TIMESTAMPTZ,
    strange_date BOOLEAN NOT NULL,
    fetched_at TIMESTAMPTZ NOT NULL,
    version VARCHAR NOT NULL
);

MERGE INTO fact.issue AS old
USING (
    SELECT
        issue_id,
        _subject AS repository_key,
        repository_id,
        number,
        created_at,
        updated_at,
        closed_at,
        first_closed_at,
        closed_by_key,
        closed_by_login,
        closed_by_type,
        state_reason,
        author_key,
        author_login,
        author_type,
        author_association,
        comments_total,
        gone_at,
        created_at < TIMESTAMPTZ '2005-01-01 00:00:00+00' OR created_at > _fetched_at + INTERVAL 1 DAY AS strange_date,
        _fetched_at AS fetched_at,
        _batch AS version
    FROM new_github_issues
    QUALIFY row_number() OVER (PARTITION BY issue_id ORDER BY _fetched_at DESC, _batch DESC, updated_at DESC, comments_total DESC) = 1
) AS new
ON old.issue_id = new.issue_id
WHEN MATCHED AND (new.fetched_at, new.version) > (old.fetched_at, old.version) THEN UPDATE SET *
WHEN NOT MATCHED THEN INSERT *;
