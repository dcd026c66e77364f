/*+++
title = "Commits that the default branch reaches"
description = """From git itself. A history that was rewritten is told again under a new listing; commits of an older
listing that the new one does not repeat are no longer reachable and are not shown."""
[columns]
repository_id = "The repository."
sha = "git's object id."
author_id = "The person who wrote it (staging.person); NULL where the commit names no e-mail."
authored_at = "When it was written, by the author's clock."
utc_offset_minutes = "Offset of the author's clock from UTC, in minutes; NULL where it is not a real one."
committed_at = "When it was committed, by the committer's clock."
is_merge = "Whether it has two or more parents."
co_author_ids = "People named in its Co-authored-by trailers."
strange_date = "Authored before 2005, or more than a day after it was fetched: counted in ops.coverage, left out of metrics."
+++*/
CREATE OR REPLACE VIEW staging.commit AS
SELECT
    repository.repository_id,
    fact.sha,
    author.person_id AS author_id,
    fact.authored_at,
    fact.utc_offset_minutes::INTEGER AS utc_offset_minutes,
    fact.committed_at,
    fact.parents > 1 AS is_merge,
    list_transform(fact.co_author_keys, lambda key: coalesce(merged.people[key], key)) AS co_author_ids,
    fact.strange_date
FROM fact.commit AS fact
INNER JOIN fact.repository_key AS repository ON repository.source_key = fact.repository_key
INNER JOIN fact.commit_listing AS current
    ON current.subject_id = repository.subject_id AND current.listing = fact.listing
LEFT JOIN staging.identity AS author ON author.source_key = fact.author_key
CROSS JOIN (
    SELECT map(list(source_key ORDER BY source_key), list(person_id ORDER BY source_key)) AS people
    FROM fact.co_author
) AS merged;
