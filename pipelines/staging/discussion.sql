/*+++
title = "Discussions"
description = """Discussions of repositories on GitHub, and discussions and pull requests of models on the Hub, that are still there; strange
dates are left out. Of the Hub, those of each catalogued organisation's most downloaded and most liked models."""
[columns]
discussion_id = "github:discussion:<database id>, or hf:discussion:<model>:<number>."
subject_id = "Where: the repository_id or model_id."
number = "Its number there."
author_id = "Who opened it (staging.person); NULL where the account was deleted."
created_at = "When it was opened."
closed_at = "When it was closed; on the Hub, when it was first closed or merged."
closed_by_id = "Who closed it first; NULL where the account was deleted, and on GitHub, where it is not asked."
answered_at = "When an answer was chosen; NULL on the Hub, which has none."
is_pull_request = "Whether it proposes a change: on the Hub both are one."
observed_until = "Up to when what was said in it is known; NULL on GitHub: see ops.coverage."
+++*/
CREATE OR REPLACE TABLE staging.discussion AS
WITH on_github AS (
    SELECT
        fact.discussion_id,
        fact.repository_id AS subject_id,
        fact.number::BIGINT AS number,
        author.person_id AS author_id,
        fact.created_at,
        fact.closed_at,
        NULL AS closed_by_id,
        fact.answered_at,
        FALSE AS is_pull_request,
        NULL::TIMESTAMPTZ AS observed_until
    FROM fact.discussion AS fact
    LEFT JOIN fact.complete_pass AS done ON done.repository_key = fact.repository_key AND done.stream = 'discussions'
    LEFT JOIN staging.identity AS author ON author.source_key = fact.author_key
    WHERE NOT fact.strange_date AND fact.gone_at IS NULL AND coalesce(fact.fetched_at >= done.began, TRUE)
),
on_the_hub AS (
    SELECT
        fact.discussion_id,
        model.model_id AS subject_id,
        fact.number::BIGINT AS number,
        author.person_id AS author_id,
        fact.created_at,
        fact.closed_at,
        closer.person_id AS closed_by_id,
        NULL::TIMESTAMPTZ AS answered_at,
        coalesce(fact.is_pull_request, FALSE) AS is_pull_request,
        greatest(fact.fetched_at, coalesce(whole.listed_at, fact.fetched_at)) AS observed_until
    FROM fact.hub_discussion AS fact
    INNER JOIN staging.identity AS model ON model.source_key = fact.model_key AND model.model_id IS NOT NULL
    LEFT JOIN fact.hub_discussion_listing AS whole ON whole.model_key = fact.model_key
    LEFT JOIN staging.identity AS author ON author.source_key = fact.author_key
    LEFT JOIN staging.identity AS closer ON closer.source_key = fact.closed_by_key
    WHERE NOT fact.strange_date AND NOT fact.is_hidden
        AND (whole.model_key IS NULL OR fact.fetched_at > whole.listed_at OR list_contains(whole.shown, fact.number))
)
SELECT * FROM on_github
UNION ALL
SELECT * FROM on_the_hub
ORDER BY subject_id, created_at, discussion_id;
