-- The waits of discussions of Hub models. Written by the rules of months.sql.

-- Of people's discussions and pull requests on Hub models, until the first public response of a human other than the
-- author: a comment, or closing or merging it. Rival: the author closes it unanswered. As metrics.response_waits().
CREATE OR REPLACE MACRO metrics.discussion_waits() AS TABLE
WITH opened AS (
    SELECT
        d.discussion_id,
        d.subject_id AS repository_id,
        d.author_id,
        d.created_at,
        metrics.seen_by(d.closed_at, d.observed_until) AS closed_at,
        d.closed_by_id,
        b.kind AS closer,
        d.observed_until
    FROM staging.discussion AS d
    LEFT JOIN staging.person AS a ON a.person_id = d.author_id
    LEFT JOIN staging.person AS b ON b.person_id = d.closed_by_id
    WHERE d.observed_until IS NOT NULL AND d.created_at <= d.observed_until AND metrics.is_person(a.kind)
),
answer AS (
    SELECT o.discussion_id, min(r.responded_at) AS answered_at
    FROM opened AS o
    JOIN staging.discussion_response AS r ON r.discussion_id = o.discussion_id AND r.responded_at <= o.observed_until
    JOIN staging.person AS p ON p.person_id = r.person_id
    WHERE p.kind = 'human' AND (o.author_id IS NULL OR r.person_id <> o.author_id)
    GROUP BY o.discussion_id
),
ended AS (
    SELECT
        o.*,
        least(
            a.answered_at,
            CASE
                WHEN o.closer = 'human' AND (o.author_id IS NULL OR o.closed_by_id <> o.author_id) THEN o.closed_at
            END
        ) AS answered_at,
        CASE WHEN o.closed_by_id = o.author_id THEN o.closed_at END AS given_up_at
    FROM opened AS o
    LEFT JOIN answer AS a ON a.discussion_id = o.discussion_id
),
wait AS (
    SELECT
        repository_id,
        metrics.utc_day(created_at) AS started_on,
        metrics.seconds_between(created_at, coalesce(least(answered_at, given_up_at), observed_until)) AS seconds,
        metrics.outcome(answered_at, given_up_at) AS outcome
    FROM ended
)
SELECT cell, seconds, outcome
FROM metrics.by_cell('wait');
