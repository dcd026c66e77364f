/*+++
title = "Stars, forks and open issues by day"
description = """From GitHub's API on the days on which it was asked, and from public daily rankings on those on which a repository was in
one of them. Several counts of a day are one, the largest; both names of a renamed repository are one series."""
[columns]
repository_id = "The repository."
day = "The day (UTC)."
stars = "Stars on that day."
forks = "Forks on that day: GitHub's counter, which counts the whole network."
open_issues = "Open issues and change requests on that day, as GitHub's counter has them; NULL on days that only the API told."
origin = "'counter': levels as GitHub counts them; deleted ones are not kept."
stars_spread = "Largest less smallest count of that day."
forks_spread = "Likewise for forks."
+++*/
CREATE OR REPLACE VIEW staging.repository_snapshot AS
WITH told AS (
    SELECT repository_key, day, stars, forks, open_issues FROM fact.repository_counter
    UNION ALL
    -- the API counts open issues without change requests, the rankings with them
    SELECT repository_key, day, stars, forks, NULL FROM fact.repository_observation
)
SELECT
    identity.repository_id,
    told.day,
    max(told.stars) AS stars,
    max(told.forks) AS forks,
    max(told.open_issues) AS open_issues,
    'counter' AS origin,
    max(told.stars) - min(told.stars) AS stars_spread,
    max(told.forks) - min(told.forks) AS forks_spread
FROM told
INNER JOIN fact.repository_key AS identity ON identity.source_key = told.repository_key
GROUP BY identity.repository_id, told.day;
