"""Adoption: downloads on the Hub."""

from dashboards.chart import Chart, Part
from dashboards.page import Page
from dashboards.streams import HUB

PAGE = Page(
    slug="adoption",
    title="Adoption",
    nav="Adoption",
    lead="How much the models are downloaded from the Hugging Face Hub. A download is a request for a file, not a "
    "person: one test server can make thousands. The Hub keeps no history, so only observed days are known.",
    order=4,
    rooms=("adoption",),
    also=("downloads_by_day",),
    charts=(
        Chart(
            id="downloads",
            metric="downloads",
            title="Downloads in the last 30 days",
            subtitle="The Hub's rolling count at the last snapshot in the month, in downloads: requests, not people.",
            stream=HUB,
            format="count",
            counts="models",
            log=True,
        ),
        Chart(
            id="download-share",
            metric="download_share",
            title="Share of downloads",
            subtitle="Its part of the downloads of all catalogued models at the same snapshot, in %.",
            stream=HUB,
            format="share",
            counts="models",
        ),
        Chart(
            id="downloads-all-time",
            metric="downloads",
            title="Downloads since release",
            subtitle="The Hub's count since each model's creation, at the last snapshot in the month, in downloads.",
            stream=HUB,
            format="count",
            counts="models",
            series="all-time",
            log=True,
        ),
        Chart(
            id="downloads-daily",
            metric="downloads",
            title="Downloads per day",
            subtitle="Difference of two counts since release, divided by the days between them, in downloads a day.",
            stream=HUB,
            format="count",
            counts="models",
            series="daily",
            log=True,
        ),
        Chart(
            id="download-concentration",
            metric="download_concentration",
            title="Concentration of downloads",
            subtitle="Over the organisations that publish its models: Hirschman-Herfindahl index, 1 where one has all; "
            "and the Gini coefficient, 0 where all have equally many.",
            stream=HUB,
            format="ratio",
            counts="organisations",
            parts=(Part("Hirschman-Herfindahl index"), Part("Gini coefficient", series="stat:gini")),
        ),
    ),
)
