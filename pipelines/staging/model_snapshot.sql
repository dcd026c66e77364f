/*+++
title = "Counts of Hub models by day"
description = """One row for each model on each day on which a listing showed it. A day without a row was not observed: that is
neither zero nor gone."""
[columns]
model_id = "The model."
day = "The day (UTC)."
downloads = "Downloads of the last 30 days as the Hub counts them: GET and HEAD of query files, not people."
downloads_all_time = "Downloads since it was created; NULL where the listing did not say."
likes = "Likes."
trending_score = "The Hub's trending score."
gone = "TRUE only where the Hub itself said that it is gone; not being listed is not evidence."
+++*/
CREATE OR REPLACE VIEW staging.model_snapshot AS
SELECT
    identity.model_id,
    fact.day,
    fact.downloads,
    fact.downloads_all_time,
    fact.likes,
    fact.trending_score,
    FALSE AS gone
FROM fact.model_observation AS fact
INNER JOIN staging.identity AS identity ON identity.source_key = fact.model_key
QUALIFY row_number() OVER (PARTITION BY identity.model_id, fact.day ORDER BY fact.version DESC) = 1;
