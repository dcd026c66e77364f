/*+++
title = "Tokens by model and day"
description = """What models were used for on OpenRouter: the 50 most used of each day and one row for all the others together, as the
day was told last. A day without rows was not told. Source: OpenRouter (openrouter.ai/rankings), CC-BY-4.0."""
[columns]
day = "The UTC day."
model = "author/model as OpenRouter has it, with its variant (:free); other for the rest."
tokens = "Prompt and completion tokens; each provider counts by its own tokenizer."
is_other = "Whether it is the row of all models below the first 50."
subject_id = "openrouter:<model>, as catalogue.membership has it; NULL for the rest."
as_of = "Up to when the answer counts; NULL where it did not say."
+++*/
CREATE OR REPLACE TABLE staging.token_usage AS
SELECT day, model, tokens, is_other, CASE WHEN NOT is_other THEN 'openrouter:' || model END AS subject_id, as_of
FROM fact.token_usage
QUALIFY rank() OVER (PARTITION BY day ORDER BY fetched_at DESC, version DESC) = 1
ORDER BY day, model;
