"""Openness: licences, policies, security, and how alike the models grow. What else its room has is drawn too."""

from dashboards.chart import Chart, Part
from dashboards.page import Page
from dashboards.streams import COMMUNITY, HUB

PAGE = Page(
    slug="openness",
    title="Openness",
    nav="Openness",
    lead="Under which licences projects and models stand, which policies communities publish, how reports of security "
    "problems are met, and how many architectures are in use.",
    order=6,
    rooms=("openness",),
    charts=(
        Chart(
            id="license-mix",
            metric="license_mix",
            title="Licences by class",
            subtitle="Models and repositories that existed at the end of the month, by the class of the licence told "
            "last, in %. The classes add up to 100 %.",
            stream=HUB,
            also=(COMMUNITY,),
            format="share",
            counts="models and repositories",
            parts=(
                Part("approved by the OSI", series="license:osi"),
                Part("open, not approved by the OSI", series="license:open"),
                Part("open with use restrictions", series="license:restricted"),
                Part("non-commercial", series="license:non-commercial"),
                Part("none named", series="license:none"),
                Part("not classified", series="license:unknown", muted=True),
            ),
        ),
        Chart(
            id="osi-licenses",
            metric="license_mix",
            title="Under a licence that the OSI approved",
            subtitle="Part of the models and repositories that existed at the end of the month, in %.",
            stream=HUB,
            also=(COMMUNITY,),
            format="share",
            counts="models and repositories",
        ),
    ),
)
