"""Growth: stars and forks on GitHub, derivatives on the Hub."""

from dashboards.model import COUNTERS, HUB, Chart, Page

PAGE = Page(
    slug="growth",
    title="Growth",
    nav="Growth",
    lead="How fast each community grows: forks and stars on GitHub, and on the Hugging Face Hub new models that build "
    "on its models, which are the Hub's forks.",
    order=2,
    charts=(
        Chart(
            id="fork-growth",
            metric="fork_growth",
            title="Growth of forks",
            subtitle="Mean monthly growth of the number of forks over the last 6 months, in % a month. "
            "Where the band crosses zero, growth is not certain.",
            stream=COUNTERS,
            format="percent",
            counts="monthly increments",
        ),
        Chart(
            id="forks",
            metric="forks",
            title="Forks",
            subtitle="Number of forks at the end of the month, as GitHub's counter shows it.",
            stream=COUNTERS,
            format="count",
            counts="daily snapshots",
            log=True,
        ),
        Chart(
            id="new-forks",
            metric="forks",
            title="New forks per month",
            subtitle="Change of the fork counter over the month: new forks minus deleted ones.",
            stream=COUNTERS,
            format="count",
            counts="daily snapshots",
            series="new:counter",
        ),
        Chart(
            id="stars",
            metric="stars",
            title="Stars",
            subtitle="Number of stars at the end of the month, as GitHub's counter shows it. A star is a bookmark.",
            stream=COUNTERS,
            format="count",
            counts="daily snapshots",
            log=True,
        ),
        Chart(
            id="new-stars",
            metric="stars",
            title="New stars per month",
            subtitle="Change of the star counter over the month: new stars minus withdrawn ones.",
            stream=COUNTERS,
            format="count",
            counts="daily snapshots",
            series="new:counter",
        ),
        Chart(
            id="derivatives",
            metric="derivatives",
            title="New derivative models per month",
            subtitle="Models created on the Hub in the month that name one of its models as their base.",
            stream=HUB,
            format="count",
            counts="models",
            log=True,
        ),
        Chart(
            id="derivative-relations",
            metric="derivatives",
            title="New derivatives by what was done",
            subtitle="Models created in the month, by relation to their base: fine-tuned, adapter, quantized, merged.",
            stream=HUB,
            format="count",
            counts="models",
            split="relation:",
        ),
    ),
)
