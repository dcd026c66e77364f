/*+++
title = "Published security advisories"
description = "One row an advisory, as the last look that could ask for them told it."
[columns]
advisory_id = "GitHub's id, GHSA-…"
repository_id = "The repository that published it."
severity = "low, medium, high or critical; NULL where not told."
reported_at = "When the advisory was begun, by a report or by the maintainers; NULL where not told."
published_at = "When it was published."
fixed_at = "When a fixed version was known: the day of publication, if one is named then; NULL: none was."
+++*/
CREATE OR REPLACE TABLE staging.security_advisory AS
WITH newest AS (
    SELECT repository_id, unnest(advisories) AS advisory
    FROM (
        SELECT *
        FROM fact.community
        WHERE advisories IS NOT NULL
        QUALIFY row_number() OVER (PARTITION BY repository_id ORDER BY day DESC) = 1
    )
)
SELECT
    advisory.ghsa_id AS advisory_id,
    repository_id,
    advisory.severity,
    advisory.reported_at,
    advisory.published_at,
    advisory.fixed_at
FROM newest
WHERE advisory.ghsa_id IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY repository_id, advisory.ghsa_id ORDER BY advisory.published_at, advisory.severity) = 1
ORDER BY repository_id, advisory_id;
