/*+++
title = "When issues were open"
description = """The stretches of time in which each issue was open, by its closings and reopenings in order. Of what an earlier version
fetched the reopenings are not dated: opened again, it is taken to have been open from its first closing on. Closings that
are dated before the opening are set aside."""
[columns]
issue_id = "The issue."
opened_at = "When the stretch begins: the opening of the issue, or a reopening."
closed_at = "When it ends: a closing; NULL while the issue is open."
+++*/
CREATE OR REPLACE TABLE staging.issue_state AS
WITH change AS (
    SELECT issue.issue_id, issue.created_at AS moment, TRUE AS is_open
    FROM staging.issue AS issue
    UNION ALL
    SELECT event.issue_id, event.occurred_at, event.kind = 'reopened'
    FROM fact.issue_event AS event
    INNER JOIN staging.issue AS issue ON issue.issue_id = event.issue_id
    LEFT JOIN fact.complete_pass AS done ON done.repository_key = event.repository_key AND done.stream = 'issues'
    WHERE event.kind IN ('closed', 'reopened')
        AND event.occurred_at >= issue.created_at
        AND coalesce(event.fetched_at >= done.began, TRUE)
    UNION ALL
    -- as an earlier version told it: the first closing, and how it stands now
    SELECT issue.issue_id, issue.closed_at, issue.reopened
    FROM staging.issue AS issue
    WHERE issue.closed_at IS NOT NULL
        AND issue.issue_id NOT IN (SELECT issue_id FROM fact.issue_event WHERE kind IN ('closed', 'reopened'))
    UNION ALL
    SELECT fact.issue_id, fact.closed_at, FALSE
    FROM fact.issue AS fact
    INNER JOIN staging.issue AS issue ON issue.issue_id = fact.issue_id
    WHERE issue.reopened
        AND fact.closed_at >= issue.created_at
        AND fact.issue_id NOT IN (SELECT issue_id FROM fact.issue_event WHERE kind IN ('closed', 'reopened'))
),
turn AS (
    SELECT
        issue_id, moment, is_open,
        lag(is_open) OVER (PARTITION BY issue_id ORDER BY moment, is_open DESC) AS was_open
    FROM change
),
stretch AS (
    SELECT issue_id, moment, is_open, lead(moment) OVER (PARTITION BY issue_id ORDER BY moment, is_open DESC) AS ended_at
    FROM turn
    WHERE was_open IS DISTINCT FROM is_open
),
-- closed at a time that cannot be: it is not open, but when it was closed is not known
impossible AS (
    SELECT fact.issue_id
    FROM fact.issue AS fact
    WHERE fact.closed_at < fact.created_at
)
SELECT
    stretch.issue_id,
    stretch.moment AS opened_at,
    CASE WHEN impossible.issue_id IS NULL THEN stretch.ended_at ELSE coalesce(stretch.ended_at, stretch.moment) END AS closed_at
FROM stretch
LEFT JOIN impossible ON impossible.issue_id = stretch.issue_id
WHERE stretch.is_open
ORDER BY stretch.issue_id, stretch.moment;
