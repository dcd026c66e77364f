/*+++
title = "Forks"
description = """Direct forks that are still there, dated. GitHub's counter of forks counts the whole network: never compare the two.
Strange dates are left out."""
[columns]
repository_id = "The repository that was forked."
fork_id = "The fork: github:<database id>."
owner_id = "Whose it is: account:<id>, of a person or an organisation; NULL where the account was deleted."
created_at = "When it was forked."
pushed_at = "Its last push; from before the fork if nothing was pushed to it."
+++*/
CREATE OR REPLACE TABLE staging.fork AS
SELECT
    fact.repository_id,
    fact.fork_id,
    coalesce(owner.person_id, fact.owner_key) AS owner_id,
    fact.created_at,
    fact.pushed_at
FROM fact.fork AS fact
LEFT JOIN fact.complete_pass AS done ON done.repository_key = fact.repository_key AND done.stream = 'forks'
LEFT JOIN staging.identity AS owner ON owner.source_key = fact.owner_key
WHERE NOT fact.strange_date AND fact.gone_at IS NULL AND coalesce(fact.fetched_at >= done.began, TRUE)
ORDER BY fact.repository_id, fact.created_at, fact.fork_id;
