/*+++
title = "Downloads"
question = "How often are its models downloaded?"
unit = "downloads"
definition = """
The Hub's own count of downloads in the last 30 days, at the last snapshot of the entity's models in the month
(`snapshot_day`), summed over the models that were listed on that day with a count. Series `all-time`: the count since
the model's creation, on the same day. Series `daily`: downloads per day, by differencing the all-time counts of the
models that have one on both days and were not recounted meanwhile: the last snapshot of the previous month, or the first of this month where there was
none, and `snapshot_day` (`downloads_by_day` has single days). A model whose count was not told is unknown, not zero. A month without a snapshot between two
that have one is unknown. `n` is the number of models that were counted.
"""
source = "Hugging Face Hub: https://huggingface.co/docs/hub/models-download-stats; CHAOSS, Number of Downloads: https://chaoss.community/kb/metric-number-of-downloads/"
caveats = [
  "A download is a GET or HEAD request for a query file, not a person: one user's test servers can make thousands.",
  "Only what is downloaded from the Hub is counted, not mirrors, ModelScope or Ollama.",
  "A listing may show other models another day, and the value then jumps: the flag tells which part of the models known so far it covers.",
  "The Hub recounts at times, and an all-time count falls: what was downloaded of that model is then unknown. `daily` keeps the gains of the others, flagged `recount` and with its coverage.",
  "A count that reads 0 for a day between others in the hundreds is not taken for zero: the model is left out of that day, flagged `zero for a day` and with its coverage.",
]

[columns]
snapshot_day = "day of the last snapshot in the month"
+++*/
WITH listed AS (
    SELECT *
    FROM metrics.entity_models()
),
-- Models known so far and not known to be gone.
known AS (
    SELECT entity_id, period, sum(sum(change)) OVER (PARTITION BY entity_id ORDER BY period) AS models
    FROM listed
    GROUP BY entity_id, period
),
member AS (
    SELECT *
    FROM listed
    WHERE NOT is_gone
),
listing AS (
    SELECT m.entity_id, m.period, min(m.first_day) AS first_day, max(m.last_day) AS last_day, max(k.models) AS models
    FROM member AS m
    JOIN known AS k ON k.entity_id = m.entity_id AND k.period = m.period
    GROUP BY m.entity_id, m.period
),
-- The day from which `daily` counts: the previous month's last snapshot, or else this month's first.
baseline AS (
    SELECT l.entity_id, l.period, coalesce(p.last_day, l.first_day) AS day, p.period AS previous_period
    FROM listing AS l
    LEFT JOIN listing AS p ON p.entity_id = l.entity_id AND date_diff('month', p.period, l.period) = 1
),
counted AS (
    SELECT
        m.entity_id,
        m.period,
        m.model_id,
        m.is_zeroed,
        m.is_zeroed_all_time,
        m.recounted,
        CASE WHEN m.downloads >= 0 THEN m.downloads END AS downloads,
        CASE WHEN m.all_time >= 0 THEN m.all_time END AS all_time,
        CASE
            WHEN b.previous_period IS NULL AND m.first_day = b.day AND m.first_all_time >= 0 THEN m.first_all_time
            WHEN b.previous_period IS NOT NULL AND p.last_day = b.day AND p.all_time >= 0 THEN p.all_time
        END AS all_time_before
    FROM member AS m
    JOIN listing AS l ON l.entity_id = m.entity_id AND l.period = m.period AND l.last_day = m.last_day
    JOIN baseline AS b ON b.entity_id = m.entity_id AND b.period = m.period
    LEFT JOIN member AS p
        ON p.entity_id = m.entity_id AND p.model_id = m.model_id AND p.period = b.previous_period
),
total AS (
    SELECT
        c.entity_id,
        c.period,
        l.last_day,
        l.models,
        date_diff('day', b.day, l.last_day) AS days,
        count(c.downloads) AS with_downloads,
        sum(c.downloads) AS downloads,
        count(c.all_time) AS with_all_time,
        sum(c.all_time) AS all_time,
        count(CASE WHEN NOT c.is_recount THEN c.all_time - c.all_time_before END) AS with_both,
        sum(CASE WHEN NOT c.is_recount THEN c.all_time - c.all_time_before END) AS gained,
        max(CASE WHEN c.is_recount THEN 1 ELSE 0 END) = 1 AS recounted,
        max(CASE WHEN c.is_zeroed THEN 1 ELSE 0 END) = 1 AS zeroed,
        max(CASE WHEN c.is_zeroed_all_time THEN 1 ELSE 0 END) = 1 AS zeroed_all_time
    FROM (
        SELECT *, all_time_before IS NOT NULL AND (coalesce(all_time < all_time_before, FALSE) OR recounted) AS is_recount
        FROM counted
    ) AS c
    JOIN listing AS l ON l.entity_id = c.entity_id AND l.period = c.period
    JOIN baseline AS b ON b.entity_id = c.entity_id AND b.period = c.period
    GROUP BY c.entity_id, c.period, l.last_day, l.models, b.day
),
series AS (
    SELECT entity_id, period, '' AS series, last_day, models, with_downloads AS n, downloads AS value,
        FALSE AS recounted, zeroed, 'the Hub did not tell the count' AS why_not
    FROM total
    UNION ALL
    SELECT entity_id, period, 'all-time' AS series, last_day, models, with_all_time AS n, all_time AS value,
        FALSE AS recounted, zeroed_all_time AS zeroed, 'the Hub did not tell the count' AS why_not
    FROM total
    UNION ALL
    SELECT entity_id, period, 'daily' AS series, last_day, models, with_both AS n,
        CASE WHEN days > 0 THEN gained / days END AS value,
        recounted, zeroed_all_time AS zeroed,
        CASE WHEN recounted THEN 'the Hub recounted' ELSE 'no all-time counts on two days' END AS why_not
    FROM total
),
span AS (
    SELECT entity_id, min(period) AS first_period, max(period) AS last_period
    FROM listing
    GROUP BY entity_id
),
month AS (
    SELECT s.entity_id, c.period, c.period_end, k.series
    FROM span AS s
    JOIN catalogue.calendar AS c ON c.period BETWEEN s.first_period AND s.last_period
    CROSS JOIN (SELECT DISTINCT series FROM series) AS k
)
SELECT
    m.entity_id,
    m.period,
    m.series,
    s.value,
    CASE WHEN s.value IS NULL THEN 0 ELSE s.n END AS n,
    NULL AS low,
    NULL AS high,
    coalesce(
        o.complete AND metrics.is_month_end(s.last_day, m.period_end) AND s.value IS NOT NULL AND s.n = s.models, FALSE
    ) AS complete,
    CASE
        WHEN s.entity_id IS NULL THEN 'no snapshot in the month'
        WHEN s.value IS NULL THEN s.why_not
    END AS reason,
    metrics.remarks(
        metrics.small(s.value, s.n),
        metrics.unfinished(NOT o.is_over),
        CASE WHEN s.value IS NOT NULL THEN metrics.coverage(least(coalesce(o.covered, 1), s.n / s.models)) END,
        metrics.remarks(
            CASE
                WHEN o.is_over AND NOT metrics.is_month_end(s.last_day, m.period_end) THEN 'early snapshot'
            END,
            CASE WHEN s.value IS NOT NULL AND s.recounted THEN 'recount' END,
            CASE WHEN s.value IS NOT NULL AND s.zeroed THEN 'zero for a day' END,
            NULL
        )
    ) AS flag,
    s.last_day AS snapshot_day
FROM month AS m
LEFT JOIN series AS s ON s.entity_id = m.entity_id AND s.period = m.period AND s.series = m.series
LEFT JOIN metrics.months('huggingface', 'models') AS o ON o.entity_id = m.entity_id AND o.period = m.period
