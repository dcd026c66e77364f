/*+++
title = "Commits that a fork has from its upstream, where both are catalogued"
description = """One row for each commit that both have, whichever was fetched first. What a repository was forked from is what the
catalogue says (fork_of), else what GitHub says."""
[columns]
repository_id = "The fork."
sha = "git's object id."
upstream_id = "The repository that it was forked from."
+++*/
CREATE OR REPLACE TABLE fact.upstream_commit AS
WITH told AS (
    SELECT key.repository_id, lower('github:' || fork.fork_of) AS upstream_key, 1 AS rank
    FROM input_fork AS fork
    INNER JOIN fact.repository_key AS key ON key.source_key = fork.repository_id
    UNION ALL
    SELECT repository_id, lower('github:' || parent_full_name), 2
    FROM staging.repository
    WHERE parent_full_name IS NOT NULL
),
fork AS (
    SELECT told.repository_id, upstream.repository_id AS upstream_id
    FROM told
    INNER JOIN fact.repository_key AS upstream ON lower(upstream.source_key) = told.upstream_key
    WHERE upstream.repository_id <> told.repository_id
    QUALIFY row_number() OVER (PARTITION BY told.repository_id ORDER BY told.rank, upstream.repository_id) = 1
),
held AS (
    SELECT DISTINCT key.repository_id, fact.sha
    FROM fact.commit AS fact
    INNER JOIN fact.repository_key AS key ON key.source_key = fact.repository_key
    WHERE key.repository_id IN (SELECT repository_id FROM fork UNION SELECT upstream_id FROM fork)
)
SELECT fork.repository_id, own.sha, fork.upstream_id
FROM fork
INNER JOIN held AS own ON own.repository_id = fork.repository_id
INNER JOIN held AS theirs ON theirs.repository_id = fork.upstream_id AND theirs.sha = own.sha
ORDER BY fork.repository_id, own.sha;
