/*+++
title = "Change request closure ratio"
question = "Are as many change requests closed as are opened?"
unit = "closed per opened"
definition = """
Change requests closed in the month, merged or not, whenever they were opened and whoever closed them, divided by change
requests opened in the month; of those that people opened. Under 1 the backlog grows. Series `author:automated`: of
those opened by bots and AI agents, from the month in which the first of them was opened. `n` is the number of change
requests opened.
"""
source = "CHAOSS, Change Request Closure Ratio: https://chaoss.community/kb/metric-change-request-closure-ratio/; its texts differ in direction: here, closed ÷ opened"
caveats = ["The counts are all there: no interval is given, and months with few change requests vary by chance alone."]

[columns]
closed = "change requests closed in the month, merged or not"
+++*/
WITH change_request AS (
    SELECT repository_id, series, opened_on, closed_on, known_since
    FROM metrics.change_requests()
)
SELECT entity_id, period, series, value, n, NULL AS low, NULL AS high, complete, reason, flag, closed
FROM metrics.closure_rows('change_request', 'pull_requests', 'change requests')
