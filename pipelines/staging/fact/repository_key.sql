/*+++
title = "Which repository a key means"
description = """One row for each name that is catalogued, that GitHub called a repository by, and for each id. Once GitHub has answered for
any name of a catalogued repository, its id is the repository's, whatever it is called then and later."""
[columns]
source_key = "github:<owner/name>, or github:<database id>."
repository_id = "github:<database id>, or github:<owner/name> as catalogued as long as the id is not known."
subject_id = "The catalogued repository under which it is asked for: github:<its name now>; NULL if it never is."
position = "Place of its project in the catalogue."
+++*/
CREATE OR REPLACE TABLE fact.repository_key AS
WITH catalogued AS (
    -- of a name that several have had, the one that has it now or had it last
    SELECT 'github:' || name AS source_key, repository_id AS subject_id, is_current, position
    FROM input_repository_name
    QUALIFY row_number() OVER (
        PARTITION BY name ORDER BY valid_to DESC NULLS FIRST, valid_from DESC NULLS LAST, position, repository_id
    ) = 1
),
answered AS (
    SELECT catalogued.subject_id, asked.repository_id
    FROM fact.repository_asked AS asked
    INNER JOIN catalogued ON catalogued.source_key = asked.repository_key
    -- what answers to its name now counts before what answered to a former one
    QUALIFY row_number() OVER (
        PARTITION BY catalogued.subject_id
        ORDER BY catalogued.is_current DESC, asked.fetched_at DESC, asked.version DESC, asked.repository_id
    ) = 1
),
called AS (
    SELECT 'github:' || full_name AS source_key, 'github:' || database_id AS repository_id
    FROM fact.repository_observation
    QUALIFY row_number() OVER (PARTITION BY lower(full_name) ORDER BY fetched_at DESC, version DESC, database_id) = 1
)
SELECT
    catalogued.source_key,
    coalesce(answered.repository_id, catalogued.subject_id) AS repository_id,
    catalogued.subject_id,
    catalogued.position
FROM catalogued
LEFT JOIN answered ON answered.subject_id = catalogued.subject_id
UNION ALL
SELECT source_key, repository_id, NULL, NULL
FROM called
WHERE lower(source_key) NOT IN (SELECT lower(source_key) FROM catalogued)
UNION ALL
SELECT DISTINCT repository_id, repository_id, NULL, NULL::BIGINT FROM fact.repository_asked
ORDER BY 1;
