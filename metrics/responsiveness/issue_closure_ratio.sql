/*+++
title = "Issue closure ratio"
question = "Are as many issues closed as are opened?"
unit = "closed per opened"
definition = """
Issues closed for the first time in the month, whenever they were opened and whoever closed them, divided by issues
opened in the month; of issues that people opened. Under 1 the backlog grows. Series `author:automated`: of issues
opened by bots and AI agents, from the month in which the first of them was opened. `n` is the number of issues opened.
"""
source = "CHAOSS, Issues Closed: https://chaoss.community/kb/metric-issues-closed/"
caveats = [
  "A day of clearing up, by people or by a bot, lifts one month far above 1.",
  "The counts are all there: no interval is given, and months with few issues vary by chance alone.",
]

[columns]
closed = "issues closed for the first time in the month"
+++*/
WITH issue AS (
    SELECT repository_id, series, opened_on, closed_on, known_since
    FROM metrics.issues()
)
SELECT entity_id, period, series, value, n, NULL AS low, NULL AS high, complete, reason, flag, closed
FROM metrics.closure_rows('issue', 'issues', 'issues')
