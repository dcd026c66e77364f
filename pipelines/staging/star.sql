/*+++
title = "Stars"
description = "Stars that are still given, dated. Strange dates are left out."
[columns]
repository_id = "The repository."
person_id = "Who starred it: account:<id>; it is in staging.person only if it contributed somewhere, too."
starred_at = "When."
+++*/
CREATE OR REPLACE VIEW staging.star AS
SELECT fact.repository_id, coalesce(person.person_id, fact.account_key) AS person_id, fact.starred_at
FROM fact.star AS fact
LEFT JOIN fact.complete_pass AS done ON done.repository_key = fact.repository_key AND done.stream = 'stargazers'
LEFT JOIN staging.identity AS person ON person.source_key = fact.account_key
WHERE NOT fact.strange_date AND coalesce(fact.fetched_at >= done.began, TRUE);
