/*+++
title = "What was said of packages"
description = """One row for each time that a look-up told of a package that was new or of which more than its counts had changed, and at
least once a calendar month. Later rows refer to it by batch and number. From ecosyste.ms (https://packages.ecosyste.ms), CC BY-SA 4.0."""
streams = ["packages/packages"]
[columns]
batch = "The batch that told it."
number = "The row's number in its batch."
day = "The day (UTC) of the snapshot."
package_id = "The package URL (purl) without a version, in lower case."
purl = "As it was told."
ecosystem = "What the service calls its registry's kind: pypi, npm, cargo and others."
name = "Its name there."
registry = "Name of the registry."
repository_url = "Where its source is, as the package says."
downloads_period = "What `downloads` count: last-month, total and others; it differs by registry."
status = "deprecated, removed and others; NULL where nothing of that kind is told."
first_release_at = "When its first version was published."
latest_release_at = "When its newest version was published."
advisories = "Its security advisories; NULL where not told, be it of none."
found_by = "repository: its repository was looked up; purl: the catalogue names it."
subject = "What was looked up: github:<owner/name>, or the package URL."
fetched_at = "When."
+++*/
CREATE TABLE IF NOT EXISTS fact.package_profile (
    batch VARCHAR NOT NULL,
    number INTEGER NOT NULL,
    day DATE NOT NULL,
    package_id VARCHAR NOT NULL,
    purl VARCHAR NOT NULL,
    ecosystem VARCHAR,
    name VARCHAR,
    registry VARCHAR,
    repository_url VARCHAR,
    downloads_period VARCHAR,
    status VARCHAR,
    first_release_at TIMESTAMPTZ,
    latest_release_at TIMESTAMPTZ,
    advisories STRUCT(advisory VARCHAR, identifiers VARCHAR[], severity VARCHAR, cvss DOUBLE, published_at TIMESTAMPTZ, withdrawn_at TIMESTAMPTZ)[],
    found_by VARCHAR,
    subject VARCHAR NOT NULL,
    fetched_at TIMESTAMPTZ NOT NULL
);

INSERT INTO fact.package_profile
SELECT
    _batch, number, day, lower(purl), purl, ecosystem, name, registry, repository_url, downloads_period, status,
    first_release_at, latest_release_at, advisories, found_by, _subject, _fetched_at
FROM new_packages_packages
WHERE of_batch IS NULL;
