/*+++
title = "Listings of Hub models, and how deep each went"
description = """One row for each day on which models were listed. Two listings that do not go equally deep tell of growth that did not happen:
what the earlier one did not reach looks new in the later one. Compare months across a listing that is not comparable with the one before
only for models that both reached."""
[columns]
day = "The day (UTC)."
kind = "sample: recorded, and never whole; organisations: everything of the catalogued organisations, and what derives from it."
subjects = "Organisations that were asked for."
whole = "Those of them that came whole."
models = "Models that were seen."
owners = "Owners of these models, of derivatives too."
previous_day = "The day of the listing before; NULL for the first."
older_models = "Models seen for the first time on this day that had been created before previous_day: the listing before did not go as deep. NULL for the first."
missing_models = "Models seen at the listing before, not found to be gone, and not seen on this day: this one does not go as deep. NULL for the first."
comparable = "Whether both are at most a twentieth of the models. NULL for the first."
+++*/
CREATE OR REPLACE TABLE ops.hub_listing AS
WITH asked AS (
    SELECT
        CAST(fetched_at AT TIME ZONE 'UTC' AS DATE) AS day,
        count(DISTINCT subject) AS subjects,
        count(DISTINCT subject) FILTER (complete) AS whole,
        coalesce(bool_or(reason LIKE '%is a sample of the Hub%'), FALSE) AS is_sample
    FROM input_batch
    WHERE source = 'huggingface' AND stream = 'models' AND subject <> '*'
    GROUP BY 1
),
days AS (
    SELECT day, lag(day) OVER (ORDER BY day) AS previous_day, lead(day) OVER (ORDER BY day) AS next_day
    FROM (SELECT DISTINCT day FROM fact.model_observation)
),
seen AS (
    SELECT
        seen.model_key, seen.day, days.previous_day, days.next_day, seen.gone IS NOT NULL AS is_gone,
        profile.name, profile.created_at,
        row_number() OVER (PARTITION BY seen.model_key ORDER BY seen.day) = 1 AS is_first,
        lead(seen.day) OVER (PARTITION BY seen.model_key ORDER BY seen.day) AS seen_next
    FROM fact.model_observation AS seen
    INNER JOIN days ON days.day = seen.day
    LEFT JOIN fact.model_profile AS profile
        ON profile.batch = seen.profile_batch AND profile.number IS NOT DISTINCT FROM seen.profile_number
        AND profile.model_key = seen.model_key
),
counted AS (
    SELECT
        day, previous_day,
        count(*) FILTER (NOT is_gone) AS models,
        count(DISTINCT split_part(name, '/', 1)) FILTER (NOT is_gone) AS owners,
        count(*) FILTER (is_first AND NOT is_gone AND created_at < CAST(previous_day AS TIMESTAMP) AT TIME ZONE 'UTC') AS older
    FROM seen
    GROUP BY day, previous_day
),
lost AS (
    SELECT next_day AS day, count(*) AS missing
    FROM seen
    WHERE NOT is_gone AND next_day IS NOT NULL AND seen_next IS DISTINCT FROM next_day
    GROUP BY next_day
)
SELECT
    counted.day,
    CASE WHEN coalesce(asked.is_sample, FALSE) THEN 'sample' ELSE 'organisations' END AS kind,
    coalesce(asked.subjects, 0) AS subjects,
    coalesce(asked.whole, 0) AS whole,
    counted.models,
    counted.owners,
    counted.previous_day,
    CASE WHEN counted.previous_day IS NOT NULL THEN counted.older END AS older_models,
    CASE WHEN counted.previous_day IS NOT NULL THEN coalesce(lost.missing, 0) END AS missing_models,
    CASE
        WHEN counted.previous_day IS NOT NULL
        THEN 20 * counted.older <= counted.models AND 20 * coalesce(lost.missing, 0) <= counted.models
    END AS comparable
FROM counted
LEFT JOIN asked USING (day)
LEFT JOIN lost USING (day)
ORDER BY counted.day;
