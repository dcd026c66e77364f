"""Responsiveness: how long people wait for an answer, a review, a decision, where those still waiting count too."""

from dashboards.chart import Chart, Curve, Part
from dashboards.page import Page
from dashboards.streams import ISSUES, PULL_REQUESTS

_ISSUES = "issues opened in the month"
_REQUESTS = "change requests opened in the month"

PAGE = Page(
    slug="responsiveness",
    title="Responsiveness",
    nav="Responsiveness",
    lead="How long people wait for a first answer, a review, a decision. An issue that nobody has answered is still "
    "waiting, not absent: it counts for as long as it is known to have waited. Leaving it out, as is usual, makes a "
    "silent project look fast.",
    order=2,
    rooms=("responsiveness",),
    curves=(
        Curve(
            id="response-curve",
            metric="response_curve",
            title="Issues answered, by the time since they were opened",
            subtitle="Share of all issues opened in the month that a human other than the author had answered by then, "
            "in %. The axis of time is logarithmic. Where a curve crosses the dotted line, half are answered.",
            stream=ISSUES,
            counts="issues",
            event="answered",
        ),
    ),
    charts=(
        Chart(
            id="first-response",
            metric="time_to_first_response",
            title="Time to first response",
            subtitle="Until half of all issues opened in the month had a first answer by a human other than the "
            "author, in hours or days. Issues still waiting count; so do those whose authors gave up.",
            stream=ISSUES,
            format="hours",
            counts=_ISSUES,
            log=True,
            opens="log",
        ),
        Chart(
            id="naive-response",
            metric="time_to_first_response",
            title="What leaving out the unanswered would have said",
            subtitle="Median time to first response, in hours or days: of all issues opened in the month; and, in "
            "grey, of only those that were answered, as it is often published.",
            stream=ISSUES,
            format="hours",
            counts=_ISSUES,
            parts=(
                Part("all issues"),
                Part("only the answered", series="stat:naive", muted=True),
                Part("had nobody given up", series="stat:km_median"),
            ),
            log=True,
            opens="log",
        ),
        Chart(
            id="never-answered",
            metric="never_answered",
            title="Never answered",
            subtitle="Share of the issues opened in the month that had no answer for as long as they were followed, "
            "in %. The latest months have been followed for the shortest time.",
            stream=ISSUES,
            format="share",
            counts=_ISSUES,
        ),
        Chart(
            id="given-up",
            metric="never_answered",
            title="Given up",
            subtitle="Share of the issues opened in the month that their author closed without an answer, for as long "
            "as they were followed, in %. It is a part of those never answered.",
            stream=ISSUES,
            format="share",
            counts=_ISSUES,
            series="outcome:gave_up",
        ),
        Chart(
            id="response-within-48h",
            metric="response_within_48h",
            title="Answered within 48 hours",
            subtitle="Share of all issues opened in the month that a human other than the author answered within 48 "
            "hours, in %.",
            stream=ISSUES,
            format="share",
            counts=_ISSUES,
        ),
        Chart(
            id="response-spread",
            metric="time_to_first_response",
            title="How far waits for an answer are spread",
            subtitle="Until a quarter, half, three quarters and nine tenths of all issues opened in the month had a "
            "first answer, in hours or days.",
            stream=ISSUES,
            format="hours",
            counts=_ISSUES,
            parts=(
                Part("half"),
                Part("a quarter", series="stat:p25"),
                Part("three quarters", series="stat:p75"),
                Part("nine tenths", series="stat:p90"),
            ),
            log=True,
            opens="log",
        ),
        Chart(
            id="time-to-close",
            metric="time_to_close",
            title="Time to close an issue",
            subtitle="Until half of the issues opened in the month were closed for the first time, in hours or days. "
            "Open issues count as still waiting.",
            stream=ISSUES,
            format="hours",
            counts=_ISSUES,
            log=True,
            opens="log",
        ),
        Chart(
            id="first-review",
            metric="time_to_first_review",
            title="Time to first review",
            subtitle="Until half of the change requests had a first review or comment by a human other than the "
            "author, in hours or days. A draft's time starts when it is ready.",
            stream=PULL_REQUESTS,
            format="hours",
            counts=_REQUESTS,
            log=True,
            opens="log",
        ),
        Chart(
            id="time-to-merge",
            metric="time_to_merge",
            title="Time to merge",
            subtitle="Until half of all change requests opened in the month were merged, in hours or days. Not reached "
            "where fewer than half are.",
            stream=PULL_REQUESTS,
            format="hours",
            counts=_REQUESTS,
            log=True,
            opens="log",
        ),
        Chart(
            id="merged-within-30-days",
            metric="merged_within_30_days",
            title="Merged within 30 days",
            subtitle="Share of all change requests opened in the month that were merged within 30 days, in %.",
            stream=PULL_REQUESTS,
            format="share",
            counts=_REQUESTS,
        ),
        Chart(
            id="acceptance",
            metric="change_request_acceptance",
            title="Change requests accepted",
            subtitle="Merged ones among those that were merged or closed in the month, in %; and apart for authors who "
            "send their first one, and for those who return.",
            stream=PULL_REQUESTS,
            format="share",
            counts="change requests decided",
            parts=(
                Part("all"),
                Part("first-time authors", series="author:first-time"),
                Part("returning authors", series="author:returning"),
            ),
        ),
        Chart(
            id="open-issues",
            metric="open_issues",
            title="Open issues",
            subtitle="Number of issues that were open at the end of the month.",
            stream=ISSUES,
            format="count",
            counts="issues",
            log=True,
        ),
        Chart(
            id="open-issue-age",
            metric="open_issue_age",
            title="Age of open issues",
            subtitle="Median age of the issues that were open at the end of the month, in days.",
            stream=ISSUES,
            format="days",
            counts="open issues",
        ),
        Chart(
            id="issue-closure-ratio",
            metric="issue_closure_ratio",
            title="Issues closed for each one opened",
            subtitle="Issues closed in the month ÷ issues opened in it. Under 1, the backlog grows.",
            stream=ISSUES,
            format="ratio",
            counts=_ISSUES,
        ),
        Chart(
            id="change-request-closure-ratio",
            metric="change_request_closure_ratio",
            title="Change requests closed for each one opened",
            subtitle="Change requests merged or closed in the month ÷ change requests opened in it. Under 1, the "
            "backlog grows.",
            stream=PULL_REQUESTS,
            format="ratio",
            counts=_REQUESTS,
        ),
    ),
)
