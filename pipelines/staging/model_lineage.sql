/*+++
title = "Which model derives from which"
description = """A row for each model, the base it names, and the root found by following bases upwards. A cycle is broken where a
model names one that was created later; a model with several bases is shared between them in equal parts."""
memory = "1GB" # for a million models; less of them take less
[columns]
model_id = "The derivative."
parent_id = "The model it names as its base; it need not have been observed."
relation = "finetune, adapter, quantized, merge, or unspecified."
root_id = "Where following the bases ends."
share = "The part of the derivative that this parent and root account for; a model's shares add up to 1."
+++*/
CREATE OR REPLACE TABLE staging.model_lineage AS
WITH newest AS (
    SELECT identity.model_id, fact.profile_batch, fact.profile_number, fact.model_key
    FROM fact.model_observation AS fact
    INNER JOIN staging.identity AS identity ON identity.source_key = fact.model_key
    WHERE fact.gone IS NULL
    QUALIFY row_number() OVER (PARTITION BY identity.model_id ORDER BY fact.day DESC, fact.version DESC) = 1
),
named AS (
    SELECT newest.model_id, unnest(profile.base_models) AS base
    FROM newest
    INNER JOIN fact.model_profile AS profile
        ON profile.batch = newest.profile_batch AND profile.number IS NOT DISTINCT FROM newest.profile_number
        AND profile.model_key = newest.model_key
),
based AS (
    SELECT
        named.model_id,
        parent.model_id AS parent_id,
        -- a model that names one base twice, once without a relation, means the relation it gives
        min(named.base.relation) FILTER (named.base.relation <> 'unspecified') AS relation
    FROM named
    INNER JOIN staging.identity AS parent
        ON parent.source_key = 'hf:' || named.base.id AND parent.model_id IS NOT NULL
    WHERE parent.model_id <> named.model_id
    GROUP BY named.model_id, parent.model_id
),
age AS (
    SELECT model_id, created_at FROM staging.model
)
SELECT * FROM lineage('based', 'age');
