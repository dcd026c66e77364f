/*+++
title = "Hub models"
description = "Every model that a listing has shown, with what the last one said."
[columns]
model_id = "hf:<the Hub's id>, or hf:<name> as long as no listing gave the id."
name = "owner/name, as last seen."
organization = "The owner's name on the Hub."
created_at = "When the Hub says it was created."
license = "The Hub's licence id; NULL where it has none or was not told."
model_type = "Architecture of its configuration; NULL where not told."
parameters = "Number of parameters of its weights; NULL where not told."
formats = "Formats of its weights: safetensors, gguf, pickle, onnx, …; NULL where not told."
pipeline_tag = "The task it is for."
library_name = "The library it is for."
gated = "Whether its files have to be asked for; NULL where not told."
first_day = "First day on which a listing showed it."
last_day = "Last day on which a listing showed it; later absence is not observed, not gone."
identity_origin = "'id' where the Hub gave its id, 'name' where only the name is known."
+++*/
CREATE OR REPLACE TABLE staging.model AS
SELECT
    identity.model_id,
    fact.name,
    split_part(fact.name, '/', 1) AS organization,
    fact.created_at,
    fact.license,
    fact.model_type,
    fact.parameters,
    NULL::VARCHAR[] AS formats, -- no listing tells the files yet
    fact.pipeline_tag,
    fact.library_name,
    fact.gated,
    min(fact.day) OVER (PARTITION BY identity.model_id) AS first_day,
    fact.day AS last_day,
    CASE WHEN max(fact.hub_id) OVER (PARTITION BY identity.model_id) IS NULL THEN 'name' ELSE 'id' END AS identity_origin
FROM fact.model_observation AS fact
INNER JOIN staging.identity AS identity ON identity.source_key = fact.model_key
QUALIFY row_number() OVER (PARTITION BY identity.model_id ORDER BY fact.day DESC, fact.version DESC) = 1
ORDER BY identity.model_id;
