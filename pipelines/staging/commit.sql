/*+++
title = "Commits that the default branch reaches"
description = """From git itself. A history that was rewritten is told again under a new listing; commits of an older
listing that the new one does not repeat are no longer reachable and are not shown. What a fork has from the repository
that it was forked from is shown, and marked."""
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
author_placeholder = "Whether its e-mail is one that no person has, as you@example.com; NULL: not looked at."
author_name_key = "name:<keyed hash> of the author's display name, or its class: placeholder or common. Never equal across installations."
change_key = "Equal where one change (author, author time, subject) was committed twice; NULL where its author or time is not known."
ai_findings = "Evidence of AI use: kind (co-author, assisted-by, generated-by, phrase, mark, author, committer, note), tool, model; NULL: not looked for."
is_upstream = "Whether the repository is a fork and has it from there."
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
    fact.strange_date,
    fact.author_placeholder,
    fact.author_name_key,
    fact.change_key,
    CASE
        WHEN note.findings IS NULL THEN fact.ai_findings
        ELSE list_concat(coalesce(fact.ai_findings, []), note.findings)
    END AS ai_findings,
    coalesce(fact.is_upstream, FALSE) OR shared.sha IS NOT NULL AS is_upstream
FROM fact.commit AS fact
INNER JOIN fact.repository_key AS repository ON repository.source_key = fact.repository_key
INNER JOIN fact.commit_listing AS current
    ON current.subject_id = repository.subject_id AND current.listing = fact.listing
LEFT JOIN staging.identity AS author ON author.source_key = fact.author_key
LEFT JOIN fact.upstream_commit AS shared
    ON shared.repository_id = repository.repository_id AND shared.sha = fact.sha
LEFT JOIN fact.ai_note AS note ON note.repository_id = repository.repository_id AND note.sha = fact.sha
CROSS JOIN (
    SELECT map(list(source_key ORDER BY source_key), list(person_id ORDER BY source_key)) AS people
    FROM fact.co_author
) AS merged;
