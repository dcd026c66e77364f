/*+++
title = "What was observed, and what was not"
description = "One row for each catalogued subject and stream. Never observed is not zero."
[columns]
subject_id = "The subject: a repository_id or hf-org:<organisation>."
source = "System of origin."
stream = "What is fetched."
observed_from = "Time of the first fetch that brought something."
observed_until = "Time up to which the stream is known; NULL: never observed."
status = "Of the last attempt: ok, incomplete, failed, skipped; never: not tried yet."
reason = "What is missing and why."
row_count = "Rows fetched, repeats included."
quarantined = "Rows left out of all metrics because of strange dates."
+++*/
CREATE OR REPLACE TABLE ops.coverage AS
WITH attempts AS (
    SELECT expected.subject_id, batch.*
    FROM (SELECT DISTINCT subject_id, source, stream, subject FROM input_expected) AS expected
    INNER JOIN input_batch AS batch
        ON batch.source = expected.source AND batch.stream = expected.stream AND batch.subject = expected.subject
),
observed AS (
    SELECT
        subject_id, source, stream,
        min(fetched_at) FILTER (complete OR (row_count > 0 AND counts)) AS observed_from,
        max(coalesce(observed_until, fetched_at)) FILTER (complete OR (row_count > 0 AND counts)) AS observed_until,
        sum(row_count) FILTER (counts) AS row_count,
        max_by(status, (fetched_at, batch)) AS status,
        max_by(coalesce(reason, ''), (fetched_at, batch)) AS reason
    FROM attempts
    GROUP BY subject_id, source, stream
),
strange AS (
    SELECT repository_id AS subject_id, 'git' AS source, 'commits' AS stream, count(*) AS quarantined
    FROM staging.commit
    WHERE strange_date
    GROUP BY repository_id
)
SELECT
    expected.subject_id,
    expected.source,
    expected.stream,
    observed.observed_from,
    observed.observed_until,
    coalesce(observed.status, 'never') AS status,
    nullif(coalesce(observed.reason, 'not fetched yet'), '') AS reason,
    coalesce(observed.row_count, 0)::BIGINT AS row_count,
    coalesce(strange.quarantined, 0) AS quarantined
FROM (SELECT DISTINCT subject_id, source, stream FROM input_expected) AS expected
LEFT JOIN observed USING (subject_id, source, stream)
LEFT JOIN strange USING (subject_id, source, stream)
ORDER BY expected.source, expected.stream, expected.subject_id;
