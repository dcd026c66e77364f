"""Packages of the simulated world's frameworks, engines, agents and applications: their life, and the truth about it.

Downloads and dependents grow at a rate that is known for each package; data flows from here to `server`, which tells
them as the packages service does. All packages are made up, and one names a repository as its source that is not its
own: the catalogue leaves it out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from pipelines.sandbox.cast import PROJECTS, Frame, RepositoryPlan
from pipelines.sandbox.chance import Chance
from pipelines.sandbox.times import midnight

LAYERS = ("framework", "inference", "agent", "application")  # that publish packages; models are on the Hub
NPM_SHARE = 0.5  # of them, that publish a second package
MONTH_DAYS = 30.4375
COPY = "unofficial"
SEVERITIES = ("LOW", "MODERATE", "HIGH", "CRITICAL")
Looked = Mapping[str, Sequence[Mapping[str, Any]]]
"""`owner/name` in lower case → its packages, as the service tells them."""


@dataclass(frozen=True)
class Package:
    """One package and its law.

    Attributes:
        repository: `owner/name`.
        ecosystem, name: in its registry.
        created: its first release.
        downloads, growth: in its first month, and the log increment a month since.
        dependents: packages that depend on it now.
        docker: Docker images that hold it now; 0: none.
        advisories: published, with the day of each.
    """

    repository: str
    ecosystem: str
    name: str
    created: datetime
    downloads: float
    growth: float
    dependents: int
    docker: int = 0
    advisories: tuple[date, ...] = ()
    copy: bool = False

    @property
    def purl(self) -> str:
        """Its package URL."""
        return f"pkg:{self.ecosystem}/{self.name}"

    def months(self, day: date) -> float:
        """Since its first release, at the end of that day."""
        return (midnight(day) + timedelta(days=1) - self.created) / timedelta(days=MONTH_DAYS)

    def downloads_on(self, day: date) -> int:
        """Of the last month, at the end of that day."""
        return round(self.downloads * math.exp(self.growth * self.months(day)))


def plan_packages(frame: Frame) -> list[Package]:
    """Every package of the world."""
    plans = [(project, plan) for project in PROJECTS if project.layer in LAYERS for plan in project.repositories]
    found: list[Package] = []
    for number, (project, plan) in enumerate(plans):
        found += _of(frame, plan, docker=project.layer == "inference")
        if not number:
            copied = found[0]
            found.append(Package(plan.name, "npm", f"{copied.name}-{COPY}", copied.created, 40.0, 0.0, 0, copy=True))
    return found


def left_out(frame: Frame) -> dict[str, list[str]]:
    """Repository → package URLs that are not its own, as the catalogue writes them."""
    found: dict[str, list[str]] = {}
    for package in plan_packages(frame):
        if package.copy:
            found.setdefault(package.repository, []).append(f"!{package.purl}")
    return found


def _of(frame: Frame, plan: RepositoryPlan, *, docker: bool) -> list[Package]:
    name = plan.name.partition("/")[2].lower()
    chance = Chance(frame.seed, "packages", plan.name)
    created = midnight(frame.months[chance.integer(1, 6)]) + timedelta(days=chance.integer(0, 20))
    first = Package(
        plan.name,
        "pypi",
        name,
        created,
        downloads=chance.lognormal(6_000.0, 0.8),
        growth=chance.uniform(0.0, 0.12),
        dependents=chance.integer(5, 400),
        docker=chance.integer(20, 300) if docker else 0,
        advisories=tuple(frame.now.date() - timedelta(days=90 * (back + 1)) for back in range(plan.advisories)),
    )
    if not chance.happens(NPM_SHARE):
        return [first]
    later = created + timedelta(days=120)
    return [first, Package(plan.name, "npm", name, later, chance.lognormal(900.0, 0.5), 0.02, chance.integer(0, 40))]


def looked_up(packages: Sequence[Package], day: date) -> Looked:
    """What a look-up of each repository tells at the end of that day."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for package in packages:
        if package.months(day) > 0:
            found.setdefault(package.repository.lower(), []).append(_told(package, day))
    return found


def _told(package: Package, day: date) -> dict[str, Any]:
    grown = min(1.0, package.months(day) / 24)
    dependents, images = round(package.dependents * grown), round(package.docker * grown)
    released = package.created + timedelta(days=14 * int(package.months(day) * MONTH_DAYS // 14))
    return {
        "ecosystem": package.ecosystem,
        "name": package.name,
        "purl": package.purl,
        "registry": {"name": f"registry of {package.ecosystem}", "purl_type": package.ecosystem},
        "repository_url": f"https://github.com/{package.repository}",
        "downloads": package.downloads_on(day),
        "downloads_period": "last-month",
        "dependent_packages_count": dependents,
        "dependent_repos_count": dependents * 3,
        "docker_dependents_count": images,
        "docker_downloads_count": images * 1_000,
        "versions_count": 1 + int(package.months(day) * MONTH_DAYS // 14),
        "first_release_published_at": package.created.isoformat(),
        "latest_release_published_at": released.isoformat(),
        "status": None,
        "advisories": [
            {
                "identifiers": [f"GHSA-{package.name[:4]:x<4}-{number:04}-demo", f"CVE-2025-{90_000 + number}"],
                "severity": SEVERITIES[(number + 1) % len(SEVERITIES)],
                "cvss_score": 4.0 + number,
                "published_at": midnight(published).isoformat(),
                "withdrawn_at": None,
            }
            for number, published in enumerate(package.advisories)
            if published <= day
        ],
    }


def of_packages(packages: Sequence[Package], days: Sequence[date]) -> dict[str, Any]:
    """The truth: of each package that is its repository's own, growth a month, counts by day, and advisories."""
    return {
        package.purl: {
            "repository": package.repository,
            "growth": package.growth,
            "downloads": {str(day): package.downloads_on(day) for day in days if package.months(day) > 0},
            "dependents": {
                str(day): _told(package, day)["dependent_packages_count"] for day in days if package.months(day) > 0
            },
            "advisories": len(package.advisories),
        }
        for package in packages
        if not package.copy
    }
