/*+++
title = "Downloads by day"
question = "How often were its models downloaded on a day?"
unit = "downloads"
definition = """
One row for each day on which a model of the entity was listed, and measure: `on-day`, the downloads of that day, by
differencing the all-time counts of the models that have one on that day and on the day before; `30-days`, the Hub's own
count of the last 30 days; `all-time`, its count since the models' creation, both summed over the models listed with
one. `series` names measure and day, `period` is the month. One day's difference is never spread over several: after a
missed day `on-day` is unknown. Each run of missed days has one row without value, on its first day (`until`: the last),
so that a line breaks there. Where the Hub recounts a model, and its all-time count falls or is back where it was, its
downloads of that day are unknown and the others' are kept, flagged `recount`. A count that reads 0 for a day between
others in the hundreds is not taken for zero: the model is left out, flagged `zero for a day`. `n` is the number of
models counted.
"""
source = "Hugging Face Hub: https://huggingface.co/docs/hub/models-download-stats"
caveats = [
  "A download is a GET or HEAD request for a query file, not a person: one user's test servers can make thousands.",
  "A listing may show other models another day: `30-days` and `all-time` then jump, and the flag tells which part of the models known so far they cover. `on-day` compares the same models.",
  "The Hub's counts are not of a calendar day: the day is that of the snapshot (UTC).",
]

[columns]
measure = "on-day, 30-days or all-time"
day = "the day (UTC) of the snapshot, or the first of those that were missed"
until = "the last of the missed days; NULL where there is a snapshot"

[checks]
"no day's downloads are negative" = """
    SELECT entity_id, day, value, flag
    FROM metrics.downloads_by_day
    WHERE value < 0"""
+++*/
WITH told AS (
    SELECT
        model_id,
        day,
        CASE WHEN downloads >= 0 AND downloads_mark IS NULL THEN downloads END AS downloads,
        CASE WHEN downloads_all_time >= 0 AND coalesce(all_time_mark, '') <> 'zero' THEN downloads_all_time END AS all_time,
        downloads_mark IS NOT NULL AS is_zeroed,
        coalesce(all_time_mark = 'zero', FALSE) AS is_zeroed_all_time,
        coalesce(all_time_mark = 'recount', FALSE) AS is_marked,
        CASE WHEN coalesce(gone, FALSE) THEN 0 ELSE 1 END AS is_there
    FROM staging.model_snapshot
),
differenced AS (
    SELECT
        *,
        CASE
            WHEN date_diff('day', lag(day) OVER (PARTITION BY model_id ORDER BY day), day) = 1
            THEN all_time - lag(all_time) OVER (PARTITION BY model_id ORDER BY day)
        END AS difference
    FROM told
),
followed AS (
    SELECT
        *,
        CASE WHEN difference >= 0 AND NOT is_marked THEN difference END AS gained,
        coalesce(difference < 0 OR (is_marked AND difference IS NOT NULL), FALSE) AS is_recount
    FROM differenced
),
member AS (
    SELECT
        m.entity_id,
        f.*,
        f.is_there - coalesce(lag(f.is_there) OVER (PARTITION BY m.entity_id, f.model_id ORDER BY f.day), 0) AS change
    FROM followed AS f
    JOIN catalogue.membership AS m
        ON m.subject_id = f.model_id AND metrics.is_member(f.day, m.valid_from, m.valid_to)
),
daily AS (
    SELECT
        entity_id,
        day,
        sum(sum(change)) OVER (PARTITION BY entity_id ORDER BY day) AS models,
        lag(day) OVER (PARTITION BY entity_id ORDER BY day) AS day_before,
        count(CASE WHEN is_there = 1 THEN downloads END) AS with_downloads,
        sum(CASE WHEN is_there = 1 THEN downloads END) AS downloads,
        count(CASE WHEN is_there = 1 THEN all_time END) AS with_all_time,
        sum(CASE WHEN is_there = 1 THEN all_time END) AS all_time,
        count(CASE WHEN is_there = 1 THEN gained END) AS with_gained,
        sum(CASE WHEN is_there = 1 THEN gained END) AS gained,
        max(CASE WHEN is_there = 1 AND is_recount THEN 1 ELSE 0 END) = 1 AS recounted,
        max(CASE WHEN is_there = 1 AND is_zeroed THEN 1 ELSE 0 END) = 1 AS zeroed,
        max(CASE WHEN is_there = 1 AND is_zeroed_all_time THEN 1 ELSE 0 END) = 1 AS zeroed_all_time
    FROM member
    GROUP BY entity_id, day
),
measured AS (
    SELECT entity_id, day, CAST(NULL AS DATE) AS until, '30-days' AS measure, models, with_downloads AS n,
        downloads AS value, FALSE AS recounted, zeroed, 'the Hub did not tell the count' AS why_not
    FROM daily
    UNION ALL
    SELECT entity_id, day, CAST(NULL AS DATE) AS until, 'all-time' AS measure, models, with_all_time AS n,
        all_time AS value, FALSE AS recounted, zeroed_all_time AS zeroed, 'the Hub did not tell the count' AS why_not
    FROM daily
    UNION ALL
    SELECT entity_id, day, CAST(NULL AS DATE) AS until, 'on-day' AS measure, models, with_gained AS n,
        gained AS value, recounted, zeroed_all_time AS zeroed,
        CASE
            WHEN recounted THEN 'the Hub recounted'
            WHEN date_diff('day', day_before, day) = 1 THEN 'no model has all-time counts on both days'
            ELSE 'no snapshot on the day before'
        END AS why_not
    FROM daily
    UNION ALL
    SELECT
        d.entity_id, CAST(d.day_before + INTERVAL 1 DAY AS DATE) AS day, CAST(d.day - INTERVAL 1 DAY AS DATE) AS until,
        k.measure, NULL AS models, 0 AS n, NULL AS value, FALSE AS recounted, FALSE AS zeroed, 'no snapshot on these days' AS why_not
    FROM daily AS d
    CROSS JOIN (
        SELECT 'on-day' AS measure UNION ALL SELECT '30-days' AS measure UNION ALL SELECT 'all-time' AS measure
    ) AS k
    WHERE date_diff('day', d.day_before, d.day) > 1
)
SELECT
    m.entity_id,
    metrics.month_of(m.day) AS period,
    concat(m.measure, ':', CAST(m.day AS VARCHAR)) AS series,
    m.value,
    CASE WHEN m.value IS NULL THEN 0 ELSE m.n END AS n,
    NULL AS low,
    NULL AS high,
    coalesce(m.value IS NOT NULL AND m.n = m.models AND o.covered = 1, FALSE) AS complete,
    CASE WHEN m.value IS NULL THEN m.why_not END AS reason,
    metrics.remarks(
        metrics.small(m.value, m.n),
        CASE WHEN m.value IS NOT NULL THEN metrics.coverage(least(coalesce(o.covered, 1), m.n / m.models)) END,
        CASE WHEN m.value IS NOT NULL AND m.recounted THEN 'recount' END,
        CASE WHEN m.value IS NOT NULL AND m.zeroed THEN 'zero for a day' END
    ) AS flag,
    m.measure,
    m.day,
    m.until
FROM measured AS m
LEFT JOIN metrics.months('huggingface', 'models') AS o
    ON o.entity_id = m.entity_id AND o.period = metrics.month_of(m.day)
