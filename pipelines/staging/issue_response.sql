/*+++
title = "Responses to issues"
description = """Every comment and the first close of each issue by anybody, its author and bots included: what answers, a metric decides.
A NULL person is a deleted account."""
[columns]
issue_id = "The issue."
person_id = "Who (staging.person); NULL where the account was deleted."
responded_at = "When."
kind = "comment or close."
+++*/
CREATE OR REPLACE TABLE staging.issue_response AS
SELECT fact.issue_id, author.person_id, fact.created_at AS responded_at, 'comment' AS kind
FROM fact.issue_comment AS fact
INNER JOIN staging.issue AS issue ON issue.issue_id = fact.issue_id
LEFT JOIN fact.complete_pass AS done ON done.repository_key = fact.repository_key AND done.stream = 'issues'
LEFT JOIN staging.identity AS author ON author.source_key = fact.author_key
WHERE coalesce(fact.fetched_at >= done.began, TRUE) AND fact.created_at <= fact.fetched_at + INTERVAL 1 DAY
    AND fact.created_at >= issue.created_at
UNION ALL
SELECT issue_id, closed_by_id, closed_at, 'close' FROM staging.issue WHERE closed_at IS NOT NULL
ORDER BY 1, 3, 4, 2;
