/*+++
title = "Hub models"
description = "Every model that a listing has shown, with what the last one said."
[columns]
model_id = "hf:<the Hub's id>, or hf:<name> as long as no listing gave the id."
name = "owner/name, as last seen."
organization = "The owner's name on the Hub."
created_at = "When the Hub says it was created."
license = "The Hub's licence id; NULL where it has none or was not told."
license_name = "The card's own name of a licence that has no id; NULL where it has none or was not told."
model_type = "Architecture of its configuration; NULL where not told."
architecture = "Architecture of its GGUF files, else the class that its configuration names first; NULL where not told."
parameters = "Number of parameters of its weights; NULL where not told."
formats = "Formats of its weights: safetensors, gguf, pickle, onnx, …; NULL where not told."
pipeline_tag = "The task it is for."
library_name = "The library it is for."
gated = "Whether its files have to be asked for; NULL where not told."
gating = "Who grants it: auto or manual; NULL where it is not gated or that was not told."
disabled = "Whether the Hub has disabled it; NULL where not told."
children_models = "How many models the Hub says name it as their base; NULL where not told."
spaces = "How many Spaces the Hub names that use it; NULL where not told."
first_day = "First day on which it was seen."
last_day = "Last day on which it was seen; later absence is not observed, unless gone_day says so."
gone_day = "Day on which it was found to be gone; NULL if it has not been, or was seen again since."
identity_origin = "'id' where the Hub gave its id, 'name' where only the name is known."
+++*/
CREATE OR REPLACE TABLE staging.model AS
WITH seen AS (
    SELECT identity.model_id, fact.*
    FROM fact.model_observation AS fact
    INNER JOIN staging.identity AS identity ON identity.source_key = fact.model_key
),
gone AS (
    SELECT model_id, max(day) FILTER (gone IS NULL) AS last_day, max(day) AS last_told
    FROM seen
    GROUP BY model_id
)
SELECT
    seen.model_id,
    fact.name,
    split_part(fact.name, '/', 1) AS organization,
    fact.created_at,
    fact.license,
    fact.license_name,
    fact.model_type,
    fact.architecture,
    fact.parameters,
    fact.formats,
    fact.pipeline_tag,
    fact.library_name,
    fact.gated,
    fact.gating,
    fact.disabled,
    seen.children_models,
    seen.spaces,
    min(seen.day) OVER (PARTITION BY seen.model_id) AS first_day,
    seen.day AS last_day,
    CASE WHEN gone.last_told > gone.last_day THEN gone.last_told END AS gone_day,
    CASE WHEN max(fact.hub_id) OVER (PARTITION BY seen.model_id) IS NULL THEN 'name' ELSE 'id' END AS identity_origin
FROM seen
INNER JOIN gone ON gone.model_id = seen.model_id
INNER JOIN fact.model_profile AS fact
    ON fact.batch = seen.profile_batch AND fact.number IS NOT DISTINCT FROM seen.profile_number
    AND fact.model_key = seen.model_key
WHERE seen.gone IS NULL
QUALIFY row_number() OVER (PARTITION BY seen.model_id ORDER BY seen.day DESC, seen.version DESC) = 1
ORDER BY seen.model_id;
