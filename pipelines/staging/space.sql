/*+++
title = "Spaces that use catalogued models"
description = "Applications on the Hub, as far as one of the models that are asked for shows them."
[columns]
space_id = "hf-space:<the Hub's id>, or hf-space:<name> where the listing lacked it."
name = "owner/name, as last told."
author = "Its owner."
created_at = "When the Hub says it was created."
sdk = "gradio, streamlit, docker or static."
likes = "Likes, as last told; a listing that tells nothing else new does not renew it."
first_day = "First day on which a listing showed it."
+++*/
CREATE OR REPLACE TABLE staging.space AS
SELECT
    space_key AS space_id, name, author, created_at, sdk, likes,
    min(first_day) OVER (PARTITION BY space_key) AS first_day
FROM fact.space_use
QUALIFY row_number() OVER (PARTITION BY space_key ORDER BY told_at DESC, version DESC, model_key) = 1
ORDER BY space_key;
