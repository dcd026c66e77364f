/*+++
title = "Which subjects belong to which entity"
description = """Every metric joins it, so one text serves every grain. A model is a member of its organisation's entities whether it
was observed or only named as a base."""
[columns]
entity_id = "The entity."
subject_id = "A repository_id, a model_id, or hf-org:<organisation> where a whole one is catalogued."
valid_from = "First day on which it is a member (NULL: always)."
valid_to = "First day on which it no longer is (NULL: still)."
+++*/
CREATE OR REPLACE TABLE catalogue.membership AS
WITH models AS (
    SELECT DISTINCT model_id, lower(substr(source_key, 4)) AS name FROM staging.identity WHERE model_id IS NOT NULL
)
SELECT entity_id, subject_id, valid_from, valid_to FROM input_member_repository
UNION
SELECT entity_id, 'hf-org:' || organization, valid_from, valid_to FROM input_member_selector WHERE pattern IS NULL
UNION
SELECT selector.entity_id, models.model_id, selector.valid_from, selector.valid_to
FROM input_member_selector AS selector
INNER JOIN models
    ON split_part(models.name, '/', 1) = lower(selector.organization)
    AND (selector.pattern IS NULL OR substr(models.name, length(selector.organization) + 2) GLOB lower(selector.pattern))
ORDER BY 1, 2, 3;
