/*+++
title = "Which person, repository or model a source's key means"
description = """Facts keep the key that their source gave and never change; this table says whom it means, so that
learning later that two keys are one rewrites no fact. `login:x` becomes the account that used the login, unless two
accounts did; `email:x` the account to which GitHub assigns its commits, unless a curated rule knows the address;
`github:<owner/name>` becomes the database id once GitHub has answered for the name; `hf:<name>` the Hub's own id once a
listing shows both."""
[columns]
source_key = "The key as the source gave it: account:<id>, login:<login>, email:<keyed hash>, github:<owner/name or id>, hf:<name or id>."
person_id = "The person it means; NULL if it is not a person's."
repository_id = "The repository it means; NULL if it is not a repository's."
model_id = "The Hub model it means; NULL if it is not a model's."
valid_from = "First day on which it means that (NULL: always)."
valid_to = "First day on which it no longer does (NULL: still)."
+++*/
CREATE OR REPLACE TABLE staging.identity AS
WITH logins AS (
    SELECT login_key AS source_key, min(source_key) AS person_id
    FROM fact.person_key
    WHERE login_key IS NOT NULL AND source_key LIKE 'account:%'
    GROUP BY login_key
    HAVING count(DISTINCT source_key) = 1
),
accounts AS (
    SELECT source_key, person_id FROM logins
    UNION ALL
    -- an agent's address may be assigned to somebody who registered it: what the rules know stays what it is
    SELECT email_key, account_key FROM fact.account_email WHERE email_key NOT IN (SELECT source_key FROM input_rule)
),
persons AS (
    SELECT keys.source_key, coalesce(accounts.person_id, keys.source_key) AS person_id
    FROM (
        SELECT source_key FROM fact.person_key
        UNION
        SELECT source_key FROM accounts
    ) AS keys
    LEFT JOIN accounts ON accounts.source_key = keys.source_key
),
models AS (
    SELECT 'hf:' || name AS source_key, max_by('hf:' || hub_id, (day, hub_id)) AS model_id
    FROM fact.model_profile
    WHERE hub_id IS NOT NULL
    GROUP BY name
    UNION
    SELECT DISTINCT 'hf:' || hub_id, 'hf:' || hub_id FROM fact.model_profile WHERE hub_id IS NOT NULL
),
named AS (
    SELECT 'hf:' || name AS source_key FROM fact.model_profile
    UNION
    SELECT 'hf:' || base.id FROM (SELECT unnest(base_models) AS base FROM fact.model_profile) WHERE base.id IS NOT NULL
)
SELECT source_key, person_id, NULL AS repository_id, NULL AS model_id, NULL::DATE AS valid_from, NULL::DATE AS valid_to
FROM persons
UNION ALL
-- a name that is catalogued for two repositories one after the other has a row for each
SELECT DISTINCT 'github:' || name.name, NULL, now.repository_id, NULL, name.valid_from, name.valid_to
FROM input_repository_name AS name
INNER JOIN fact.repository_key AS now ON now.source_key = name.repository_id
UNION ALL
SELECT source_key, NULL, repository_id, NULL, NULL, NULL FROM fact.repository_key WHERE subject_id IS NULL
UNION ALL
SELECT source_key, NULL, NULL, model_id, NULL, NULL FROM models
UNION ALL
SELECT source_key, NULL, NULL, source_key, NULL, NULL FROM named WHERE source_key NOT IN (SELECT source_key FROM models)
ORDER BY 1, 5 NULLS FIRST, 3;
