/*+++
title = "Which policies and templates a repository has"
description = "One row for each repository and day on which GitHub was asked, about once a week."
[columns]
repository_id = "The repository."
day = "The day (UTC) of the look."
readme = "Whether there is a README, at the root, in .github or in docs."
license = "Whether GitHub recognises a licence or sees a licence file."
license_spdx = "Its SPDX id; NOASSERTION for a text that GitHub does not recognise."
code_of_conduct = "Whether there is a code of conduct."
contributing = "Whether there is a contributing guide."
security_policy = "Whether there is a security policy; NULL where not told."
issue_templates = "Whether there is a template for issues."
pull_request_templates = "Whether there is a template for change requests."
ai_policies = "AGENTS.md, AI_POLICY.md, CLAUDE.md and .github/copilot-instructions.md, as far as they are there, each with its last change; NULL where an earlier version asked."
advisories = "Security advisories published by then; NULL where they could not be asked for."
+++*/
CREATE OR REPLACE VIEW staging.community_profile AS
SELECT
    repository_id,
    day,
    readme,
    license_spdx IS NOT NULL AS license,
    license_spdx,
    code_of_conduct,
    contributing,
    security_policy,
    issue_templates > 0 AS issue_templates,
    pull_request_templates > 0 AS pull_request_templates,
    ai_policies,
    len(advisories)::BIGINT AS advisories
FROM fact.community;
