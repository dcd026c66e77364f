/*+++
title = "Stars, forks and open issues by day"
description = """From public daily rankings: a repository has a row on each day on which it was in a list. A day in two lists
counts once, with the larger count; both names of a renamed repository are one series."""
[columns]
repository_id = "The repository."
day = "The day of the list."
stars = "Stars on that day."
forks = "Forks on that day: GitHub's counter, which counts the whole network."
open_issues = "Open issues and change requests on that day, as GitHub's counter has them."
origin = "'counter': levels as GitHub counts them; deleted ones are not kept."
stars_spread = "Largest less smallest count among the lists of that day."
forks_spread = "Likewise for forks."
+++*/
CREATE OR REPLACE VIEW staging.repository_snapshot AS
SELECT
    identity.repository_id,
    fact.day,
    max(fact.stars) AS stars,
    max(fact.forks) AS forks,
    max(fact.open_issues) AS open_issues,
    'counter' AS origin,
    max(fact.stars) - min(fact.stars) AS stars_spread,
    max(fact.forks) - min(fact.forks) AS forks_spread
FROM fact.repository_counter AS fact
INNER JOIN fact.repository_key AS identity ON identity.source_key = fact.repository_key
GROUP BY identity.repository_id, fact.day;
