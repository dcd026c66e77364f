/*+++
title = "Counts of packages by day"
description = """One row for each package on each day on which it was looked up, whether anything had changed or not. A day without a row was not
observed: that is neither zero nor gone. From ecosyste.ms (https://packages.ecosyste.ms), CC BY-SA 4.0. Attribution: "Source: ecosyste.ms"; what is made from it is shared alike."""
[columns]
package_id = "The package."
day = "The day (UTC)."
downloads = "Downloads in the period that the package's registry counts (`downloads_period` of the package)."
dependent_packages = "Packages that depend on it."
dependent_repositories = "Repositories that depend on it."
docker_dependents = "Docker images that hold it."
docker_downloads = "Pulls of those images."
versions = "Versions published."
downloads_period = "What `downloads` counted on that day."
gone = "TRUE where a whole look-up of that day no longer showed it."
+++*/
CREATE OR REPLACE VIEW staging.package_snapshot AS
SELECT
    seen.package_id, seen.day, seen.downloads, seen.dependent_packages, seen.dependent_repositories, seen.docker_dependents, seen.docker_downloads, seen.versions, profile.downloads_period,
    seen.gone IS NOT NULL AS gone
FROM fact.package_observation AS seen
INNER JOIN fact.package_profile AS profile
    ON profile.batch = seen.profile_batch AND profile.number = seen.profile_number;
