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
head_agent = "The listed AI agent whose prefix its branch has: copilot, codex, claude, …; NULL: none."
additions = "Lines added."
deletions = "Lines deleted."
changed_files = "Files changed."
drafts = "When it became a draft, and ready again, in order; NULL where it never changed."
labels = "Labels of a short list that it has: bug, documentation, enhancement, good first issue, question, security; NULL: none."
+++*/
CREATE OR REPLACE TABLE staging.pull_request AS
SELECT
    fact.pull_request_id,
    fact.repository_id,
    fact.number::BIGINT AS number,
    author.person_id AS author_id,
    fact.author_association,
    fact.created_at,
    -- what is dated before the opening is set aside
    coalesce(
        CASE WHEN fact.ready_at >= fact.created_at THEN fact.ready_at END, CASE WHEN NOT fact.is_draft THEN fact.created_at END
    ) AS ready_at,
    fact.is_draft,
    CASE WHEN fact.merged_at >= fact.created_at THEN fact.merged_at END AS merged_at,
    CASE WHEN coalesce(fact.closed_at, fact.merged_at) >= fact.created_at
        THEN coalesce(fact.closed_at, fact.merged_at) END AS closed_at,
    CASE WHEN coalesce(fact.closed_at, fact.merged_at) >= fact.created_at THEN closer.person_id END AS closed_by_id,
    fact.head_repository_id,
    fact.head_agent,
    fact.additions::BIGINT AS additions,
    fact.deletions::BIGINT AS deletions,
    fact.changed_files::BIGINT AS changed_files,
    draft.drafts,
    label.labels
FROM fact.pull_request AS fact
LEFT JOIN fact.complete_pass AS done ON done.repository_key = fact.repository_key AND done.stream = 'pull_requests'
LEFT JOIN staging.identity AS author ON author.source_key = fact.author_key
LEFT JOIN staging.identity AS closer
    ON closer.source_key = CASE WHEN fact.merged_at IS NULL THEN fact.closed_by_key ELSE fact.merged_by_key END
LEFT JOIN (
    SELECT pull_request_id, list({'kind': kind, 'occurred_at': occurred_at} ORDER BY occurred_at, event_id) AS drafts
    FROM fact.pull_request_event
    WHERE kind IN ('draft', 'ready')
    GROUP BY pull_request_id
) AS draft ON draft.pull_request_id = fact.pull_request_id
LEFT JOIN (
    SELECT pull_request_id, list(label ORDER BY label) AS labels
    FROM (
        SELECT pull_request_id, label, max_by(kind, (occurred_at, event_id)) AS kind
        FROM fact.pull_request_event
        WHERE label IS NOT NULL
        GROUP BY pull_request_id, label
    )
    WHERE kind = 'labeled'
    GROUP BY pull_request_id
) AS label ON label.pull_request_id = fact.pull_request_id
WHERE NOT fact.strange_date AND fact.gone_at IS NULL AND coalesce(fact.fetched_at >= done.began, TRUE)
ORDER BY fact.repository_id, fact.created_at, fact.pull_request_id;
