/*+++
title = "Lines of .mailmap files as fetched"
description = "One row a line that maps an address, under the number of the telling: each is of the whole file."
streams = ["git/mailmap"]
[columns]
repository_key = "The repository as asked for: github:<owner/name>."
commit_key = "The key of the address as commits have it; empty: only that the file was told."
commit_name_key = "The name beside it, where the line is for that name only; NULL: for any."
person_key = "The key of the address that is proper."
person_name_key = "The proper name; NULL where the line gives none."
position = "Number of the line; 0: none, only that the file was told."
listing = "Number of the telling."
+++*/
CREATE TABLE IF NOT EXISTS fact.mailmap_line (
    repository_key VARCHAR NOT NULL,
    commit_key VARCHAR NOT NULL,
    commit_name_key VARCHAR,
    person_key VARCHAR NOT NULL,
    person_name_key VARCHAR,
    position INTEGER NOT NULL,
    listing INTEGER NOT NULL
);

MERGE INTO fact.mailmap_line AS old
USING (
    SELECT _subject AS repository_key, commit_key, commit_name_key, person_key, person_name_key, position, listing
    FROM new_git_mailmap
    QUALIFY row_number() OVER (PARTITION BY _subject, listing, position ORDER BY _fetched_at, _batch) = 1
) AS new
ON old.repository_key = new.repository_key AND old.listing = new.listing AND old.position = new.position
WHEN NOT MATCHED THEN INSERT *;
