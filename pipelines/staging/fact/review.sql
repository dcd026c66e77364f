/*+++
title = "Reviews as fetched"
description = "One row a review; a batch of change requests brings them as a list."
streams = ["github/pull_requests"]
[columns]
review_id = "github:review:<database id>."
pull_request_id = "The change request."
repository_key = "The repository as asked for: github:<owner/name>."
repository_id = "The repository: github:<database id>."
author_key = "Who reviewed: account:<id>, or login:<login> without one; NULL where the account was deleted."
author_login = "Login when it was told."
author_type = "User, Bot, Organization, Mannequin or EnterpriseUserAccount."
submitted_at = "When; NULL where it was not submitted."
state = "APPROVED, CHANGES_REQUESTED, COMMENTED, DISMISSED or PENDING."
fetched_at = "When it was told last."
version = "The batch that told it last."
+++*/
CREATE TABLE IF NOT EXISTS fact.review (
    review_id VARCHAR NOT NULL,
    pull_request_id VARCHAR NOT NULL,
    repository_key VARCHAR NOT NULL,
    repository_id VARCHAR NOT NULL,
    author_key VARCHAR,
    author_login VARCHAR,
    author_type VARCHAR,
    submitted_at TIMESTAMPTZ,
    state VARCHAR,
    fetched_at TIMESTAMPTZ NOT NULL,
    version VARCHAR NOT NULL
);

MERGE INTO fact.review AS old
USING (
    SELECT
        review.review_id AS review_id,
        pull_request_id,
        _subject AS repository_key,
        repository_id,
        review.author_key AS author_key,
        review.author_login AS author_login,
        review.author_type AS author_type,
        review.submitted_at AS submitted_at,
        review.state AS state,
        _fetched_at AS fetched_at,
        _batch AS version
    FROM (SELECT *, unnest(reviews) AS review FROM new_github_pull_requests)
    QUALIFY row_number() OVER (PARTITION BY review.review_id ORDER BY _fetched_at DESC, _batch DESC, pull_request_id) = 1
) AS new
ON old.review_id = new.review_id
WHEN MATCHED AND (new.fetched_at, new.version) > (old.fetched_at, old.version) THEN UPDATE SET *
WHEN NOT MATCHED THEN INSERT *;
