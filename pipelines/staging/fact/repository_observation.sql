/*+++
title = "Repositories as GitHub describes them"
description = "One row a repository, name asked for and day, as it was told last."
streams = ["github/repositories"]
[columns]
repository_key = "The repository as asked for: github:<owner/name>."
day = "The day (UTC)."
database_id = "GitHub's id."
full_name = "owner/name as GitHub called it on that day."
created_at = "When it was created."
pushed_at = "Last push to any branch."
archived = "Whether it is read-only."
is_fork = "Whether it is a fork of another."
parent_full_name = "What it is a fork of."
parent_database_id = "GitHub's id of that."
has_issues = "Whether issues are enabled."
has_discussions = "Whether discussions are enabled."
license_spdx = "SPDX id of the licence; NULL where GitHub recognises none."
language = "Primary language."
topics = "Topics."
stars = "Stars, GitHub's counter."
forks = "Forks of the whole network, GitHub's counter."
direct_forks = "Forks of this repository itself."
open_issues = "Open issues, change requests not among them."
issues_total = "Issues, open and closed."
pull_requests_total = "Change requests."
releases_total = "Releases."
discussions_total = "Discussions."
watchers = "Watchers."
fetched_at = "When it was told last."
version = "The batch that told it last."
+++*/
CREATE TABLE IF NOT EXISTS fact.repository_observation (
    repository_key VARCHAR NOT NULL,
    day DATE NOT NULL,
    database_id BIGINT NOT NULL,
    full_name VARCHAR NOT NULL,
    created_at TIMESTAMPTZ,
    pushed_at TIMESTAMPTZ,
    archived BOOLEAN,
    is_fork BOOLEAN,
    parent_full_name VARCHAR,
    parent_database_id BIGINT,
    has_issues BOOLEAN,
    has_discussions BOOLEAN,
    license_spdx VARCHAR,
    language VARCHAR,
    topics VARCHAR[],
    stars BIGINT,
    forks BIGINT,
    direct_forks BIGINT,
    open_issues BIGINT,
    issues_total BIGINT,
    pull_requests_total BIGINT,
    releases_total BIGINT,
    discussions_total BIGINT,
    watchers BIGINT,
    fetched_at TIMESTAMPTZ NOT NULL,
    version VARCHAR NOT NULL
);

MERGE INTO fact.repository_observation AS old
USING (
    SELECT
        _subject AS repository_key,
        day,
        database_id,
        full_name,
        created_at,
        pushed_at,
        archived,
        fork AS is_fork,
        parent_full_name,
        parent_database_id,
        has_issues,
        has_discussions,
        license_spdx,
        language,
        topics,
        stars,
        fork_count AS forks,
        direct_forks,
        open_issues,
        issues_total,
        pull_requests_total,
        releases_total,
        discussions_total,
        watchers,
        _fetched_at AS fetched_at,
        _batch AS version
    FROM new_github_repositories
    QUALIFY row_number() OVER (PARTITION BY _subject, day, database_id ORDER BY _fetched_at DESC, _batch DESC, full_name) = 1
) AS new
ON old.repository_key = new.repository_key AND old.day = new.day AND old.database_id = new.database_id
WHEN MATCHED AND (new.fetched_at, new.version) > (old.fetched_at, old.version) THEN UPDATE SET *
WHEN NOT MATCHED THEN INSERT *;
