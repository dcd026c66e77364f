/*+++
title = "Which person, repository or model a source's key means"
description = """Facts keep the key that their source gave and never change; this table says whom it means, so that
learning later that two keys are one rewrites no fact. `login:x` becomes the account that used the login in a noreply
address, unless two accounts did; `hf:<name>` becomes the Hub's own id once a listing shows both."""
[columns]
source_key = "The key as the source gave it: account:<id>, login:<login>, email:<keyed hash>, github:<owner/name>, hf:<name or id>."
person_id = "The person it means; NULL if it is not a person's."
repository_id = "The repository it means; NULL if it is not a repository's."
model_id = "The Hub model it means; NULL if it is not a model's."
valid_from = "First day on which it means that (NULL: always)."
valid_to = "First day on which it no longer does (NULL: still)."
+++*/
CREATE OR REPLACE TABLE staging.identity AS
WITH person_keys AS (
    SELECT author_key AS source_key, author_login AS login FROM fact.commit WHERE author_key IS NOT NULL
    UNION
    SELECT co_author_key AS source_key, NULL AS login
    FROM (SELECT unnest(co_author_keys) AS co_author_key FROM fact.commit)
),
logins AS (
    SELECT 'login:' || lower(login) AS source_key, min(source_key) AS person_id
    FROM person_keys
    WHERE login IS NOT NULL AND source_key LIKE 'account:%'
    GROUP BY 1
    HAVING count(DISTINCT source_key) = 1
),
persons AS (
    SELECT DISTINCT keys.source_key, coalesce(logins.person_id, keys.source_key) AS person_id
    FROM (SELECT source_key FROM person_keys UNION SELECT source_key FROM logins) AS keys
    LEFT JOIN logins ON logins.source_key = keys.source_key
),
models AS (
    SELECT 'hf:' || name AS source_key, max_by('hf:' || hub_id, (day, hub_id)) AS model_id
    FROM fact.model_observation
    WHERE hub_id IS NOT NULL
    GROUP BY name
    UNION
    SELECT DISTINCT 'hf:' || hub_id, 'hf:' || hub_id FROM fact.model_observation WHERE hub_id IS NOT NULL
),
named AS (
    SELECT 'hf:' || name AS source_key FROM fact.model_observation
    UNION
    SELECT 'hf:' || base.id FROM (SELECT unnest(base_models) AS base FROM fact.model_observation) WHERE base.id IS NOT NULL
)
SELECT source_key, person_id, NULL AS repository_id, NULL AS model_id, NULL::DATE AS valid_from, NULL::DATE AS valid_to
FROM persons
UNION ALL
SELECT 'github:' || name, NULL, repository_id, NULL, valid_from, valid_to FROM input_repository_name
UNION ALL
SELECT source_key, NULL, NULL, model_id, NULL, NULL FROM models
UNION ALL
SELECT source_key, NULL, NULL, source_key, NULL, NULL FROM named WHERE source_key NOT IN (SELECT source_key FROM models)
ORDER BY 1, 5 NULLS FIRST, 3;

-- Which repository a fact's key means: of a name that several have had, the one that has it now or had it last.
CREATE OR REPLACE VIEW fact.repository_key AS
SELECT source_key, repository_id
FROM staging.identity
WHERE repository_id IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY source_key ORDER BY valid_to DESC NULLS FIRST, valid_from DESC NULLS LAST) = 1;

-- Which telling of each repository's history is the newest, over all names it was asked for by.
CREATE OR REPLACE TABLE fact.commit_listing AS
SELECT repository.repository_id, max(fact.listing) AS listing
FROM fact.commit AS fact
INNER JOIN fact.repository_key AS repository ON repository.source_key = fact.repository_key
GROUP BY repository.repository_id
ORDER BY repository.repository_id;

COMMENT ON VIEW fact.repository_key IS 'Which repository a fact''s key means: of a name that several have had, the one that has it now or had it last.';
COMMENT ON COLUMN fact.repository_key.source_key IS 'The repository as asked for: github:<owner/name>.';
COMMENT ON COLUMN fact.repository_key.repository_id IS 'The repository.';
COMMENT ON TABLE fact.commit_listing IS 'The newest telling of each repository''s history.';
COMMENT ON COLUMN fact.commit_listing.repository_id IS 'The repository.';
COMMENT ON COLUMN fact.commit_listing.listing IS 'Its newest telling: commits of an older one alone are no longer reachable.';
