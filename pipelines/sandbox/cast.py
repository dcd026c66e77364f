"""Who and what there is in the simulated world: ecosystems, projects, repositories and families from cast.toml, agents.

All organisations, projects and people are made up. Only the addresses by which bots and AI coding agents are told are
the real ones: the pipeline's rules know them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

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

    @cached_property
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
        arrivals: 1.0 has people arrive evenly over time; above, later ones are more, below, fewer.
        agents: share of commits with an AI agent as co-author now; it grew to that from nothing.
        forks, stars: counters in the first month.
        fork_growth, star_growth: true growth, as log increments a month.
        second: another one of its ecosystem is older: others of its people carry this one.
        quirks: what is odd about it: "strange-dates", "latin-1", "copilot", "actions", "gaps"; on GitHub "greeter" (a
            bot comments on each issue at once), "stale" (a bot closes what is not answered), "no-discussions".
        issues, change_requests: opened in all its months, at scale 1.
        slowness: multiplies the times until somebody answers of its ecosystem.
        advisories: security advisories published.
    """

    name: str
    commits: int
    contributors: int
    skew: float = 1.0
    arrivals: float = 1.0
    former: str | None = None
    renamed_months_ago: int = 0
    agents: float = 0.1
    forks: int = 100
    fork_growth: float = 0.03
    stars: int = 150
    star_growth: float = 0.03
    second: bool = False
    quirks: frozenset[str] = frozenset()
    issues: int = 170
    change_requests: int = 90
    slowness: float = 1.0
    advisories: int = 0


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
        generations: of base models.
        others: names of models that the catalogue does not select.
    """

    organization: str
    models: str
    sizes: tuple[int, ...]
    derivatives: int
    license: str
    model_type: str
    downloads: float
    license_name: str | None = None
    generations: int = 3
    others: tuple[str, ...] = ()


AGENTS = {  # by name: the co-author line that each really writes, and its share among them
    "claude": ("Claude <noreply@anthropic.com>", 5.0),
    "copilot": ("Copilot <175728472+Copilot@users.noreply.github.com>", 3.0),
    "cursor": ("Cursor <cursoragent@cursor.com>", 2.0),
}
COPILOT_AUTHOR = ("copilot-swe-agent[bot]", "198982749+Copilot@users.noreply.github.com")
DEPENDABOT = ("dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com")
ACTIONS = ("github-actions[bot]", "41898282+github-actions[bot]@users.noreply.github.com")


def _tuples(table: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}


def _repository(table: Mapping[str, Any]) -> RepositoryPlan:
    return RepositoryPlan(**{**table, "quirks": frozenset(table.get("quirks", ()))})


def _project(table: Mapping[str, Any]) -> ProjectPlan:
    return ProjectPlan(**{**_tuples(table), "repositories": tuple(map(_repository, table["repositories"]))})


_CAST = tomllib.loads(Path(__file__).with_name("cast.toml").read_text(encoding="utf-8"))
ECOSYSTEMS: dict[str, str] = {table["id"]: table["label"] for table in _CAST["ecosystem"]}
ZONES_OF: dict[str, dict[str, int]] = {table["id"]: table["zones"] for table in _CAST["ecosystem"]}
PROJECTS = tuple(map(_project, _CAST["project"]))
LAWS: dict[str, Mapping[str, float]] = {table["id"]: table.get("answers", {}) for table in _CAST["ecosystem"]}
FAMILIES = tuple(FamilyPlan(**_tuples(table)) for table in _CAST["family"])
