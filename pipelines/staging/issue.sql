/*+++
title = "Issues"
description = "Issues that are still there. What was transferred, converted or deleted is left out once it is found to be gone, as are strange dates."
[columns]
issue_id = "github:issue:<database id>."
repository_id = "The repository."
number = "Its number in the repository."
author_id = "Who opened it (staging.person); NULL where the account was deleted."
author_association = "Of the author with the repository, when it was told last: MEMBER, CONTRIBUTOR, NONE, …"
created_at = "When it was opened."
closed_at = "When it was closed for the first time; NULL if it never was."
closed_by_id = "Who closed it first; NULL where nobody did or the account was deleted."
reopened = "Whether it was opened again after its first close."
state_reason = "COMPLETED, NOT_PLANNED, REOPENED or DUPLICATE."
labels = "Labels of a short list that it has: bug, documentation, enhancement, good first issue, question, security; NULL: none."
+++*/
CREATE OR REPLACE TABLE staging.issue AS
SELECT
    fact.issue_id,
    fact.repository_id,
    fact.number::BIGINT AS number,
    author.person_id AS author_id,
    fact.author_association,
    fact.created_at,
    -- a closing that is dated before the opening is set aside
    CASE WHEN coalesce(fact.first_closed_at, fact.closed_at) >= fact.created_at
        THEN coalesce(fact.first_closed_at, fact.closed_at) END AS closed_at,
    CASE WHEN coalesce(fact.first_closed_at, fact.closed_at) >= fact.created_at THEN closer.person_id END AS closed_by_id,
    fact.first_closed_at IS NOT NULL AND coalesce(fact.closed_at > fact.first_closed_at, TRUE) AS reopened,
    fact.state_reason,
    label.labels
FROM fact.issue AS fact
LEFT JOIN fact.complete_pass AS done ON done.repository_key = fact.repository_key AND done.stream = 'issues'
LEFT JOIN staging.identity AS author ON author.source_key = fact.author_key
LEFT JOIN staging.identity AS closer ON closer.source_key = fact.closed_by_key
LEFT JOIN (
    SELECT issue_id, list(label ORDER BY label) AS labels
    FROM (
        SELECT issue_id, label, max_by(kind, (occurred_at, event_id)) AS kind
        FROM fact.issue_event
        WHERE label IS NOT NULL
        GROUP BY issue_id, label
    )
    WHERE kind = 'labeled'
    GROUP BY issue_id
) AS label ON label.issue_id = fact.issue_id
WHERE NOT fact.strange_date AND fact.gone_at IS NULL AND coalesce(fact.fetched_at >= done.began, TRUE)
ORDER BY fact.repository_id, fact.created_at, fact.issue_id;
