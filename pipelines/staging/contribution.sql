/*+++
title = "Contributions of every kind that counts"
description = """One row for each thing that a person did. Commits count for their author and for their co-authors' agents apart; strange dates
are left out, and what a deleted account did, as nobody knows whose it was."""
[columns]
person_id = "Who (staging.person); all kinds of people: filter by staging.person.kind."
subject_id = "Where: the repository_id or model_id."
kind = "commit, issue, issue_comment, change_request, change_request_comment, review, discussion or discussion_comment."
occurred_at = "When."
+++*/
CREATE OR REPLACE VIEW staging.contribution AS
WITH done AS (
    SELECT author_id AS person_id, repository_id AS subject_id, 'commit' AS kind, authored_at AS occurred_at
    FROM staging.commit
    WHERE NOT strange_date
    UNION ALL
    SELECT author_id, repository_id, 'issue', created_at FROM staging.issue
    UNION ALL
    SELECT response.person_id, issue.repository_id, 'issue_comment', response.responded_at
    FROM staging.issue_response AS response
    INNER JOIN staging.issue AS issue ON issue.issue_id = response.issue_id
    WHERE response.kind = 'comment'
    UNION ALL
    SELECT author_id, repository_id, 'change_request', created_at FROM staging.pull_request
    UNION ALL
    SELECT
        review.person_id,
        request.repository_id,
        CASE review.kind WHEN 'review' THEN 'review' ELSE 'change_request_comment' END,
        review.reviewed_at
    FROM staging.review AS review
    INNER JOIN staging.pull_request AS request ON request.pull_request_id = review.pull_request_id
    WHERE review.kind IN ('review', 'comment')
    UNION ALL
    SELECT author_id, subject_id, 'discussion', created_at FROM staging.discussion
    UNION ALL
    SELECT response.person_id, discussion.subject_id, 'discussion_comment', response.responded_at
    FROM staging.discussion_response AS response
    INNER JOIN staging.discussion AS discussion ON discussion.discussion_id = response.discussion_id
)
SELECT person_id, subject_id, kind, occurred_at FROM done WHERE person_id IS NOT NULL;
