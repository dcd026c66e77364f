/*+++
title = "What was said of Hub models"
description = """One row for each time that a listing told of a model that was new or of which more than its counts had changed, and at
least once a calendar month. Later rows refer to it by batch and number."""
streams = ["huggingface/models"]
[columns]
batch = "The batch that told it."
number = "The row's number in its batch; NULL in batches of before there were any."
day = "The day (UTC) on which it was told."
model_key = "hf:<the Hub's id>, or hf:<name> where the listing had no id."
hub_id = "The Hub's own id; NULL where the listing lacked it."
name = "owner/name then."
created_at = "When the Hub says it was created."
pipeline_tag = "The task it is for."
library_name = "The library it is for."
license = "The Hub's licence id."
license_name = "The card's own name of a licence that has no id."
gated = "Whether its files have to be asked for; NULL where not told."
gating = "Who grants it: auto or manual; NULL where not gated or not told."
disabled = "Whether the Hub has disabled it; NULL where not told."
parameters = "Number of parameters of its weights."
formats = "Formats of its weights: safetensors, gguf, pickle, onnx and others; NULL where not told."
model_type = "Architecture of its configuration, e.g. qwen3."
architecture = "Architecture of its GGUF files, else the class that its configuration names first."
base_models = "The models it names as its base, each with the relation."
+++*/
CREATE TABLE IF NOT EXISTS fact.model_profile (
    batch VARCHAR NOT NULL,
    number INTEGER,
    day DATE NOT NULL,
    model_key VARCHAR NOT NULL,
    hub_id VARCHAR,
    name VARCHAR NOT NULL,
    created_at TIMESTAMPTZ,
    pipeline_tag VARCHAR,
    library_name VARCHAR,
    license VARCHAR,
    license_name VARCHAR,
    gated BOOLEAN,
    gating VARCHAR,
    disabled BOOLEAN,
    parameters BIGINT,
    formats VARCHAR[],
    model_type VARCHAR,
    architecture VARCHAR,
    base_models STRUCT(id VARCHAR, hub_id VARCHAR, relation VARCHAR)[]
);

INSERT INTO fact.model_profile
SELECT
    _batch, number, day, 'hf:' || coalesce(hub_id, name), hub_id, name, created_at, pipeline_tag, library_name, license,
    license_name, gated, gating, disabled, parameters, formats, model_type, architecture, base_models
FROM new_huggingface_models
WHERE of_batch IS NULL;
