/*+++
title = "Policies and templates of repositories"
description = "One row a repository and day of the look, as it was told last."
streams = ["github/community"]
[columns]
repository_id = "The repository: github:<database id>."
day = "The day (UTC) of the look."
readme = "Whether there is a README."
license_spdx = "SPDX id of the licence; NULL where GitHub recognises none."
code_of_conduct = "Whether there is a code of conduct."
contributing = "Whether there is a contributing guide."
security_policy = "Whether there is a security policy; NULL where not told."
issue_templates = "Templates for issues."
pull_request_templates = "Templates for change requests."
ai_policies = "Files at HEAD that tell AI agents or their users what to do, with their last change."
advisories = "Published security advisories; NULL where they could not be asked for."
fetched_at = "When it was told last."
version = "The batch that told it last."
+++*/
CREATE TABLE IF NOT EXISTS fact.community (
    repository_id VARCHAR NOT NULL,
    day DATE NOT NULL,
    readme BOOLEAN,
    license_spdx VARCHAR,
    code_of_conduct BOOLEAN,
    contributing BOOLEAN,
    security_policy BOOLEAN,
    issue_templates INTEGER,
    pull_request_templates INTEGER,
    ai_policies STRUCT(path VARCHAR, changed_at TIMESTAMPTZ)[],
    advisories STRUCT(
        ghsa_id VARCHAR, severity VARCHAR, reported_at TIMESTAMPTZ, published_at TIMESTAMPTZ, fixed_at TIMESTAMPTZ
    )[],
    fetched_at TIMESTAMPTZ NOT NULL,
    version VARCHAR NOT NULL
);

MERGE INTO fact.community AS old
USING (
    SELECT
        repository_id,
        day,
        readme,
        license_spdx,
        code_of_conduct,
        contributing,
        security_policy,
        issue_templates,
        pull_request_templates,
        ai_policies,
        advisories,
        _fetched_at AS fetched_at,
        _batch AS version
    FROM new_github_community
    QUALIFY row_number() OVER (PARTITION BY repository_id, day ORDER BY _fetched_at DESC, _batch DESC) = 1
) AS new
ON old.repository_id = new.repository_id AND old.day = new.day
WHEN MATCHED AND (new.fetched_at, new.version) > (old.fetched_at, old.version) THEN UPDATE SET *
WHEN NOT MATCHED THEN INSERT *;
