"""Openness: licences, policies, security, and how alike the models grow. It draws whatever its room measures."""

from dashboards.model import Page

PAGE = Page(
    slug="openness",
    title="Openness",
    nav="Openness",
    lead="Under which licences projects and models stand, which policies communities publish, how reports of security "
    "problems are met, and how many architectures are in use.",
    order=6,
    rooms=("openness",),
)
