/*+++
title = "The last complete pass over each listing"
description = """What a complete pass over a listing did not show is gone: its rows carry a lower number. On the absence from an
incomplete pass nothing is called gone."""
[columns]
repository_key = "The repository as asked for: github:<owner/name>."
stream = "Which listing."
pass = "Number of the last pass that was completed."
+++*/
CREATE OR REPLACE TABLE fact.complete_pass AS
WITH passed AS (
    SELECT key.subject_id, batch.stream, max(batch.pass) AS pass
    FROM input_batch AS batch
    INNER JOIN fact.repository_key AS key ON key.source_key = batch.subject
    WHERE batch.source = 'github' AND batch.complete AND batch.pass IS NOT NULL
    GROUP BY key.subject_id, batch.stream
)
SELECT key.source_key AS repository_key, passed.stream, passed.pass
FROM passed
INNER JOIN fact.repository_key AS key ON key.subject_id = passed.subject_id
ORDER BY 1, 2;
