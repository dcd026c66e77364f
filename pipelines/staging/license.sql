/*+++
title = "Licences, and what they allow"
description = """One row for each licence as GitHub or the Hub told it. What it allows is curated (pipelines/staging/rules/licenses.toml), with a
source for each id; an id that is not in there is unknown, and so is a list of ids of several classes."""
[columns]
license = "As told: an SPDX id, an id of the Hub's, or several with commas between them."
class = "osi: approved by the OSI; open: open by the Open Definition or the FSF, of content and data; restricted: open, but not for every use; non-commercial; unknown."
source = "Where that is written down; NULL where the id is not known."
+++*/
CREATE OR REPLACE TABLE staging.license AS
WITH told AS (
    SELECT license FROM staging.model WHERE license IS NOT NULL
    UNION
    SELECT license_spdx FROM staging.repository WHERE license_spdx IS NOT NULL
),
part AS (
    SELECT license, trim(unnest(string_split(lower(license), ','))) AS id FROM told
)
SELECT
    part.license,
    CASE WHEN count(DISTINCT coalesce(known.class, 'unknown')) = 1 THEN min(coalesce(known.class, 'unknown')) ELSE 'unknown' END AS class,
    min(known.source) AS source
FROM part
LEFT JOIN input_license AS known ON known.license = part.id
GROUP BY part.license
ORDER BY part.license;
