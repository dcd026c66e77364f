/*+++
title = "Forks as fetched"
description = "One row a direct fork, as it was told last."
streams = ["github/forks"]
[columns]
repository_key = "The repository as asked for: github:<owner/name>."
repository_id = "The repository: github:<database id>."
fork_id = "The fork: github:<database id>."
full_name = "owner/name of the fork."
owner_key = "Whose it is: account:<id>, or login:<login> without one; NULL where the account was deleted."
owner_login = "Login when it was told."
owner_type = "User, Bot, Organization, Mannequin or EnterpriseUserAccount."
created_at = "When it was forked."
pushed_at = "Its last push."
archived = "Whether it is read-only."
gone_at = "When it was found to be gone: deleted, transferred or converted; NULL if it is not."
strange_date = "Dated before 2005 or more than a day after it was fetched."
fetched_at = "When it was told last."
version = "The batch that told it last."
+++*/
CREATE TABLE IF NOT EXISTS fact.fork (
    repository_key VARCHAR NOT NULL,
    repository_id VARCHAR NOT NULL,
    fork_id VARCHAR NOT NULL,
    full_name VARCHAR,
    owner_key VARCHAR,
    owner_login VARCHAR,
    owner_type VARCHAR,
    created_at TIMESTAMPTZ NOT NULL,
    pushed_at TIMESTAMPTZ,
    archived BOOLEAN,
    gone_at TIMESTAMPTZ,
    strange_date BOOLEAN NOT NULL,
    fetched_at TIMESTAMPTZ NOT NULL,
    version VARCHAR NOT NULL
);

MERGE INTO fact.fork AS old
USING (
    SELECT
        _subject AS repository_key,
        repository_id,
        fork_id,
        full_name,
        owner_key,
        owner_login,
        owner_type,
        created_at,
        pushed_at,
        archived,
        gone_at,
        created_at < TIMESTAMPTZ '2005-01-01 00:00:00+00' OR created_at > _fetched_at + INTERVAL 1 DAY AS strange_date,
        _fetched_at AS fetched_at,
        _batch AS version
    FROM new_github_forks
    QUALIFY row_number() OVER (PARTITION BY repository_id, fork_id ORDER BY _fetched_at DESC, _batch DESC, pushed_at DESC) = 1
) AS new
ON old.repository_id = new.repository_id AND old.fork_id = new.fork_id
WHEN MATCHED AND (new.fetched_at, new.version) > (old.fetched_at, old.version) THEN UPDATE SET *
WHEN NOT MATCHED THEN INSERT *;
