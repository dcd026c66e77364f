/*+++
title = "Which telling of a history counts"
description = """The newest telling of each repository's history over all names it was asked for by. Where two catalogued ones turned out to be
one repository, its history was fetched twice: the first in the catalogue counts."""
[columns]
repository_id = "The repository."
subject_id = "The catalogued repository under which the history was asked for."
listing = "Its newest telling: commits of an older one alone are no longer reachable."
+++*/
CREATE OR REPLACE TABLE fact.commit_listing AS
SELECT key.repository_id, key.subject_id, max(fact.listing) AS listing
FROM fact.commit AS fact
INNER JOIN fact.repository_key AS key ON key.source_key = fact.repository_key
GROUP BY key.repository_id, key.subject_id, key.position
QUALIFY row_number() OVER (PARTITION BY key.repository_id ORDER BY key.position, key.subject_id) = 1
ORDER BY key.repository_id;
