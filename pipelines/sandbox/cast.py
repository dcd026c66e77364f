"""Who and what there is in the simulated world: ecosystems, projects, repositories, agents and bots.

All organisations, projects and people are made up. Only the addresses by which bots and AI coding agents are told are
the real ones: the pipeline's rules know them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from pipelines.sandbox.times import month_after, month_of

MONTHS = 30  # that the world has existed, the present one included


@dataclass(frozen=True)
class Frame:
    """Which world: the same seed, scale and time give the same one.

    Attributes:
        seed: of all its chances.
        scale: 1 is the demo's size; people, commits and models grow with it.
        now: when it ends, UTC.
    """

    seed: int
    scale: float
    now: datetime

    @property
    def months(self) -> list[date]:
        """The first days of its months, in order."""
        return [month_after(month_of(self.now), number - MONTHS + 1) for number in range(MONTHS)]


@dataclass(frozen=True)
class RepositoryPlan:
    """A repository to simulate.

    Attributes:
        name: `owner/name` as it is now.
        former: what it was called until `renamed_months_ago` months before now.
        commits: by humans, in all its months, at scale 1.
        contributors: humans, at scale 1.
        skew: a contributor's rate is proportional to rank ** -skew: the higher, the fewer people carry it.
        agents: share of commits with an AI agent as co-author now; it grew to that from nothing.
        forks, stars: counters in the first month.
        fork_growth, star_growth: true growth, as log increments a month.
        quirks: what is odd about it: "strange-dates", "latin-1", "copilot", "actions", "gaps".
    """

    name: str
    commits: int
    contributors: int
    skew: float = 1.0
    former: str | None = None
    renamed_months_ago: int = 0
    agents: float = 0.1
    forks: int = 1_000
    fork_growth: float = 0.03
    stars: int = 8_000
    star_growth: float = 0.03
    quirks: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ProjectPlan:
    """A project of the world's catalogue; `hub` are its selectors there."""

    id: str
    label: str
    ecosystem: str
    region: str
    layer: str
    repositories: tuple[RepositoryPlan, ...]
    hub: tuple[str, ...] = ()


@dataclass(frozen=True)
class FamilyPlan:
    """The models of one organisation on the Hub.

    Attributes:
        organization: its name there.
        models: base models, evenly released over the months; `{n}` is the generation.
        sizes: parameters of each generation's models.
        derivatives: models that others derive from the family, at scale 1.
        license, license_name: as the Hub's tags and cards have them.
        model_type: `config.model_type`; `{n}` is the generation.
        downloads: at the peak of a base model, a day.
    """

    organization: str
    models: str
    sizes: tuple[int, ...]
    derivatives: int
    license: str | None
    model_type: str
    downloads: float
    license_name: str | None = None
    generations: int = 3
    others: tuple[str, ...] = field(default_factory=tuple)


ECOSYSTEMS = {
    "aurora": "Aurora",
    "bracken": "Bracken",
    "cinder": "Cinder",
    "dunmarrow": "Dunmarrow",
    "elderquay": "Elderquay",
    "fenholt": "Fenholt",
}
ZONES_OF = {
    "aurora": {"china": 8, "us-west": 1, "utc": 1},
    "bracken": {"us-west": 5, "us-east": 3, "india": 2},
    "cinder": {"central-europe": 6, "britain": 2, "us-east": 1},
    "dunmarrow": {"japan": 4, "brazil": 3, "india": 3},
    "elderquay": {"utc": 3, "britain": 2, "china": 2, "us-east": 2},
    "fenholt": {"china": 9, "japan": 1},
}

