/*+++
title = "Packages in registries"
description = """One row a package that a catalogued repository publishes, or that the catalogue names, as it was told last.
From ecosyste.ms (https://packages.ecosyste.ms), CC BY-SA 4.0. Attribution: "Source: ecosyste.ms"; what is made from it is shared alike."""
[columns]
package_id = "The package URL (purl) without a version, in lower case."
purl = "As it was told."
subject_id = "Whose it is, as in catalogue.membership: the repository_id that it was found by, else the package_id that the catalogue names."
ecosystem = "What the service calls its registry's kind: pypi, npm, cargo and others."
name = "Its name there."
registry = "Name of the registry."
repository_url = "Where its source is, as the package says."
downloads_period = "What `downloads` of its snapshots count: last-month, total and others; it differs by registry."
status = "deprecated, removed and others; NULL where nothing of that kind is told."
first_release_at = "When its first version was published."
latest_release_at = "When its newest version was published."
first_seen = "First day of a snapshot of it."
last_seen = "Last day of one that showed it."
gone = "How it is known that look-ups no longer show it; NULL where they do."
+++*/
CREATE OR REPLACE TABLE staging.package AS
WITH seen AS (
    SELECT
        package_id,
        min(day) AS first_seen,
        max(day) FILTER (gone IS NULL) AS last_seen,
        max_by(coalesce(gone, ''), day) AS gone,
        max_by({'batch': profile_batch, 'number': profile_number}, day) AS profile
    FROM fact.package_observation
    GROUP BY package_id
)
SELECT
    profile.package_id, profile.purl, coalesce(key.repository_id, profile.subject_id) AS subject_id, profile.ecosystem,
    profile.name, profile.registry, profile.repository_url, profile.downloads_period, profile.status,
    profile.first_release_at, profile.latest_release_at, seen.first_seen, seen.last_seen, nullif(seen.gone, '') AS gone
FROM seen
INNER JOIN (
    SELECT *, CASE WHEN subject LIKE 'pkg:%' THEN lower(subject) ELSE subject END AS subject_id FROM fact.package_profile
) AS profile
    ON profile.batch = seen.profile.batch AND profile.number = seen.profile.number
LEFT JOIN fact.repository_key AS key ON key.source_key = profile.subject_id
QUALIFY row_number() OVER (PARTITION BY profile.package_id ORDER BY key.repository_id) = 1
ORDER BY profile.package_id;
