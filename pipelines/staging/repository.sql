/*+++
title = "Repositories"
description = """Catalogued GitHub repositories under the name they have now, with what GitHub last said of them; former names are in
staging.identity."""
[columns]
repository_id = "github:<database id>, or github:<owner/name> as long as the id is not known."
full_name = "owner/name, as it is now."
entity_id = "The entity of the repository in catalogue.entity."
identity_origin = "'name' where only the name is known, 'id' where GitHub gave its id."
database_id = "GitHub's id; NULL as long as it is not known."
created_at = "When it was created; this and what follows is NULL where GitHub was not asked."
pushed_at = "Last push to any branch."
archived = "Whether it is read-only."
is_fork = "Whether it is a fork of another."
parent_full_name = "What it is a fork of."
parent_repository_id = "That, as github:<database id>; NULL where it is no fork."
has_issues = "Whether issues are enabled."
has_discussions = "Whether discussions are enabled."
license_spdx = "SPDX id of the licence; NULL where GitHub recognises none."
language = "Primary language."
topics = "Topics."
observed_on = "The day on which GitHub said so."
+++*/
CREATE OR REPLACE TABLE staging.repository AS
WITH newest AS (
    SELECT 'github:' || database_id AS repository_id, *
    FROM fact.repository_observation
    QUALIFY row_number() OVER (PARTITION BY database_id ORDER BY fetched_at DESC, version DESC, repository_key) = 1
)
SELECT
    key.repository_id,
    coalesce(newest.full_name, name.name) AS full_name,
    name.entity_id,
    CASE WHEN key.repository_id LIKE '%/%' THEN 'name' ELSE 'id' END AS identity_origin,
    TRY_CAST(substr(key.repository_id, 8) AS BIGINT) AS database_id,
    newest.created_at,
    newest.pushed_at,
    newest.archived,
    newest.is_fork,
    newest.parent_full_name,
    'github:' || newest.parent_database_id AS parent_repository_id,
    newest.has_issues,
    newest.has_discussions,
    newest.license_spdx,
    newest.language,
    newest.topics,
    newest.day AS observed_on
FROM input_repository_name AS name
INNER JOIN fact.repository_key AS key ON key.source_key = name.repository_id
LEFT JOIN newest ON newest.repository_id = key.repository_id
WHERE name.is_current
-- two that turned out to be one have one row, that of the first in the catalogue
QUALIFY row_number() OVER (PARTITION BY key.repository_id ORDER BY key.position, key.subject_id) = 1
ORDER BY key.repository_id;
