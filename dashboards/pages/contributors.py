"""Contributors: who takes part, and on how many people it rests."""

from dashboards.chart import Chart
from dashboards.page import Page
from dashboards.parts import pairs
from dashboards.streams import ACCOUNTS, DISCUSSIONS, GIT, ISSUES, PULL_REQUESTS

_CONTRIBUTIONS = (ISSUES, PULL_REQUESTS, DISCUSSIONS)  # where they were read

PAGE = Page(
    slug="contributors",
    title="Contributors",
    nav="Contributors",
    lead="Who takes part, how many are new, and on how few people the work rests. "
    "People count once in each ecosystem, however many projects they work on; bots and AI agents are measured apart.",
    order=1,
    rooms=("contributors",),
    also=(pairs.PAIRS, pairs.OVERLAP, pairs.FLOWS),
    charts=(
        Chart(
            id="contributors",
            metric="contributors",
            title="Contributors per month",
            subtitle="Distinct people with at least one contribution in the month.",
            stream=GIT,
            also=_CONTRIBUTIONS,
            format="count",
            counts="people",
            log=True,
        ),
        Chart(
            id="new-contributors",
            metric="new_contributors",
            title="New contributors per month",
            subtitle="People whose first contribution to it falls in the month.",
            stream=GIT,
            also=_CONTRIBUTIONS,
            format="count",
            counts="people",
            log=True,
        ),
        Chart(
            id="retention",
            metric="contributor_retention",
            title="Contributors who stay",
            subtitle="Of the people active in a quarter, the share active in the next one too, in %. Dated by the "
            "earlier quarter.",
            stream=GIT,
            also=_CONTRIBUTIONS,
            months=3,
            format="share",
            counts="people",
        ),
        Chart(
            id="absence-factor",
            metric="contributor_absence_factor",
            title="Contributor absence factor",
            subtitle="The fewest people who wrote half of the commits of the last 12 months. "
            "At 1, half of the work rests on one person.",
            stream=GIT,
            format="count",
            counts="commits",
            log=True,
        ),
        Chart(
            id="effective-contributors",
            metric="effective_contributors",
            title="Effective contributors",
            subtitle="The work of the last 12 months is as spread out as if this many people had shared it equally.",
            stream=GIT,
            format="number",
            counts="commits",
            log=True,
        ),
        Chart(
            id="elephant-factor",
            metric="elephant_factor",
            title="Elephant factor",
            subtitle="The fewest organisations whose people wrote half of the commits of the last 12 months, among the "
            "commits of people whose organisation is known.",
            stream=GIT,
            also=(ACCOUNTS,),
            format="count",
            counts="commits",
        ),
        Chart(
            id="organizational-diversity",
            metric="organizational_diversity",
            title="Organisational diversity",
            subtitle="The work of the last 12 months is as spread out as if this many organisations had shared it "
            "equally, among the commits of people whose organisation is known.",
            stream=GIT,
            also=(ACCOUNTS,),
            format="number",
            counts="commits",
        ),
        Chart(
            id="time-zones",
            metric="time_zone_diversity",
            title="Time zone diversity",
            subtitle="People of the last 12 months are as spread over UTC offsets as over this many equally used ones. "
            "A signal of geography, not a location.",
            stream=GIT,
            format="number",
            counts="people with a known offset",
        ),
        Chart(
            id="agent-share",
            metric="agent_share",
            title="Commits with AI coding agents",
            subtitle="Share of the month's commits that an AI coding agent authored or is named in as co-author, in %. "
            "A lower bound: only what the commit itself says is seen.",
            stream=GIT,
            format="share",
            counts="commits",
        ),
        Chart(
            id="agents",
            metric="agent_share",
            title="Which AI coding agents",
            subtitle="Share of the month's commits that name the agent, in %. A commit can name several.",
            stream=GIT,
            format="share",
            counts="commits",
            split="agent:",
        ),
        Chart(
            id="bot-share",
            metric="bot_share",
            title="Commits by bots",
            subtitle="Share of the month's commits that automation such as dependency updaters authored, in %.",
            stream=GIT,
            format="share",
            counts="commits",
        ),
    ),
    template="contributors.html",
    context=lambda publication: {"matrix": pairs.matrix(publication), "flows": pairs.flows(publication)},
)
