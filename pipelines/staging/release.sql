/*+++
title = "Releases"
description = "Releases that were published and are still there; drafts and strange dates are left out."
[columns]
release_id = "github:release:<database id>."
repository_id = "The repository."
tag = "Name of its tag."
published_at = "When it was published."
prerelease = "Whether it is marked as not for production."
author_id = "Who made it (staging.person); NULL where the account was deleted."
+++*/
CREATE OR REPLACE TABLE staging.release AS
SELECT fact.release_id, fact.repository_id, fact.tag, fact.published_at, fact.prerelease, author.person_id AS author_id
FROM fact.release AS fact
LEFT JOIN fact.complete_pass AS done ON done.repository_key = fact.repository_key AND done.stream = 'releases'
LEFT JOIN staging.identity AS author ON author.source_key = fact.author_key
WHERE fact.published_at IS NOT NULL
    AND NOT coalesce(fact.draft, FALSE)
    AND NOT fact.strange_date
    AND fact.gone_at IS NULL
    AND coalesce(fact.fetched_at >= done.began, TRUE)
ORDER BY fact.repository_id, fact.published_at, fact.release_id;
