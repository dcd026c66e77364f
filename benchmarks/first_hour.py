"""What is known after an hour's points: fetched as a run fetches, in its order, and built as a run builds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from pipelines.catalogue import Catalogue
from pipelines.ingestion.fetching import Ingestion
from pipelines.lake import Lake
from pipelines.sandbox.github.server.server import TOKEN, GitHubServer
from pipelines.sandbox.github.world.first_hour import NOW
from pipelines.settings import Settings
from pipelines.sources import Source, discover
from pipelines.sources.contract import Reach
from pipelines.sources.github.client.client import GitHub
from pipelines.sources.github.listings.walk import fetch
from pipelines.warehouse.warehouse import Warehouse

STREAMS = ("repositories", "issues", "pull_requests", "discussions", "forks", "releases")
METRICS = (
    ("time_to_first_response", ""),
    ("time_to_first_review", ""),
    ("contributors", ""),
    ("fork_growth", "origin:dated"),
)
CATALOGUE = """
[[ecosystem]]
id = "one"
label = "One"
"""
PROJECT = """
[[project]]
label = "{0}"
ecosystem = "one"
region = "unknown"
layer = "model"
repositories = ["{0}"]
"""
Values = dict[tuple[str, str, str, date], tuple[Any, ...]]


def catalogue_of(names: Sequence[str]) -> Catalogue:
    """Each a project."""
    return Catalogue.parse(CATALOGUE + "".join(PROJECT.format(name) for name in names))


def scaled(source: Source, page: int) -> Source:
    """The source with pages of so many rows: in a world a hundredth as large, a page of one costs what it would."""
    listing = source.fetch.args[0] if isinstance(source.fetch, partial) else None
    if listing is None:
        return source
    return replace(source, fetch=partial(fetch, replace(listing, size=page)))


def settings_of(home: Path, server: GitHubServer, budget: int | None, **more: str) -> Settings:
    """An installation that asks this server."""
    return Settings.from_environment(
        {
            "ECOTONE_HOME": str(home),
            "ECOTONE_GITHUB_URL": server.endpoint,
            "GITHUB_TOKEN": TOKEN,
            "ECOTONE_NOW": NOW.isoformat(),
            **({"ECOTONE_GITHUB_BUDGET": str(budget)} if budget else {}),
            **more,
        }
    )


def fetched(home: Path, server: GitHubServer, names: Sequence[str], *, page: int, budget: int | None) -> int:
    """A run's fetch; returns the points that it spent."""
    GitHub.close_all()
    settings, catalogue = settings_of(home, server, budget), catalogue_of(names)
    _ = settings.key
    sources = [scaled(discover()[stream], page) for stream in STREAMS]
    sources.sort(key=lambda source: -source.priority)
    for reach in Reach:
        for source in sources:
            with Lake(settings.lake) as lake:
                for _done in Ingestion(source, catalogue, settings, lake, reach=reach).run(catalogue.projects):
                    pass
    return GitHub.of(settings).spent


def values(home: Path, server: GitHubServer, names: Sequence[str], months: int = 12) -> Values:
    """Of each repository and metric, each of the last whole months: value, n, low, high, reason."""
    settings = settings_of(home, server, None)
    warehouse = Warehouse(settings, catalogue_of(names), discover(), path=home / "warehouse.duckdb")
    wanted = {f"metrics.{name}" for name, _series in METRICS}
    with warehouse.open():
        for table in warehouse.tables:
            if not table.startswith("metrics.") or table in wanted:
                warehouse.build(table)
    found: Values = {}
    first = date(NOW.year - months // 12, NOW.month, 1)
    with duckdb.connect(str(warehouse.path), read_only=True) as connection:
        for metric, series in METRICS:
            rows = connection.execute(
                f"SELECT entity_id, period, value, n, low, high, reason FROM metrics.{metric} "
                "WHERE entity_id LIKE 'repository:%' AND series = ? AND period >= ? AND period < ?",
                [series, first, NOW.date().replace(day=1)],
            ).fetchall()
            for entity_id, period, *rest in rows:
                found[metric, series, entity_id, period] = tuple(rest)
    return found


def known_repositories(some: Values, whole: Values) -> tuple[float, list[Any]]:
    """The share of repositories of which every month of every metric is known; and what is known, but otherwise."""
    missing, wrong = set(), []
    entities = {key[2] for key in whole}
    for key, value in whole.items():
        mine = some.get(key)
        if mine is None or mine[-1] == "not fetched yet":
            missing.add(key[2])
        elif mine != value:
            wrong.append((key, mine, value))
    return 1 - len(missing) / max(1, len(entities)), wrong
