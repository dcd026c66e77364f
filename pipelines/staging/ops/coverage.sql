/*+++
title = "What was observed, and what was not"
description = """One row for each catalogued subject and stream. Never observed is not zero. GitHub's listings are walked newest
first: what happened since known_from is known, older years are still to come. What is held is compared with what GitHub
counts in the same listing."""
[columns]
subject_id = "The subject: a repository_id or hf-org:<organisation>."
source = "System of origin."
stream = "What is fetched."
observed_from = "Time of the first fetch that brought something."
observed_until = "Time up to which the stream is known; NULL: never observed."
known_from = "Time since when the stream is known; NULL: from its beginning, or never observed."
status = "Of the last attempt: ok, incomplete, failed, skipped; never: not tried yet."
reason = "What is missing and why."
row_count = "Rows fetched, repeats included."
quarantined = "Rows left out of all metrics because of strange dates, and events that are dated before what they belong to began."
expected_total = "How many GitHub counted in this listing at the end of the last complete fetch, without older ones; NULL where nothing counts."
held_total = "How many of those are held that were not found to be gone since; NULL where nothing counts."
difference = "expected_total - held_total: below 0, some that are held are gone, and it is not known yet which."
older_total = "How many GitHub counts that were not fetched yet, because they are older than known_from; NULL: none."
+++*/
CREATE OR REPLACE TABLE ops.coverage AS
WITH expected AS (
    SELECT DISTINCT coalesce(key.repository_id, input.subject_id) AS subject_id, input.source, input.stream, input.subject
    FROM input_expected AS input
    LEFT JOIN fact.repository_key AS key ON key.source_key = input.subject_id
),
attempts AS (
    SELECT expected.subject_id, batch.*
    FROM expected
    INNER JOIN input_batch AS batch
        ON batch.source = expected.source AND batch.stream = expected.stream
        AND (batch.subject = expected.subject OR batch.subject = '*')  -- a stream that lacks a setting is skipped whole
),
observed AS (
    SELECT
        subject_id, source, stream,
        min(fetched_at) FILTER (observes) AS observed_from,
        CASE
            -- a copy of a history says with each fetch how far it reaches, and takes back what was said of it before
            WHEN source = 'git' THEN max_by(coalesce(observed_until, fetched_at), (fetched_at, batch)) FILTER (observes AND complete)
            ELSE max(coalesce(observed_until, fetched_at)) FILTER (observes)
        END AS observed_until,
        -- of the newest batch that has it, or is complete without it: then it is known from its beginning
        max_by(coalesce(known_from, TIMESTAMPTZ 'epoch'), (fetched_at, batch)) FILTER (observes) AS known_from,
        max_by(coalesce(older, 0), (fetched_at, batch)) FILTER (observes) AS older_total,
        sum(row_count) FILTER (counts) AS row_count,
        max_by(status, (fetched_at, batch)) AS status,
        max_by(coalesce(reason, ''), (fetched_at, batch)) AS reason,
        max_by(total, (fetched_at, batch)) FILTER (observes AND total IS NOT NULL) AS expected_total
    FROM attempts
    GROUP BY subject_id, source, stream
),
newest AS (
    SELECT 'github:' || database_id AS subject_id, has_issues, has_discussions, fetched_at
    FROM fact.repository_observation
    QUALIFY row_number() OVER (PARTITION BY database_id ORDER BY fetched_at DESC, version DESC, repository_key) = 1
),
-- what its owner has switched off is known to be empty
switched_off AS (
    SELECT subject_id, 'github' AS source, 'issues' AS stream, fetched_at AS observed_until, 'issues are disabled' AS reason
    FROM newest
    WHERE has_issues = FALSE
    UNION ALL
    SELECT subject_id, 'github', 'discussions', fetched_at, 'discussions are disabled' FROM newest WHERE has_discussions = FALSE
),
held AS (
    SELECT repository_id, repository_key, 'issues' AS stream, fetched_at, NULL::TIMESTAMPTZ AS moment, strange_date, gone_at FROM fact.issue
    UNION ALL
    SELECT repository_id, repository_key, 'pull_requests', fetched_at, NULL, strange_date, gone_at FROM fact.pull_request
    UNION ALL
    SELECT repository_id, repository_key, 'forks', fetched_at, created_at, strange_date, gone_at FROM fact.fork
    UNION ALL
    SELECT repository_id, repository_key, 'stargazers', fetched_at, NULL, strange_date, NULL FROM fact.star
    UNION ALL
    SELECT repository_id, repository_key, 'releases', fetched_at, NULL, strange_date, gone_at FROM fact.release
    UNION ALL
    SELECT repository_id, repository_key, 'discussions', fetched_at, NULL, strange_date, gone_at FROM fact.discussion
),
counted AS (
    SELECT
        held.repository_id AS subject_id, 'github' AS source, held.stream,
        count(*) AS held_total,
        count(*) FILTER (held.strange_date) AS quarantined
    FROM held
    LEFT JOIN fact.complete_pass AS done ON done.repository_key = held.repository_key AND done.stream = held.stream
    LEFT JOIN observed
        ON observed.subject_id = held.repository_id AND observed.source = 'github' AND observed.stream = held.stream
    WHERE coalesce(held.fetched_at >= done.began, TRUE)
        AND held.gone_at IS NULL
        -- a push brings an older fork before its turn
        AND coalesce(held.moment >= observed.known_from, TRUE)
    GROUP BY held.repository_id, held.stream
    UNION ALL
    SELECT repository_id, 'git', 'commits', NULL, count(*)
    FROM staging.commit
    WHERE strange_date
    GROUP BY repository_id
),
-- events that are dated before what they belong to began: set aside, each by itself
early AS (
    SELECT repository_id AS subject_id, stream, count(*) AS events
    FROM (
        SELECT repository_id, 'issues' AS stream FROM fact.issue WHERE least(first_closed_at, closed_at) < created_at
        UNION ALL
        SELECT repository_id, 'pull_requests' FROM fact.pull_request WHERE least(ready_at, merged_at, closed_at) < created_at
        UNION ALL
        SELECT fact.repository_id, 'issues'
        FROM fact.issue_comment AS fact
        INNER JOIN fact.issue AS issue ON issue.issue_id = fact.issue_id AND fact.created_at < issue.created_at
        UNION ALL
        SELECT fact.repository_id, 'pull_requests'
        FROM fact.pull_request_comment AS fact
        INNER JOIN fact.pull_request AS request
            ON request.pull_request_id = fact.pull_request_id AND fact.created_at < request.created_at
        UNION ALL
        SELECT fact.repository_id, 'pull_requests'
        FROM fact.review AS fact
        INNER JOIN fact.pull_request AS request
            ON request.pull_request_id = fact.pull_request_id AND fact.submitted_at < request.created_at
        UNION ALL
        SELECT fact.repository_id, 'discussions'
        FROM fact.discussion_comment AS fact
        INNER JOIN fact.discussion AS discussion
            ON discussion.discussion_id = fact.discussion_id AND fact.created_at < discussion.created_at
    )
    GROUP BY repository_id, stream
)
SELECT
    subject.subject_id,
    subject.source,
    subject.stream,
    coalesce(observed.observed_from, switched_off.observed_until) AS observed_from,
    greatest(observed.observed_until, switched_off.observed_until) AS observed_until,
    nullif(observed.known_from, TIMESTAMPTZ 'epoch') AS known_from,
    CASE
        WHEN switched_off.reason IS NOT NULL AND coalesce(observed.status, 'skipped') = 'skipped' THEN 'ok'
        ELSE coalesce(observed.status, 'never')
    END AS status,
    CASE
        WHEN switched_off.reason IS NOT NULL AND coalesce(observed.status, 'skipped') = 'skipped' THEN switched_off.reason
        ELSE nullif(coalesce(observed.reason, 'not fetched yet'), '')
    END AS reason,
    coalesce(observed.row_count, 0)::BIGINT AS row_count,
    coalesce(counted.quarantined, 0) + coalesce(early.events, 0) AS quarantined,
    observed.expected_total,
    CASE WHEN observed.expected_total IS NOT NULL THEN coalesce(counted.held_total, 0) END AS held_total,
    observed.expected_total - coalesce(counted.held_total, 0) AS difference,
    nullif(observed.older_total, 0) AS older_total
FROM (SELECT DISTINCT subject_id, source, stream FROM expected) AS subject
LEFT JOIN observed USING (subject_id, source, stream)
LEFT JOIN switched_off USING (subject_id, source, stream)
LEFT JOIN counted USING (subject_id, source, stream)
LEFT JOIN early ON early.subject_id = subject.subject_id AND early.stream = subject.stream AND subject.source = 'github'
ORDER BY subject.source, subject.stream, subject.subject_id;
