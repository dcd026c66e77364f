/*+++
title = "Counts of packages when they changed"
description = """One row for each time that a look-up told other counts of a package than before, or no longer showed it.
From ecosyste.ms (https://packages.ecosyste.ms), CC BY-SA 4.0."""
streams = ["packages/packages"]
[columns]
batch = "The batch that told it."
number = "The row's number in its batch."
day = "The day (UTC) of the snapshot."
package_id = "The package URL (purl) without a version, in lower case."
profile_batch = "The batch whose profile of the package held then."
profile_number = "Its number there."
downloads = "Downloads in the period that the package's registry counts (`downloads_period` of the package)."
dependent_packages = "Packages that depend on it."
dependent_repositories = "Repositories that depend on it."
docker_dependents = "Docker images that hold it."
docker_downloads = "Pulls of those images."
versions = "Versions published."
gone = "How it is known that the look-up no longer shows it; NULL where it does."
+++*/
CREATE TABLE IF NOT EXISTS fact.package_count (
    batch VARCHAR NOT NULL,
    number INTEGER NOT NULL,
    day DATE NOT NULL,
    package_id VARCHAR NOT NULL,
    profile_batch VARCHAR NOT NULL,
    profile_number INTEGER NOT NULL,
    downloads BIGINT,
    dependent_packages BIGINT,
    dependent_repositories BIGINT,
    docker_dependents BIGINT,
    docker_downloads BIGINT,
    versions BIGINT,
    gone VARCHAR
);

INSERT INTO fact.package_count
SELECT
    _batch, number, day, lower(purl), _batch, number, downloads, dependent_packages, dependent_repositories, docker_dependents, docker_downloads, versions, NULL
FROM new_packages_packages
WHERE of_batch IS NULL
UNION ALL
SELECT
    new._batch, new.number, new.day, profile.package_id, profile.batch, profile.number, new.downloads, new.dependent_packages, new.dependent_repositories, new.docker_dependents, new.docker_downloads, new.versions,
    new.gone
FROM new_packages_packages AS new
INNER JOIN fact.package_profile AS profile ON profile.batch = new.of_batch AND profile.number = new.of_number
WHERE new.number IS NOT NULL;
