/*+++
title = "Responses to change requests"
description = """Every review and comment, and the close or merge, of each change request by anybody, its author and bots included. A NULL
person is a deleted account."""
[columns]
pull_request_id = "The change request."
person_id = "Who (staging.person); NULL where the account was deleted."
reviewed_at = "When."
kind = "review, comment, close or merge."
state = "Of a review: APPROVED, CHANGES_REQUESTED, COMMENTED or DISMISSED; NULL for what is none."
+++*/
CREATE OR REPLACE TABLE staging.review AS
WITH told AS (
    SELECT pull_request_id, repository_key, author_key, submitted_at AS reviewed_at, 'review' AS kind, state, fetched_at
    FROM fact.review
    WHERE submitted_at IS NOT NULL
    UNION ALL
    SELECT pull_request_id, repository_key, author_key, created_at, 'comment', NULL, fetched_at
    FROM fact.pull_request_comment
)
SELECT told.pull_request_id, author.person_id, told.reviewed_at, told.kind, told.state
FROM told
INNER JOIN staging.pull_request AS request ON request.pull_request_id = told.pull_request_id
LEFT JOIN fact.complete_pass AS done ON done.repository_key = told.repository_key AND done.stream = 'pull_requests'
LEFT JOIN staging.identity AS author ON author.source_key = told.author_key
WHERE coalesce(told.fetched_at >= done.began, TRUE) AND told.reviewed_at <= told.fetched_at + INTERVAL 1 DAY
    AND told.reviewed_at >= request.created_at
UNION ALL
SELECT pull_request_id, closed_by_id, coalesce(merged_at, closed_at), CASE WHEN merged_at IS NULL THEN 'close' ELSE 'merge' END, NULL
FROM staging.pull_request
WHERE closed_at IS NOT NULL
ORDER BY 1, 3, 4, 2, 5;
