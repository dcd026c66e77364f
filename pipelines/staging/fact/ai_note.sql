/*+++
title = "Notes of AI use beside commits"
description = "One row a repository and commit of which the newest telling of its notes has one."
[columns]
repository_id = "The repository."
sha = "git's object id of the commit."
findings = "Kind note, with the tool and the model that the note names."
+++*/
CREATE OR REPLACE TABLE fact.ai_note AS
SELECT key.repository_id, told.sha, told.findings
FROM fact.ai_note_told AS told
INNER JOIN fact.repository_key AS key ON key.source_key = told.repository_key
-- each telling is of all notes: what the newest one lacks was taken back
INNER JOIN (SELECT repository_key, max(listing) AS listing FROM fact.ai_note_told GROUP BY repository_key) AS newest
    ON newest.repository_key = told.repository_key AND newest.listing = told.listing
WHERE told.sha <> ''
QUALIFY row_number() OVER (PARTITION BY key.repository_id, told.sha ORDER BY key.position, told.repository_key) = 1
ORDER BY key.repository_id, told.sha;
