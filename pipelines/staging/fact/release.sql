/*+++
title = "Releases as fetched"
description = "One row a release, as it was told last."
streams = ["github/releases"]
[columns]
release_id = "github:release:<database id>."
repository_key = "The repository as asked for: github:<owner/name>."
repository_id = "The repository: github:<database id>."
tag = "Name of its tag."
created_at = "When it was made."
published_at = "When it was published; NULL for a draft."
prerelease = "Whether it is marked as not for production."
draft = "Whether it is not published."
author_key = "Who made it: account:<id>, or login:<login> without one; NULL where the account was deleted."
author_login = "Login when it was told."
author_type = "User, Bot, Organization, Mannequin or EnterpriseUserAccount."
gone_at = "When it was found to be gone: deleted, transferred or converted; NULL if it is not."
strange_date = "Dated before 2005 or more than a day after it was fetched."
fetched_at = "When it was told last."
version = "The batch that told it last."
+++*/
CREATE TABLE IF NOT EXISTS fact.release (
    release_id VARCHAR NOT NULL,
    repository_key VARCHAR NOT NULL,
    repository_id VARCHAR NOT NULL,
    tag VARCHAR,
    created_at TIMESTAMPTZ NOT NULL,
    published_at TIMESTAMPTZ,
    prerelease BOOLEAN,
    draft BOOLEAN,
    author_key VARCHAR,
    author_login VARCHAR,
    author_type VARCHAR,
    gone_at TIMESTAMPTZ,
    strange_date BOOLEAN NOT NULL,
    fetched_at TIMESTAMPTZ NOT NULL,
    version VARCHAR NOT NULL
);

MERGE INTO fact.release AS old
USING (
    SELECT
        release_id,
        _subject AS repository_key,
        repository_id,
        tag,
        created_at,
        published_at,
        prerelease,
        draft,
        author_key,
        author_login,
        author_type,
        gone_at,
        created_at < TIMESTAMPTZ '2005-01-01 00:00:00+00' OR created_at > _fetched_at + INTERVAL 1 DAY AS strange_date,
        _fetched_at AS fetched_at,
        _batch AS version
    FROM new_github_releases
    QUALIFY row_number() OVER (PARTITION BY release_id ORDER BY _fetched_at DESC, _batch DESC, published_at DESC NULLS LAST) = 1
) AS new
ON old.release_id = new.release_id
WHEN MATCHED AND (new.fetched_at, new.version) > (old.fetched_at, old.version) THEN UPDATE SET *
WHEN NOT MATCHED THEN INSERT *;
