/*+++
title = "What names GitHub answered for"
description = "One row a name that was asked for and the repository that GitHub answered with, when it did so last."
streams = ["github/repositories", "github/issues", "github/pull_requests", "github/forks", "github/stargazers", "github/releases", "github/discussions"]
[columns]
repository_key = "The repository as asked for: github:<owner/name>."
repository_id = "The repository: github:<database id>."
fetched_at = "When it was told last."
version = "The batch that told it last."
+++*/
CREATE TABLE IF NOT EXISTS fact.repository_asked (
    repository_key VARCHAR NOT NULL,
    repository_id VARCHAR NOT NULL,
    fetched_at TIMESTAMPTZ NOT NULL,
    version VARCHAR NOT NULL
);

MERGE INTO fact.repository_asked AS old
USING (
    WITH told AS (
        SELECT _subject, 'github:' || database_id AS repository_id, _fetched_at, _batch FROM new_github_repositories
        UNION
        SELECT _subject, repository_id, _fetched_at, _batch FROM new_github_issues
        UNION
        SELECT _subject, repository_id, _fetched_at, _batch FROM new_github_pull_requests
        UNION
        SELECT _subject, repository_id, _fetched_at, _batch FROM new_github_forks
        UNION
        SELECT _subject, repository_id, _fetched_at, _batch FROM new_github_stargazers
        UNION
        SELECT _subject, repository_id, _fetched_at, _batch FROM new_github_releases
        UNION
        SELECT _subject, repository_id, _fetched_at, _batch FROM new_github_discussions
    )
    SELECT _subject AS repository_key, repository_id, _fetched_at AS fetched_at, _batch AS version
    FROM told
    QUALIFY row_number() OVER (PARTITION BY _subject, repository_id ORDER BY _fetched_at DESC, _batch DESC) = 1
) AS new
ON old.repository_key = new.repository_key AND old.repository_id = new.repository_id
WHEN MATCHED AND (new.fetched_at, new.version) > (old.fetched_at, old.version) THEN UPDATE SET *
WHEN NOT MATCHED THEN INSERT *;
