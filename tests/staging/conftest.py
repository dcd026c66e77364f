"""An installation whose lake is written by hand: what GitHub's streams would have brought."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.catalogue import Catalogue
from pipelines.lake import Lake
from pipelines.lake.manifest import Entry
from pipelines.settings import Settings
from pipelines.sources import Source, discover
from pipelines.sources.columns import table
from pipelines.staging import Entity, upstream
from pipelines.warehouse import Warehouse

NOW = datetime(2026, 8, 22, 12, tzinfo=UTC)
CATALOGUE = """
[[ecosystem]]
id = "one"
label = "One"
[[ecosystem]]
id = "two"
label = "Two"
[[project]]
label = "A"
ecosystem = "one"
region = "us"
layer = "model"
repositories = ["o/a", "o/b"]
[[project]]
label = "C"
ecosystem = "two"
region = "eu"
layer = "agent"
repositories = ["o/c"]
"""
NEEDED: Mapping[str, Mapping[str, Any]] = {
    "issues": {"number": 1, "created_at": NOW - timedelta(days=9), "updated_at": NOW, "comments": []},
    "pull_requests": {
        "number": 1,
        "created_at": NOW - timedelta(days=9),
        "updated_at": NOW,
        "is_draft": False,
        "comments": [],
        "reviews": [],
    },
    "forks": {"full_name": "x/y", "created_at": NOW - timedelta(days=9)},
    "stargazers": {"account_login": "somebody", "starred_at": NOW - timedelta(days=9)},
    "releases": {"tag": "v1", "created_at": NOW - timedelta(days=9), "prerelease": False, "draft": False},
    "discussions": {"number": 1, "created_at": NOW - timedelta(days=9), "updated_at": NOW, "comments": []},
    "repositories": {"full_name": "o/a", "day": NOW.date()},
    "accounts": {"account_login": "somebody", "account_type": "User", "day": NOW.date()},
    "commits": {"parents": 1, "authored_epoch": int(NOW.timestamp()) - 86_400, "listing": 1, "co_author_keys": []},
    "models": {"base_models": []},
    "counters": {"full_name": "o/a", "day": NOW.date(), "list": "all"},
    "community": {},
    "mailmap": {},
    "ai_notes": {},
}
"""What a row holds that does not say."""
AT_GITHUB = frozenset({"git", "github"})


@dataclass
class Installation:
    """A lake, a catalogue and the working file that is built from them."""

    home: Path
    catalogue: Catalogue = field(default_factory=lambda: Catalogue.parse(CATALOGUE))

    def __post_init__(self) -> None:
        found = discover().values()
        self.streams: Mapping[str, Source] = {source.stream: source for source in found if source.source in AT_GITHUB}
        self.elsewhere: Mapping[str, Source] = {one.stream: one for one in found if one.source not in AT_GITHUB}
        self._listings = itertools.count()
        _ = self.settings.key

    @property
    def settings(self) -> Settings:
        return Settings(home=self.home, catalogue=self.home / "none", fixed_now=NOW)

    def tell(  # noqa: PLR0913 - these are what a batch says
        self,
        stream: str,
        name: str,
        rows: Sequence[Mapping[str, Any]],
        *,
        at: datetime = NOW,
        complete: bool = True,
        state: Mapping[str, Any] | None = None,
    ) -> Entry:
        """One batch of a stream of GitHub's or git's, asked for by `owner/name`."""
        source = self.streams[stream]
        made = [{"pass": 1, "repository": f"github:{name}", **NEEDED[stream], **row} for row in rows]
        with Lake(self.settings.lake) as lake:
            return lake.append(
                table([{column: row.get(column) for column in source.schema.names} for row in made], source.schema),
                source=source.source,
                stream=stream,
                subject=f"github:{name}",
                fetched_at=at,
                listing=f"listing {next(self._listings)}",
                complete=complete,
                state=state,
            )

    def tell_hub(
        self, stream: str, rows: Sequence[Mapping[str, Any]], *, at: datetime = NOW, complete: bool = True
    ) -> Entry:
        """One batch of a stream of the Hub's or OpenRouter's."""
        source = self.elsewhere[stream]
        made = [{**NEEDED.get(stream, {}), **row} for row in rows]
        if stream == "discussions":
            made = [dict(row) for row in rows]
        with Lake(self.settings.lake) as lake:
            return lake.append(
                table([{column: row.get(column) for column in source.schema.names} for row in made], source.schema),
                source=source.source,
                stream=stream,
                subject="hf-org:o",
                fetched_at=at,
                listing=f"listing {next(self._listings)}",
                complete=complete,
            )

    def warehouse(self, name: str = "warehouse.duckdb") -> Warehouse:
        return Warehouse(self.settings, self.catalogue, discover(), path=self.home / name)

    def build(self, name: str = "warehouse.duckdb", *, asked: str | None = None) -> Path:
        """Every entity, or those that a query names and what they are made from; no metric."""
        warehouse = self.warehouse(name)
        with warehouse.open():
            for table_name in warehouse.entities if asked is None else needed(warehouse.entities, asked):
                warehouse.build(table_name)
        return warehouse.path

    def ask(self, sql: str, name: str = "warehouse.duckdb") -> list[tuple[Any, ...]]:
        """What a query returns after a build of what it reads."""
        with duckdb.connect(str(self.build(name, asked=sql)), read_only=True) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            return connection.execute(sql).fetchall()


def needed(entities: Mapping[str, Entity], sql: str) -> list[str]:
    """The entities that make what a query names, and those that they are made from, in the order of building."""
    found = upstream(re.findall(r"\b[a-z]+\.[a-z_]+", sql), entities)
    for table_name in reversed(entities):
        found |= upstream(entities[table_name].reads, entities) if table_name in found else set()
    return [table_name for table_name in entities if table_name in found]


@pytest.fixture
def now() -> datetime:
    """The time of the fetches that name none."""
    return NOW


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """Empty."""
    return Installation(tmp_path)


@pytest.fixture
def make_installation() -> type[Installation]:
    """An empty one in any folder."""
    return Installation
