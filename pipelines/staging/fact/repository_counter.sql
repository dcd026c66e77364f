/*+++
title = "Counters as listed"
description = "One row a repository, name, day and public list, with the counts of that list."
streams = ["github/counters"]
[columns]
repository_key = "The repository as asked for: github:<owner/name>."
full_name = "The name under which it was listed."
day = "The day of the list."
list = "Which list."
stars = "Stars."
forks = "Forks, GitHub's counter."
open_issues = "Open issues and change requests, GitHub's counter."
version = "The batch that told it last."
+++*/
CREATE TABLE IF NOT EXISTS fact.repository_counter (
    repository_key VARCHAR NOT NULL,
    full_name VARCHAR NOT NULL,
    day DATE NOT NULL,
    list VARCHAR NOT NULL,
    stars BIGINT,
    forks BIGINT,
    open_issues BIGINT,
    version VARCHAR NOT NULL
);

MERGE INTO fact.repository_counter AS old
USING (
    SELECT _subject AS repository_key, full_name, day, list, stars, forks, open_issues, _batch AS version
    FROM new_github_counters
    QUALIFY row_number() OVER (PARTITION BY _subject, full_name, day, list ORDER BY _fetched_at DESC, _batch DESC, stars DESC) = 1
) AS new
ON old.repository_key = new.repository_key AND old.full_name = new.full_name AND old.day = new.day AND old.list = new.list
WHEN MATCHED AND new.version > old.version
    THEN UPDATE SET stars = new.stars, forks = new.forks, open_issues = new.open_issues, version = new.version
WHEN NOT MATCHED THEN INSERT VALUES (
    new.repository_key, new.full_name, new.day, new.list, new.stars, new.forks, new.open_issues, new.version
);
