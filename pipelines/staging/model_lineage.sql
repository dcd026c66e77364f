/*+++
title = "Which model derives from which"
description = """A row for each model, the base it names, and the root found by following bases upwards. A cycle is broken where a
model names one that was created later; a model with several bases is shared between them in equal parts."""
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
ancestor AS (
    SELECT model_id, parent_id AS ancestor_id FROM edges
    UNION
    SELECT ancestor.model_id, edges.parent_id
    FROM ancestor
    INNER JOIN edges ON edges.model_id = ancestor.ancestor_id
),
upward AS (
    -- within a cycle only the edges from a later to an earlier model are followed, so that every walk ends
    SELECT edges.model_id, edges.parent_id
    FROM edges
    LEFT JOIN ancestor AS circle ON circle.model_id = edges.parent_id AND circle.ancestor_id = edges.model_id
    LEFT JOIN staging.model AS child ON child.model_id = edges.model_id
    LEFT JOIN staging.model AS parent ON parent.model_id = edges.parent_id
    WHERE circle.model_id IS NULL
       OR (coalesce(parent.created_at, TIMESTAMPTZ '1970-01-01'), edges.parent_id)
        < (coalesce(child.created_at, TIMESTAMPTZ '1970-01-01'), edges.model_id)
),
counted AS (
    SELECT model_id, parent_id, count(*) OVER (PARTITION BY model_id) AS bases FROM upward
),
walk AS (
    SELECT model_id, model_id AS at_id, 1::DECIMAL(18, 12) AS share
    FROM (SELECT model_id FROM edges UNION SELECT parent_id FROM edges)
    UNION ALL
    -- shares that arrive at one model by several ways are added up at once: ways are many, models few
    SELECT walk.model_id, up.parent_id, sum((walk.share / up.bases)::DECIMAL(18, 12))::DECIMAL(18, 12)
    FROM walk
    INNER JOIN counted AS up ON up.model_id = walk.at_id
    GROUP BY walk.model_id, up.parent_id
),
root AS (
    SELECT walk.model_id, walk.at_id AS root_id, sum(walk.share) AS share
    FROM walk
    ANTI JOIN counted ON counted.model_id = walk.at_id
    GROUP BY walk.model_id, walk.at_id
),
attributed AS (
    SELECT
        edges.model_id,
        edges.parent_id,
        coalesce(edges.relation, 'unspecified') AS relation,
        -- a base on the far side of a broken cycle is its own root here
        CASE WHEN upward.model_id IS NULL THEN edges.parent_id ELSE root.root_id END AS root_id,
        sum(root.share) AS share
    FROM edges
    INNER JOIN root ON root.model_id = edges.parent_id
    LEFT JOIN upward ON upward.model_id = edges.model_id AND upward.parent_id = edges.parent_id
    GROUP BY ALL
)
SELECT
    model_id,
    parent_id,
    relation,
    root_id,
    (share / sum(share) OVER (PARTITION BY model_id))::DOUBLE AS share
FROM attributed
ORDER BY model_id, parent_id, relation, root_id;
