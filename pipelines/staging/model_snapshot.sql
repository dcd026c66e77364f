/*+++
title = "Counts of Hub models by day"
description = """One row for each model on each day on which it was seen, whether anything had changed or not, and on the day on which it
was found to be gone. A day without a row was not observed: that is neither zero nor gone."""
[columns]
model_id = "The model."
day = "The day (UTC)."
downloads = "Downloads of the last 30 days as the Hub counts them: GET and HEAD of query files, not people."
downloads_all_time = "Downloads since it was created; NULL where the listing did not say."
likes = "Likes."
trending_score = "The Hub's trending score."
children_models = "How many models the Hub says name it as their base; NULL where not told."
spaces = "How many Spaces the Hub names that use it; NULL where not told."
gone = "TRUE where it was found to be gone that day: the Hub said so of its id, or a whole listing of its organisation lacked it."
gone_reason = "How that is known; NULL where it is there."
+++*/
CREATE OR REPLACE VIEW staging.model_snapshot AS
SELECT
    identity.model_id,
    fact.day,
    fact.downloads,
    fact.downloads_all_time,
    fact.likes,
    fact.trending_score,
    fact.children_models,
    fact.spaces,
    fact.gone IS NOT NULL AS gone,
    fact.gone AS gone_reason
FROM fact.model_observation AS fact
INNER JOIN staging.identity AS identity ON identity.source_key = fact.model_key
QUALIFY row_number() OVER (PARTITION BY identity.model_id, fact.day ORDER BY fact.version DESC) = 1;
