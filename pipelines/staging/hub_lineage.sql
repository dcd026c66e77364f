/*+++
title = "Which model derives from which, on the whole Hub"
description = """As staging.model_lineage, over all models of the newest Hub-wide listing; empty without ECOTONE_HUB_LISTING."""
memory = "2GB" # for millions of models; less of them take less
[columns]
model_id = "The derivative."
parent_id = "The model it names as its base; it need not be on the Hub any more."
relation = "finetune, adapter, quantized, merge, or unspecified."
root_id = "Where following the bases ends."
share = "The part of the derivative that this parent and root account for; a model's shares add up to 1."
+++*/
CREATE OR REPLACE TABLE staging.hub_lineage AS
WITH tagged AS (
    SELECT model_id, unnest(bases) AS tag FROM fact.hub_model
),
named AS (
    SELECT
        model_id,
        split_part(tag, ':', -1) AS base,
        CASE
            WHEN split_part(tag, ':', 2) IN ('adapter', 'finetune', 'merge', 'quantized') AND split_part(tag, ':', 3) <> ''
            THEN split_part(tag, ':', 2)
        END AS relation
    FROM tagged
    WHERE regexp_full_match(split_part(tag, ':', -1), '[A-Za-z0-9][\w.-]{0,127}(/[\w.-]{1,128})?')
),
hub_based AS (
    SELECT named.model_id, coalesce(parent.model_id, 'hf:' || named.base) AS parent_id, min(named.relation) AS relation
    FROM named
    LEFT JOIN fact.hub_model AS parent ON parent.name = named.base
    WHERE named.model_id <> coalesce(parent.model_id, 'hf:' || named.base)
    GROUP BY ALL
),
hub_age AS (
    SELECT model_id, created_at FROM fact.hub_model
)
SELECT * FROM lineage('hub_based', 'hub_age');
