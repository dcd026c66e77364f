/*+++
title = "Change requests"
description = "Change requests (GitHub's pull requests) that are still there; strange dates are left out."
[columns]
pull_request_id = "github:pull:<database id>."
repository_id = "The repository."
number = "Its number in the repository."
author_id = "Who opened it (staging.person); NULL where the account was deleted."
author_association = "Of the author with the repository, when it was told last: MEMBER, CONTRIBUTOR, FIRST_TIME_CONTRIBUTOR, NONE, …"
created_at = "When it was opened."
ready_at = "When it became ready for review: when it was opened unless it was a draft; NULL while it is one."
is_draft = "Whether it is a draft now."
merged_at = "When it was merged."
closed_at = "When it was closed or merged, as it stands now."
closed_by_id = "Who closed or merged it; NULL where nobody did or the account was deleted."
head_repository_id = "Where the changes come from: github:<database id>; NULL where that is gone."
+++*/
CREATE OR REPLACE TABLE staging.pull_request AS
SELECT
    fact.pull_request_id,
    fact.repository_id,
    fact.number::BIGINT AS number,
    author.person_id AS author_id,
    fact.author_association,
    fact.created_at,
    coalesce(fact.ready_at, CASE WHEN NOT fact.is_draft THEN fact.created_at END) AS ready_at,
    fact.is_draft,
    fact.merged_at,
    coalesce(fact.closed_at, fact.merged_at) AS closed_at,
    closer.person_id AS closed_by_id,
    fact.head_repository_id
FROM fact.pull_request AS fact
LEFT JOIN fact.complete_pass AS done ON done.repository_key = fact.repository_key AND done.stream = 'pull_requests'
LEFT JOIN staging.identity AS author ON author.source_key = fact.author_key
LEFT JOIN staging.identity AS closer
    ON closer.source_key = CASE WHEN fact.merged_at IS NULL THEN fact.closed_by_key ELSE fact.merged_by_key END
WHERE NOT fact.strange_date AND coalesce(fact.fetched_at >= done.began, TRUE)
ORDER BY fact.repository_id, fact.created_at, fact.pull_request_id;
