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
downloads_mark = "`zero`: downloads read 0 within 30 days after 30 or more, and no more than 30 days before they are positive again (or not yet, within 7): a count of 30 days does not do that. NULL: nothing is odd."
all_time_mark = "`zero`: the all-time count reads 0 after a positive one. `recount`: it is lower than before, or back at what it was before it fell: what was downloaded since the day before is not known. NULL: nothing is odd."
+++*/
CREATE OR REPLACE VIEW staging.model_snapshot AS
WITH seen AS (
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
    QUALIFY row_number() OVER (PARTITION BY identity.model_id, fact.day ORDER BY fact.version DESC) = 1
),
followed AS (
    SELECT
        *,
        last_value(CASE WHEN downloads > 0 THEN day END IGNORE NULLS) OVER before AS positive_day,
        last_value(CASE WHEN downloads > 0 THEN downloads END IGNORE NULLS) OVER before AS positive_downloads,
        first_value(CASE WHEN downloads > 0 THEN day END IGNORE NULLS) OVER after AS positive_again,
        last_value(downloads_all_time IGNORE NULLS) OVER before AS all_time_before,
        max(downloads_all_time) OVER before AS all_time_highest
    FROM seen
    WINDOW
        before AS (PARTITION BY model_id ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
        after AS (PARTITION BY model_id ORDER BY day ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)
),
fallen AS (
    SELECT
        *,
        -- what it was before it last fell: a count that is back there has not been downloaded since
        last_value(CASE WHEN downloads_all_time < all_time_before THEN all_time_before END IGNORE NULLS) OVER before
            AS all_time_fallen_from,
        last_value(CASE WHEN downloads_all_time IS NOT NULL THEN downloads_all_time < all_time_before END IGNORE NULLS) OVER before
            AS fell_before
    FROM followed
    WINDOW before AS (PARTITION BY model_id ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
)
SELECT
    * EXCLUDE (
        positive_day, positive_downloads, positive_again, all_time_before, all_time_highest, all_time_fallen_from, fell_before
    ),
    CASE
        WHEN downloads = 0 AND NOT gone AND positive_downloads >= 30 AND day - positive_day < 30
            AND coalesce(positive_again - positive_day <= 30, day - positive_day <= 7)
        THEN 'zero'
    END AS downloads_mark,
    CASE
        WHEN downloads_all_time = 0 AND all_time_highest > 0 THEN 'zero'
        WHEN downloads_all_time < all_time_before THEN 'recount'
        WHEN (fell_before OR all_time_before = 0) AND downloads_all_time >= all_time_fallen_from THEN 'recount'
    END AS all_time_mark
FROM fallen;
