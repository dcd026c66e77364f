/*+++
title = "Responses in discussions"
description = "Every comment and reply in each discussion by anybody, its author and bots included; opening texts are none."
[columns]
discussion_id = "The discussion."
person_id = "Who (staging.person); NULL where the account was deleted."
responded_at = "When."
kind = "comment."
+++*/
CREATE OR REPLACE TABLE staging.discussion_response AS
SELECT fact.discussion_id, author.person_id, fact.created_at AS responded_at, 'comment' AS kind
FROM fact.discussion_comment AS fact
INNER JOIN staging.discussion AS discussion ON discussion.discussion_id = fact.discussion_id
LEFT JOIN fact.complete_pass AS done ON done.repository_key = fact.repository_key AND done.stream = 'discussions'
LEFT JOIN staging.identity AS author ON author.source_key = fact.author_key
WHERE coalesce(fact.fetched_at >= done.began, TRUE) AND fact.created_at <= fact.fetched_at + INTERVAL 1 DAY
    AND fact.created_at >= discussion.created_at
UNION ALL
SELECT fact.discussion_id, author.person_id, fact.created_at, 'comment'
FROM fact.hub_discussion_comment AS fact
INNER JOIN staging.discussion AS discussion ON discussion.discussion_id = fact.discussion_id
LEFT JOIN staging.identity AS author ON author.source_key = fact.author_key
WHERE fact.created_at <= fact.fetched_at + INTERVAL 1 DAY
ORDER BY 1, 3, 2;
