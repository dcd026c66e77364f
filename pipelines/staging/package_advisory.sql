/*+++
title = "Security advisories of packages"
description = """One row an advisory and package, as the last look-up told it. From ecosyste.ms (https://packages.ecosyste.ms), CC BY-SA 4.0. Attribution: "Source: ecosyste.ms"; what is made from it
is shared alike."""
[columns]
package_id = "The package."
advisory_id = "Its GHSA id, else its CVE, else what the service calls it."
identifiers = "All its identifiers."
severity = "low, medium, high or critical; NULL where not told."
cvss = "CVSS base score; NULL where none was given."
published_at = "When it was published."
withdrawn_at = "When it was withdrawn; NULL: it holds."
+++*/
CREATE OR REPLACE TABLE staging.package_advisory AS
WITH newest AS (
    SELECT seen.package_id, unnest(profile.advisories) AS one
    FROM (
        SELECT package_id, max_by({'batch': profile_batch, 'number': profile_number}, day) AS profile
        FROM fact.package_observation
        GROUP BY package_id
    ) AS seen
    INNER JOIN fact.package_profile AS profile ON profile.batch = seen.profile.batch AND profile.number = seen.profile.number
)
SELECT
    package_id, one.advisory AS advisory_id, one.identifiers, one.severity, one.cvss, one.published_at, one.withdrawn_at
FROM newest
ORDER BY package_id, advisory_id;
