/*+++
title = "What trending models derive from"
description = """Each model that ever trended with itself and every model above it, found by following bases upwards: those that the
trending listing named, and those of staging.model_lineage."""
[columns]
model_id = "The model that trended."
ancestor_id = "Itself, or a model that it derives from, directly or not."
+++*/
CREATE OR REPLACE TABLE staging.trending_ancestor AS
WITH RECURSIVE named AS (
    SELECT identity.model_id, unnest(fact.base_models) AS base
    FROM fact.trending AS fact
    INNER JOIN staging.identity AS identity
        ON identity.source_key = 'hf:' || coalesce(fact.hub_id, fact.name) AND identity.model_id IS NOT NULL
),
edge AS (
    SELECT named.model_id, parent.model_id AS parent_id
    FROM named
    INNER JOIN staging.identity AS parent ON parent.source_key = 'hf:' || named.base.id AND parent.model_id IS NOT NULL
    UNION
    SELECT model_id, parent_id FROM staging.model_lineage
),
ancestor AS (
    SELECT DISTINCT model_id, model_id AS ancestor_id FROM staging.trending
    UNION  -- each pair once, so that circles end
    SELECT ancestor.model_id, edge.parent_id
    FROM ancestor
    INNER JOIN edge ON edge.model_id = ancestor.ancestor_id
)
SELECT model_id, ancestor_id FROM ancestor ORDER BY 1, 2;
