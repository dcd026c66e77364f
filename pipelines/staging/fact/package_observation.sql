/*+++
title = "Packages as seen"
description = """One row for each package on each day on which it was seen, changed or not, or no longer shown, with what the last look of that
day told. From ecosyste.ms (https://packages.ecosyste.ms), CC BY-SA 4.0."""
streams = ["packages/packages"]
[columns]
package_id = "The package URL (purl) without a version, in lower case."
day = "The day (UTC) of the snapshot."
profile_batch = "The batch whose profile of the package held on that day."
profile_number = "Its number there."
downloads = "Downloads in the period that the package's registry counts (`downloads_period` of the package)."
dependent_packages = "Packages that depend on it."
dependent_repositories = "Repositories that depend on it."
docker_dependents = "Docker images that hold it."
docker_downloads = "Pulls of those images."
versions = "Versions published."
gone = "How it is known that the look-up no longer shows it; NULL where it does."
version = "The batch that told it last."
[checks]
every_row_that_was_seen_unchanged_is_there = """
SELECT new._batch, new.of_batch, new.of_number, new.of_last
FROM new_packages_packages AS new
LEFT JOIN fact.package_count AS told
    ON told.batch = new.of_batch AND told.number BETWEEN new.of_number AND coalesce(new.of_last, new.of_number)
WHERE new.of_batch IS NOT NULL
GROUP BY ALL
HAVING count(told.batch) <> coalesce(new.of_last, new.of_number) - new.of_number + 1"""
+++*/
CREATE TABLE IF NOT EXISTS fact.package_observation (
    package_id VARCHAR NOT NULL,
    day DATE NOT NULL,
    profile_batch VARCHAR NOT NULL,
    profile_number INTEGER NOT NULL,
    downloads BIGINT,
    dependent_packages BIGINT,
    dependent_repositories BIGINT,
    docker_dependents BIGINT,
    docker_downloads BIGINT,
    versions BIGINT,
    gone VARCHAR,
    version VARCHAR NOT NULL
);

MERGE INTO fact.package_observation AS old
USING (
    WITH seen AS (
        SELECT batch, number, batch AS seen_in, day
        FROM fact.package_count
        WHERE batch IN (SELECT batch FROM new_packages_packages_batch)
        UNION ALL
        SELECT of_batch, unnest(range(of_number, of_last + 1))::INTEGER, _batch, day
        FROM new_packages_packages
        WHERE of_last IS NOT NULL
    )
    SELECT told.* EXCLUDE (batch, number, day), seen.seen_in AS version, seen.day
    FROM seen
    INNER JOIN fact.package_count AS told ON told.batch = seen.batch AND told.number = seen.number
    -- where two look-ups of one day tell of it, one that shows it counts: it may have moved to the other repository
    QUALIFY row_number() OVER (
        PARTITION BY package_id, seen.day ORDER BY gone IS NOT NULL, seen.seen_in DESC, profile_batch DESC, profile_number DESC
    ) = 1
) AS new
ON old.package_id = new.package_id AND old.day = new.day
WHEN MATCHED AND (new.gone IS NULL, new.version) > (old.gone IS NULL, old.version) THEN UPDATE SET
    profile_batch = new.profile_batch, profile_number = new.profile_number, downloads = new.downloads, dependent_packages = new.dependent_packages, dependent_repositories = new.dependent_repositories, docker_dependents = new.docker_dependents, docker_downloads = new.docker_downloads, versions = new.versions,
    gone = new.gone, version = new.version
WHEN NOT MATCHED THEN INSERT VALUES (
    new.package_id, new.day, new.profile_batch, new.profile_number, new.downloads, new.dependent_packages, new.dependent_repositories, new.docker_dependents, new.docker_downloads, new.versions,
    new.gone, new.version
);
