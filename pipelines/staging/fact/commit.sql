/*+++
title = "Commits as fetched"
description = "One row a repository and commit, as git told it; people and repositories by the keys of the source."
streams = ["git/commits"]
[columns]
repository_key = "The repository as asked for: github:<owner/name>."
sha = "git's object id."
author_key = "account:<id>, login:<login> or email:<keyed hash>; NULL where the commit names no e-mail."
author_login = "GitHub login, where the e-mail is a noreply address of GitHub's."
author_domain = "Domain of the e-mail, NULL where it may be personal."
authored_at = "When it was written; NULL beyond the years 1 to 9999."
utc_offset_minutes = "Offset of the author's clock from UTC, in minutes."
committed_at = "When it was committed."
parents = "Number of parents."
author_placeholder = "Whether the e-mail is one that no person has, as you@example.com; NULL: not looked at."
author_name_key = "name:<keyed hash> of the author's display name, or its class, placeholder or common; NULL for none."
co_author_keys = "Keys of the people in its Co-authored-by trailers."
co_author_logins = "GitHub logins of the same people, NULL where none is told."
change_key = "Keyed hash of author, author time and subject: equal where one change was committed twice (a cherry-pick)."
ai_findings = "Evidence of AI use in the message and the names: kind, tool, model; NULL: not looked for."
is_upstream = "Whether what the repository was forked from has it, too, by its own history; NULL: not asked."
strange_date = "Authored before 2005 or more than a day after it was fetched."
listing = "The newest telling of the repository's history that holds it."
+++*/
CREATE TABLE IF NOT EXISTS fact.commit (
    repository_key VARCHAR NOT NULL,
    sha VARCHAR NOT NULL,
    author_key VARCHAR,
    author_login VARCHAR,
    author_domain VARCHAR,
    authored_at TIMESTAMPTZ,
    utc_offset_minutes SMALLINT,
    committed_at TIMESTAMPTZ,
    parents SMALLINT NOT NULL,
    author_placeholder BOOLEAN,
    author_name_key VARCHAR,
    co_author_keys VARCHAR[] NOT NULL,
    co_author_logins VARCHAR[] NOT NULL,
    change_key VARCHAR,
    ai_findings STRUCT(kind VARCHAR, tool VARCHAR, model VARCHAR)[],
    is_upstream BOOLEAN,
    strange_date BOOLEAN NOT NULL,
    listing INTEGER NOT NULL
);

MERGE INTO fact.commit AS old
USING (
    SELECT
        _subject AS repository_key,
        sha,
        author_key,
        author_login,
        author_domain,
        -- 253402300799 is the last second of the year 9999
        CASE WHEN authored_epoch BETWEEN -62135596800 AND 253402300799 THEN to_timestamp(authored_epoch) END AS authored_at,
        utc_offset_minutes,
        CASE WHEN committed_epoch BETWEEN -62135596800 AND 253402300799 THEN to_timestamp(committed_epoch) END AS committed_at,
        parents,
        author_placeholder,
        author_name_key,
        coalesce(co_author_keys, []) AS co_author_keys,
        -- as many as there are keys: an earlier version told none
        CASE
            WHEN len(co_author_logins) = len(co_author_keys) THEN co_author_logins
            ELSE list_transform(coalesce(co_author_keys, []), lambda key: NULL::VARCHAR)
        END AS co_author_logins,
        change_key,
        ai_findings,
        is_upstream,
        -- 1104537600 is 2005-01-01, the year in which git was written; a day for clocks that are wrong
        authored_epoch IS NULL OR authored_epoch < 1104537600 OR authored_epoch > epoch(_fetched_at) + 86400 AS strange_date,
        listing
    FROM new_git_commits
    QUALIFY row_number() OVER (PARTITION BY _subject, sha ORDER BY listing DESC, _fetched_at, _batch) = 1
) AS new
ON old.repository_key = new.repository_key AND old.sha = new.sha
-- a later telling knows no less: it may be that of a version which brings more
WHEN MATCHED AND new.listing > old.listing THEN UPDATE SET *
WHEN NOT MATCHED THEN INSERT *;
