/*+++
title = "Which subjects belong to which entity"
description = """Every metric joins it, so one text serves every grain. A model is a member of its organisation's entities whether it
was observed or only named as a base, and of one project at a time: where two select it, of the one that the catalogue has first.
Where none does, it is a member of the region that the file of [regions] gives its organisation."""
[columns]
entity_id = "The entity."
subject_id = "A repository_id, a model_id, openrouter:<author/model>, hf-org:<organisation> where a whole one is catalogued, or the package URL of a package that the catalogue names."
valid_from = "First day on which it is a member (NULL: always)."
valid_to = "First day on which it no longer is (NULL: still)."
+++*/
CREATE OR REPLACE TABLE catalogue.membership AS
WITH models AS (
    SELECT DISTINCT 'huggingface' AS platform, model_id, lower(substr(source_key, 4)) AS name
    FROM staging.identity
    WHERE model_id IS NOT NULL
    UNION ALL
    SELECT DISTINCT 'openrouter', subject_id, lower(model) FROM staging.token_usage WHERE NOT is_other
),
selected AS (
    SELECT selector.entity_id, models.model_id, selector.valid_from, selector.valid_to, selector.position
    FROM input_member_selector AS selector
    INNER JOIN models
        ON models.platform = selector.platform
        AND split_part(models.name, '/', 1) = lower(selector.organization)
        AND (selector.pattern IS NULL OR substr(models.name, length(selector.organization) + 2) GLOB lower(selector.pattern))
),
claim AS (
    SELECT DISTINCT model_id, valid_from, valid_to, position FROM selected
)
SELECT member.entity_id, key.repository_id AS subject_id, member.valid_from, member.valid_to
FROM input_member_repository AS member
INNER JOIN fact.repository_key AS key ON key.source_key = member.subject_id
UNION
SELECT entity_id, subject_id, valid_from, valid_to
FROM input_member_package
UNION
SELECT entity_id, 'hf-org:' || organization, valid_from, valid_to
FROM input_member_selector
WHERE pattern IS NULL AND platform = 'huggingface'
UNION
SELECT selected.entity_id, selected.model_id, selected.valid_from, selected.valid_to
FROM selected
ANTI JOIN claim AS earlier
    ON earlier.model_id = selected.model_id
    AND earlier.position < selected.position
    AND coalesce(earlier.valid_from < selected.valid_to, TRUE)
    AND coalesce(selected.valid_from < earlier.valid_to, TRUE)
ORDER BY 1, 2, 3 NULLS FIRST, 4 NULLS LAST;
