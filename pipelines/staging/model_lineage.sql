/*+++
title = "Which model derives from which"
description = """A row for each model, the base it names, and the root found by following bases upwards. A cycle is broken where it
closes; a model with several bases is shared between them in equal parts."""
[columns]
model_id = "The derivative."
parent_id = "The model it names as its base; it need not have been observed."
relation = "finetune, adapter, quantized, merge, or unspecified."
root_id = "Where following the bases ends."
share = "The part of the derivative that this parent and root account for; a model's shares add up to 1."
+++*/
CREATE OR REPLACE TABLE staging.model_lineage AS
WITH RECURSIVE named AS (
    SELECT identity.model_id, unnest(fact.base_models) AS base
    FROM fact.model_observation AS fact
    INNER JOIN staging.identity AS identity ON identity.source_key = fact.model_key
    QUALIFY row_number() OVER (PARTITION BY identity.model_id ORDER BY fact.day DESC, fact.version DESC) = 1
),
edges AS (
    SELECT
        named.model_id,
        parent.model_id AS parent_id,
        -- a model that names one base twice, once without a relation, means the relation it gives
        min(named.base.relation) FILTER (named.base.relation <> 'unspecified')
            AS relation
    FROM named
    INNER JOIN staging.identity AS parent
        ON parent.source_key = 'hf:' || named.base.id AND parent.model_id IS NOT NULL
    WHERE parent.model_id <> named.model_id
    GROUP BY named.model_id, parent.model_id
),
counted AS (
    SELECT model_id, parent_id, coalesce(relation, 'unspecified') AS relation, count(*) OVER (PARTITION BY model_id) AS bases
    FROM edges
),
walk AS (
    SELECT model_id, parent_id, relation, parent_id AS root_id, 1 / bases AS share, [model_id, parent_id] AS path
    FROM counted
    UNION ALL
    SELECT walk.model_id, walk.parent_id, walk.relation, up.parent_id, walk.share / up.bases, list_append(walk.path, up.parent_id)
    FROM walk
    INNER JOIN counted AS up ON up.model_id = walk.root_id
    WHERE NOT list_contains(walk.path, up.parent_id)
),
ends AS (
    -- the walk stops where there is no base left, or where every base was passed before (a cycle)
    SELECT walk.*
    FROM walk
    WHERE NOT EXISTS (
        SELECT 1 FROM counted AS up WHERE up.model_id = walk.root_id AND NOT list_contains(walk.path, up.parent_id)
    )
)
SELECT
    model_id,
    parent_id,
    relation,
    root_id,
    sum(share::DECIMAL(18, 9)) / sum(sum(share::DECIMAL(18, 9))) OVER (PARTITION BY model_id) AS share
FROM ends
GROUP BY model_id, parent_id, relation, root_id
ORDER BY model_id, parent_id, relation, root_id;
