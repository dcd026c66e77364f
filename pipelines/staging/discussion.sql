/*+++
title = "Discussions"
description = "Discussions that are still there; strange dates are left out."
[columns]
discussion_id = "github:discussion:<database id>."
subject_id = "Where: the repository_id."
number = "Its number there."
author_id = "Who opened it (staging.person); NULL where the account was deleted."
created_at = "When it was opened."
closed_at = "When it was closed."
answered_at = "When an answer was chosen."
+++*/
CREATE OR REPLACE TABLE staging.discussion AS
SELECT
    fact.discussion_id,
    fact.repository_id AS subject_id,
    fact.number::BIGINT AS number,
    author.person_id AS author_id,
    fact.created_at,
    fact.closed_at,
    fact.answered_at
FROM fact.discussion AS fact
LEFT JOIN fact.complete_pass AS done ON done.repository_key = fact.repository_key AND done.stream = 'discussions'
LEFT JOIN staging.identity AS author ON author.source_key = fact.author_key
WHERE NOT fact.strange_date AND coalesce(fact.fetched_at >= done.began, TRUE)
ORDER BY fact.repository_id, fact.created_at, fact.discussion_id;
