/*+++
title = "Stars as fetched"
description = "One row a repository and account, as it was told last."
streams = ["github/stargazers"]
[columns]
repository_key = "The repository as asked for: github:<owner/name>."
repository_id = "The repository: github:<database id>."
account_key = "Who starred it: account:<id>."
starred_at = "When."
strange_date = "Dated before 2005 or more than a day after it was fetched."
fetched_at = "When it was told last."
version = "The batch that told it last."
+++*/
CREATE TABLE IF NOT EXISTS fact.star (
    repository_key VARCHAR NOT NULL,
    repository_id VARCHAR NOT NULL,
    account_key VARCHAR NOT NULL,
    starred_at TIMESTAMPTZ NOT NULL,
    strange_date BOOLEAN NOT NULL,
    fetched_at TIMESTAMPTZ NOT NULL,
    version VARCHAR NOT NULL
);

MERGE INTO fact.star AS old
USING (
    SELECT
        _subject AS repository_key,
        repository_id,
        account_key,
        starred_at,
        starred_at < TIMESTAMPTZ '2005-01-01 00:00:00+00' OR starred_at > _fetched_at + INTERVAL 1 DAY AS strange_date,
        _fetched_at AS fetched_at,
        _batch AS version
    FROM new_github_stargazers
    QUALIFY row_number() OVER (PARTITION BY repository_id, account_key ORDER BY _fetched_at DESC, _batch DESC, starred_at DESC) = 1
) AS new
ON old.repository_id = new.repository_id AND old.account_key = new.account_key
WHEN MATCHED AND (new.fetched_at, new.version) > (old.fetched_at, old.version) THEN UPDATE SET *
WHEN NOT MATCHED THEN INSERT *;
