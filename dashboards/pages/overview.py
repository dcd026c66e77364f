"""Overview: a profile of each ecosystem, measure by measure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboards.chart import Measure
from dashboards.draw.figures import label
from dashboards.page import Page
from dashboards.parts import answers, notices, profiles
from dashboards.parts.entities import slug_of
from dashboards.read.publication import Publication
from dashboards.streams import COUNTERS, GIT, HUB, ISSUES

NOTICES = 4  # further ones are on the page of changes

MEASURES = (
    Measure(
        id="overview-contributors",
        metric="contributors",
        title="Contributors",
        subtitle="People with at least one contribution in the month.",
        stream=GIT,
        format="count",
        counts="people",
        chart="contributors.html#contributors",
        scale="log",
    ),
    Measure(
        id="overview-new-contributors",
        metric="new_contributors",
        title="New contributors",
        subtitle="People whose first contribution to it falls in the month.",
        stream=GIT,
        format="count",
        counts="people",
        chart="contributors.html#new-contributors",
        scale="log",
    ),
    Measure(
        id="overview-absence-factor",
        metric="contributor_absence_factor",
        title="Absence factor",
        subtitle="The fewest people who wrote half of the commits of 12 months.",
        stream=GIT,
        format="count",
        counts="commits",
        chart="contributors.html#absence-factor",
        scale="log",
    ),
    Measure(
        id="overview-effective-contributors",
        metric="effective_contributors",
        title="Effective contributors",
        subtitle="The work of 12 months is as spread out as among this many equal contributors.",
        stream=GIT,
        format="number",
        counts="commits",
        chart="contributors.html#effective-contributors",
        scale="log",
    ),
    Measure(
        id="overview-agent-share",
        metric="agent_share",
        title="Commits with AI agents",
        subtitle="Share of the month's commits that an AI coding agent wrote or helped to write, in %.",
        stream=GIT,
        format="share",
        counts="commits",
        chart="contributors.html#agent-share",
    ),
    Measure(
        id="overview-first-response",
        metric="time_to_first_response",
        title="First response",
        subtitle="Until half of all issues opened in the month had an answer by another human, in hours or days; those "
        "still waiting count.",
        stream=ISSUES,
        format="hours",
        counts="issues opened in the month",
        chart="responsiveness.html#first-response",
        scale="log",
    ),
    Measure(
        id="overview-fork-growth",
        metric="fork_growth",
        title="Growth of forks",
        subtitle="Mean monthly growth of the number of forks over 6 months, in % a month.",
        stream=COUNTERS,
        format="percent",
        counts="monthly increments",
        chart="growth.html#fork-growth",
        scale="around zero",
    ),
    Measure(
        id="overview-stars",
        metric="stars",
        title="Stars",
        subtitle="Number of stars at the end of the month.",
        stream=COUNTERS,
        format="count",
        counts="daily snapshots",
        chart="growth.html#stars",
        scale="log",
        flow=False,
    ),
    Measure(
        id="overview-derivatives",
        metric="derivatives",
        title="New derivatives",
        subtitle="Models created on the Hub in the month that build on one of its models.",
        stream=HUB,
        format="count",
        counts="models",
        chart="growth.html#derivatives",
        scale="log",
    ),
    Measure(
        id="overview-downloads",
        metric="downloads",
        title="Downloads in 30 days",
        subtitle="The Hub's rolling count at its last snapshot in the month, in downloads. Requests, not people.",
        stream=HUB,
        format="count",
        counts="models",
        chart="adoption.html#downloads",
        scale="log",
        flow=False,
    ),
    Measure(
        id="overview-download-share",
        metric="download_share",
        title="Share of downloads",
        subtitle="Its part of the downloads of all catalogued models at the same snapshot, in %.",
        stream=HUB,
        format="share",
        counts="models",
        chart="adoption.html#download-share",
        flow=False,
    ),
)


def _context(publication: Publication) -> Mapping[str, Any]:
    kinds = {entity.kind for entity in publication.entities}
    kind = "ecosystem" if "ecosystem" in kinds else "project"
    return {
        "panels": profiles.panels(publication, MEASURES),
        "profile": profiles.cards(publication, MEASURES, kind),
        "measures": MEASURES,
        "answers": answers.answers(publication, MEASURES),
        "notices": [
            (notice, notices.sentence(publication, notice)) for notice in notices.recent(publication)[:NOTICES]
        ],
        "slug_of": slug_of,
        "label": label,
    }


PAGE = Page(
    slug="index",
    title="How open-source AI ecosystems are doing",
    nav="Overview",
    lead="The communities behind open AI models, frameworks and agents, on GitHub and the Hugging Face Hub together: "
    "who takes part, how fast they answer, how they grow, and how much their models are used. Profiles instead of a "
    "ranking, and each number with how sure it is.",
    order=0,
    measures=MEASURES,
    template="overview.html",
    context=_context,
)
