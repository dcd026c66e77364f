/*+++
title = "Issues"
description = "Issues that are still there. What was transferred or deleted is noticed by the next complete pass; strange dates are left out."
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
+++*/
CREATE OR REPLACE TABLE staging.issue AS
SELECT
    fact.issue_id,
    fact.repository_id,
    fact.number::BIGINT AS number,
    author.person_id AS author_id,
    fact.author_association,
    fact.created_at,
    coalesce(fact.first_closed_at, fact.closed_at) AS closed_at,
    closer.person_id AS closed_by_id,
    fact.first_closed_at IS NOT NULL AND coalesce(fact.closed_at > fact.first_closed_at, TRUE) AS reopened,
    fact.state_reason
FROM fact.issue AS fact
LEFT JOIN fact.complete_pass AS done ON done.repository_key = fact.repository_key AND done.stream = 'issues'
LEFT JOIN staging.identity AS author ON author.source_key = fact.author_key
LEFT JOIN staging.identity AS closer ON closer.source_key = fact.closed_by_key
WHERE NOT fact.strange_date AND coalesce(fact.fetched_at >= done.began, TRUE)
ORDER BY fact.repository_id, fact.created_at, fact.issue_id;
