/*+++
title = "What the .mailmap of a repository says"
description = """One row a line that joins two addresses, as the file at HEAD said last. It counts within its project only: anybody can write
one. Names are keyed hashes or classes, as in fact.commit."""
[columns]
repository_id = "The repository."
commit_key = "The key of the address as commits have it."
commit_name_key = "The name beside it, where the line is for that name only; NULL: for any."
person_key = "The key of the address that is proper."
person_name_key = "The proper name; NULL where the line gives none."
+++*/
CREATE OR REPLACE TABLE fact.mailmap AS
SELECT key.repository_id, told.commit_key, told.commit_name_key, told.person_key, told.person_name_key
FROM fact.mailmap_line AS told
INNER JOIN fact.repository_key AS key ON key.source_key = told.repository_key
INNER JOIN (
    SELECT repository_key, max(listing) AS listing FROM fact.mailmap_line GROUP BY repository_key
) AS newest ON newest.repository_key = told.repository_key AND newest.listing = told.listing
WHERE told.position > 0  -- position 0 says that there is such a telling, even of an empty file
-- of two lines for one address, the last one counts, as in git
QUALIFY row_number() OVER (
    PARTITION BY key.repository_id, told.commit_key, told.commit_name_key ORDER BY key.position, told.position DESC
) = 1
ORDER BY key.repository_id, told.commit_key, told.commit_name_key NULLS FIRST;