PROJECTS = (
    ProjectPlan(
        "aurora",
        "Aurora",
        "aurora",
        "china",
        "model",
        (RepositoryPlan("aurora-lab/aurora", 1_500, 60, skew=0.9, agents=0.15, forks=2_400, fork_growth=0.05),),
        ("aurora-lab",),
    ),
    ProjectPlan(
        "lantern",
        "Lantern",
        "aurora",
        "china",
        "inference",
        (RepositoryPlan("aurora-lab/lantern", 1_300, 50, agents=0.25, forks=900, fork_growth=0.08),),
    ),
    ProjectPlan(
        "bracken",
        "Bracken",
        "bracken",
        "us",
        "model",
        (
            RepositoryPlan(
                "brackenwater/bracken", 900, 35, skew=1.4, forks=5_000, fork_growth=0.01, quirks=frozenset({"gaps"})
            ),
        ),
        ("brackenwater",),
    ),
    ProjectPlan(
        "millrace",
        "Millrace",
        "bracken",
        "us",
        "framework",
        (
            RepositoryPlan(
                "brackenwater/millrace", 1_200, 55, skew=0.7, agents=0.3, quirks=frozenset({"copilot", "actions"})
            ),
        ),
    ),
    ProjectPlan(
        "cinder",
        "Cinder",
        "cinder",
        "eu",
        "model",
        (RepositoryPlan("cinderfell/cinder", 700, 25, skew=1.2, agents=0.05),),
        ("cinderfell/ember*",),
    ),
    ProjectPlan(
        "ashwalk",
        "Ashwalk",
        "cinder",
        "eu",
        "agent",
        (
            RepositoryPlan(
                "cinderfell/ashwalk",
                1_000,
                45,
                skew=0.8,
                agents=0.45,
                forks=150,
                fork_growth=0.16,
                stars=1_200,
                star_growth=0.15,
            ),
        ),
    ),
    ProjectPlan(
        "dunmarrow",
        "Dunmarrow",
        "dunmarrow",
        "other",
        "model",
        (RepositoryPlan("dunmarrow/dunmarrow", 600, 20, agents=0.08, forks=1_500, fork_growth=0.02),),
        ("dunmarrow",),
    ),
    ProjectPlan(
        "dunmarrow-studio",
        "Dunmarrow Studio",
        "dunmarrow",
        "other",
        "application",
        (RepositoryPlan("dunmarrow/studio", 800, 30, agents=0.2, quirks=frozenset({"latin-1"})),),
    ),
    ProjectPlan(
        "quay",
        "Quay",
        "elderquay",
        "unknown",
        "framework",
        (
            RepositoryPlan(
                "elderquay/quay", 1_100, 50, former="elderquay-labs/quayside", renamed_months_ago=9, fork_growth=0.06
            ),
        ),
    ),
    ProjectPlan(
        "pilot",
        "Pilot",
        "elderquay",
        "unknown",
        "agent",
        (
            RepositoryPlan(
                "elderquay/pilot",
                700,
                30,
                skew=1.6,
                agents=0.5,
                fork_growth=0.12,
                quirks=frozenset({"strange-dates", "copilot"}),
            ),
        ),
    ),
    ProjectPlan(
        "fenholt",
        "Fenholt",
        "fenholt",
        "china",
        "model",
        (
            RepositoryPlan("fenholt/fenholt", 600, 22, skew=1.1, forks=700, fork_growth=0.04),
            RepositoryPlan("fenholt/weights", 0, 0),
        ),
        ("fenholt-ai",),
    ),
    ProjectPlan(
        "sluice",
        "Sluice",
        "fenholt",
        "china",
        "inference",
        (RepositoryPlan("fenholt/sluice", 500, 18, skew=1.0, agents=0.1, quirks=frozenset({"actions"})),),
    ),
)

FAMILIES = (
    FamilyPlan("aurora-lab", "Aurora-{n}", (1, 8, 70), 330, "apache-2.0", "aurora{n}", 90_000.0, generations=4),
    FamilyPlan("brackenwater", "Bracken-{n}", (8, 90), 210, "other", "bracken", 120_000.0, "bracken-community"),
    FamilyPlan("cinderfell", "ember-{n}", (7, 24), 120, "apache-2.0", "ember", 40_000.0, others=("kiln-classifier",)),
    FamilyPlan("dunmarrow", "Dunmarrow-{n}", (3, 12), 90, "cc-by-nc-4.0", "dunmarrow", 15_000.0),
    FamilyPlan("fenholt-ai", "Fen-{n}", (14, 230), 150, "mit", "fen{n}", 60_000.0),
)

AGENTS = {  # by name: the co-author line that each really writes, and its share among them
    "claude": ("Claude <noreply@anthropic.com>", 5.0),
    "copilot": ("Copilot <175728472+Copilot@users.noreply.github.com>", 3.0),
    "cursor": ("Cursor <cursoragent@cursor.com>", 2.0),
}
COPILOT_AUTHOR = ("copilot-swe-agent[bot]", "198982749+Copilot@users.noreply.github.com")
DEPENDABOT = ("dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com")
ACTIONS = ("github-actions[bot]", "41898282+github-actions[bot]@users.noreply.github.com")
