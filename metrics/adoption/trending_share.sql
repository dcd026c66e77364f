/*+++
title = "Share of trending models"
question = "Which part of what trends on the Hub is its models', or builds on them?"
unit = "share of trending models"
definition = """
Of the 100 models that trend most on the whole Hub, those that are the entity's or derive from one of its models, over
however many generations: places of the month's observed days that such a model held, divided by all places of those
days. Series `top:10` and `top:50`: of the first 10 and 50. A model that descends from two entities counts for both.
`n` is the number of days observed.
"""
source = "Hugging Face Hub, models sorted by trendingScore: https://huggingface.co/docs/hub/api; lineage from base_model: https://huggingface.co/docs/hub/model-cards#specifying-a-base-model"
caveats = [
  "How the Hub reckons its trending score is not published, and may change.",
  "Many derivatives do not name their base: this is a lower bound.",
  "Shares of entities do not add up to 1: a model can descend from several, and most from none that is catalogued.",
  "The days of one month are alike: a model trends for a week or two.",
]
+++*/
WITH place AS (
    SELECT t.day, t.rank, t.model_id, k.top
    FROM staging.trending AS t
    JOIN (VALUES (10), (50), (100)) AS k(top) ON t.rank <= k.top
),
whole AS (
    SELECT metrics.month_of(day) AS period, top, count(DISTINCT day) AS days, count(*) AS places
    FROM place
    GROUP BY metrics.month_of(day), top
),
held AS (
    SELECT DISTINCT m.entity_id, p.day, p.rank, p.top
    FROM place AS p
    JOIN staging.trending_ancestor AS a ON a.model_id = p.model_id
    JOIN catalogue.membership AS m
        ON m.subject_id = a.ancestor_id AND metrics.is_member(p.day, m.valid_from, m.valid_to)
),
part AS (
    SELECT entity_id, metrics.month_of(day) AS period, top, count(*) AS places
    FROM held
    GROUP BY entity_id, metrics.month_of(day), top
),
beginning AS (
    SELECT min(period) AS period
    FROM whole
),
month AS (
    SELECT m.entity_id, m.period, m.period_end, m.is_over, m.complete, k.top
    FROM metrics.months('huggingface', 'trending') AS m
    JOIN beginning AS b ON m.period >= b.period
    JOIN (VALUES (10), (50), (100)) AS k(top) ON TRUE
),
share AS (
    SELECT
        m.*,
        coalesce(w.days, 0) AS days,
        CASE WHEN w.places > 0 THEN coalesce(p.places, 0) / w.places END AS value
    FROM month AS m
    LEFT JOIN whole AS w ON w.period = m.period AND w.top = m.top
    LEFT JOIN part AS p ON p.entity_id = m.entity_id AND p.period = m.period AND p.top = m.top
)
SELECT
    entity_id,
    period,
    CASE WHEN top = 100 THEN '' ELSE concat('top:', top) END AS series,
    value,
    days AS n,
    NULL AS low,
    NULL AS high,
    complete AND days = date_diff('day', period, period_end) AS complete,
    CASE WHEN value IS NULL THEN 'no day of the month was observed' END AS reason,
    CASE WHEN value IS NOT NULL THEN
        metrics.remarks(
            metrics.small(value, days),
            metrics.unfinished(NOT is_over),
            metrics.coverage(days / date_diff('day', period, period_end)),
            NULL
        )
    END AS flag
FROM share
