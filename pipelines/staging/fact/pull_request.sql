/*+++
title = "Change requests as fetched"
description = "One row a change request, as it was told last."
streams = ["github/pull_requests"]
[columns]
pull_request_id = "github:pull:<database id>."
repository_key = "The repository as asked for: github:<owner/name>."
repository_id = "The repository: github:<database id>."
number = "Its number in the repository."
created_at = "When it was opened."
updated_at = "Last change that GitHub noticed."
is_draft = "Whether it is a draft now."
ready_at = "When it was first marked as ready for review; NULL if it never was a draft or still is one."
merged_at = "When it was merged."
closed_at = "When it was closed or merged, as it stands now."
closed_by_key = "Who closed it: account:<id>, or login:<login> without one; NULL where the account was deleted."
closed_by_login = "Login when it was told."
closed_by_type = "User, Bot, Organization, Mannequin or EnterpriseUserAccount."
merged_by_key = "Who merged it: account:<id>, or login:<login> without one; NULL where the account was deleted."
merged_by_login = "Login when it was told."
merged_by_type = "User, Bot, Organization, Mannequin or EnterpriseUserAccount."
author_key = "Who opened it: account:<id>, or login:<login> without one; NULL where the account was deleted."
author_login = "Login when it was told."
author_type = "User, Bot, Organization, Mannequin or EnterpriseUserAccount."
author_association = "Of the author with the repository, when it was told."
head_repository_id = "Where the changes come from: github:<database id>; NULL where that is gone."
head_owner_key = "Key of its owner."
additions = "Lines added."
deletions = "Lines deleted."
changed_files = "Files changed."
head_agent = "The listed AI agent whose prefix its branch has: copilot, codex, claude, …; NULL: none."
comments_total = "Comments that GitHub counts."
reviews_total = "Reviews that GitHub counts."
gone_at = "When it was found to be gone: deleted, transferred or converted; NULL if it is not."
strange_date = "Dated before 2005 or more than a day after it was fetched."
fetched_at = "When it was told last."
version = "The batch that told it last."
+++*/
CREATE TABLE IF NOT EXISTS fact.pull_request (
    pull_request_id VARCHAR NOT NULL,
    repository_key VARCHAR NOT NULL,
    repository_id VARCHAR NOT NULL,
    number INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ,
    is_draft BOOLEAN,
    ready_at TIMESTAMPTZ,
    merged_at TIMESTAMPTZ,
    closed_at TIMESTAMPTZ,
    closed_by_key VARCHAR,
    closed_by_login VARCHAR,
    closed_by_type VARCHAR,
    merged_by_key VARCHAR,
    merged_by_login VARCHAR,
    merged_by_type VARCHAR,
    author_key VARCHAR,
    author_login VARCHAR,
    author_type VARCHAR,
    author_association VARCHAR,
    head_repository_id VARCHAR,
    head_owner_key VARCHAR,
    additions INTEGER,
    deletions INTEGER,
    changed_files INTEGER,
    head_agent VARCHAR,
    comments_total BIGINT,
    reviews_total BIGINT,
    gone_at TIMESTAMPTZ,
    strange_date BOOLEAN NOT NULL,
    fetched_at TIMESTAMPTZ NOT NULL,
    version VARCHAR NOT NULL
);

MERGE INTO fact.pull_request AS old
USING (
    SELECT
        pull_request_id,
        _subject AS repository_key,
        repository_id,
        number,
        created_at,
        updated_at,
        is_draft,
        ready_at,
        merged_at,
        closed_at,
        closed_by_key,
        closed_by_login,
        closed_by_type,
        merged_by_key,
        merged_by_login,
        merged_by_type,
        author_key,
        author_login,
        author_type,
        author_association,
        head_repository_id,
        head_owner_key,
        additions,
        deletions,
        changed_files,
        head_agent,
        comments_total,
        reviews_total,
        gone_at,
        created_at < TIMESTAMPTZ '2005-01-01 00:00:00+00' OR created_at > _fetched_at + INTERVAL 1 DAY AS strange_date,
        _fetched_at AS fetched_at,
        _batch AS version
    FROM new_github_pull_requests
    QUALIFY row_number() OVER (PARTITION BY pull_request_id ORDER BY _fetched_at DESC, _batch DESC, updated_at DESC, comments_total DESC, reviews_total DESC) = 1
) AS new
ON old.pull_request_id = new.pull_request_id
WHEN MATCHED AND (new.fetched_at, new.version) > (old.fetched_at, old.version) THEN UPDATE SET *
WHEN NOT MATCHED THEN INSERT *;
