/*+++
title = "Releases"
question = "How often is something released?"
unit = "releases"
definition = """
Releases published on GitHub in the month, pre-releases included, drafts not. Series `kind:prerelease` counts those marked
as not for production, from the month of the first one on. Series `origin:hub` counts the models that the entity's own
organisations created on the Hugging Face Hub in the month; they are never added to the releases. `n` is the same number.
"""
source = "CHAOSS, Release Frequency: https://chaoss.community/kb/metric-release-frequency/"
caveats = [
  "Projects that tag without making a release, or publish to a package registry only, show none.",
  "A model that was created is not yet a model that was announced, and one release on the Hub is often a dozen models.",
  "What was deleted since is missing.",
]
+++*/
WITH released AS (
    SELECT m.entity_id, metrics.month_of(metrics.utc_day(r.published_at)) AS period, r.release_id, r.prerelease
    FROM staging.release AS r
    LEFT JOIN ops.coverage AS o ON o.subject_id = r.repository_id AND o.source = 'github' AND o.stream = 'releases'
    JOIN catalogue.membership AS m
        ON m.subject_id = r.repository_id
        AND metrics.is_member(metrics.utc_day(r.published_at), m.valid_from, m.valid_to)
    WHERE metrics.is_known(metrics.utc_day(r.published_at), metrics.known_since(o.known_from))
),
monthly AS (
    SELECT entity_id, period, '' AS series, count(DISTINCT release_id) AS releases
    FROM released
    GROUP BY entity_id, period
    UNION ALL
    SELECT entity_id, period, 'kind:prerelease' AS series, count(DISTINCT release_id) AS releases
    FROM released
    WHERE prerelease
    GROUP BY entity_id, period
    UNION ALL
    SELECT m.entity_id, metrics.month_of(metrics.utc_day(o.created_at)) AS period, 'origin:hub' AS series,
        count(DISTINCT o.model_id) AS releases
    FROM staging.model AS o
    JOIN catalogue.membership AS m
        ON m.subject_id = o.model_id AND metrics.is_member(metrics.utc_day(o.created_at), m.valid_from, m.valid_to)
    WHERE o.created_at IS NOT NULL
    GROUP BY m.entity_id, metrics.month_of(metrics.utc_day(o.created_at))
),
beginning AS (
    SELECT entity_id, series, min(period) AS period
    FROM (
        SELECT entity_id, series, period FROM monthly
        UNION ALL
        SELECT entity_id, '' AS series, period FROM metrics.still_to_come('github', 'releases')
    ) AS first_month
    GROUP BY entity_id, series
),
known AS (
    SELECT entity_id, period, complete, unfinished, covered, is_known, differing, FALSE AS is_hub
    FROM metrics.months('github', 'releases')
    UNION ALL
    SELECT entity_id, period, complete, unfinished, covered, is_known, differing, TRUE AS is_hub
    FROM metrics.months('huggingface', 'models')
),
month AS (
    SELECT
        k.entity_id, k.period, b.series, k.complete, k.unfinished, k.covered, k.is_known, k.differing,
        CASE WHEN k.is_known THEN coalesce(r.releases, 0) END AS releases
    FROM beginning AS b
    JOIN known AS k
        ON k.entity_id = b.entity_id AND k.period >= b.period AND k.is_hub = (b.series = 'origin:hub')
    LEFT JOIN monthly AS r ON r.entity_id = k.entity_id AND r.period = k.period AND r.series = b.series
)
SELECT
    entity_id,
    period,
    series,
    releases AS value,
    coalesce(releases, 0) AS n,
    NULL AS low,
    NULL AS high,
    complete,
    CASE WHEN NOT is_known THEN 'not fetched yet' END AS reason,
    metrics.remarks(metrics.small(releases, releases), metrics.unfinished(unfinished), metrics.lacking(covered, differing), NULL)
        AS flag
FROM month
