"""An installation that fetches from the loopback GitHub, and what its lake holds then."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import stamina

from pipelines.catalogue import Catalogue
from pipelines.ingestion.fetching import Ingestion
from pipelines.ingestion.outcomes import Outcome
from pipelines.lake import Lake
from pipelines.lake.manifest import Entry
from pipelines.sandbox.github.server.server import TOKEN, GitHubServer
from pipelines.settings import Settings
from pipelines.sources import discover
from pipelines.sources.github.client import client as github
from pipelines.sources.github.client.accounts.budget import Clock
from pipelines.sources.github.client.accounts.owners import ATTEMPTS
from pipelines.sources.github.client.client import GitHub

LISTINGS = ("issues", "pull_requests", "forks", "stargazers", "releases", "discussions")
STREAMS = ("repositories", *LISTINGS, "community", "accounts")
CATALOGUE = """
[[ecosystem]]
id = "one"
label = "One"
[[project]]
label = "A"
ecosystem = "one"
region = "unknown"
layer = "model"
repositories = [{}]
"""
NOT_A_PAGE = ("query viewer", "query probe")
OWN = {"_batch", "_fetched_at", "_subject"}


class Killed(BaseException):
    """The process is no more."""


class FastClock(Clock):
    """What one would wait for has passed at once."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=self._ahead)

    def seconds(self) -> float:
        return super().seconds() + self._ahead

    def sleep(self, seconds: float) -> None:
        self._ahead += seconds

    async def wait(self, event: asyncio.Event, seconds: float) -> None:
        if math.isfinite(seconds):
            self._ahead += seconds
            await asyncio.sleep(0)
        else:
            await super().wait(event, seconds)


@contextmanager
def no_waiting() -> Iterator[None]:
    """Neither limits nor failed attempts take time."""
    with stamina.set_testing(True, attempts=ATTEMPTS), pytest.MonkeyPatch.context() as patch:
        patch.setattr(github, "Clock", FastClock)
        yield


@dataclass
class House:
    """One installation; `now` is its clock."""

    folder: Path
    server: GitHubServer
    names: Sequence[str] = ("lowmere/mill",)
    now: datetime = datetime(2026, 8, 22, 12, tzinfo=UTC)

    def settings(self, **more: str) -> Settings:
        return Settings.from_environment(
            {
                "ECOTONE_HOME": str(self.folder / "home"),
                "ECOTONE_GITHUB_URL": self.server.endpoint,
                "GITHUB_TOKEN": TOKEN,
                "ECOTONE_NOW": self.now.isoformat(),
                "ECOTONE_OLD_STARS": "1",
                **more,
            }
        )

    def run(self, *streams: str, **more: str) -> dict[str, list[Outcome]]:
        """Fetch these streams, or all, in a process of its own as it were; returns the outcomes by stream."""
        GitHub.close_all()
        settings = self.settings(**more)
        catalogue = Catalogue.parse(CATALOGUE.format(", ".join(f'"{name}"' for name in self.names)))
        outcomes: dict[str, list[Outcome]] = {}
        for stream in streams or STREAMS:
            with Lake(settings.lake) as lake:
                ingestion = Ingestion(discover()[stream], catalogue, settings, lake)
                outcomes[stream] = [one for each in ingestion.run(catalogue.projects) for one in each.outcomes]
        return outcomes

    def statuses(self, *streams: str, **more: str) -> set[str]:
        return {outcome.status for outcomes in self.run(*streams, **more).values() for outcome in outcomes}

    @property
    def lake(self) -> Lake:
        return Lake(self.folder / "home" / "lake")

    def newest(self, stream: str) -> Entry:
        """The newest complete fetch of the one repository."""
        found = self.lake.last_complete("github", stream, f"github:{self.names[0]}")
        assert found is not None
        return found

    def rows(self, stream: str) -> list[dict[str, Any]]:
        """All rows of the stream in the lake, as they were first written, in order; a file lacks its empty columns."""
        empty = dict.fromkeys((*discover()[stream].schema.names, *OWN))
        paths = {path: None for entry, path in self.lake.manifest.originals() if entry.stream == stream and entry.rows}
        found = [empty | row for path in paths for row in pq.read_table(self.lake.root / path).to_pylist()]
        found.sort(key=lambda row: row["_batch"])
        return [{name: value for name, value in row.items() if name not in OWN} for row in found]

    def facts(self) -> dict[str, list[str]]:
        """What the lake says, each fact once: however often it was told, and in whatever order."""
        return {stream: sorted({repr(row) for row in self.rows(stream)}) for stream in STREAMS}

    def pages(self) -> list[str]:
        """What GitHub was asked for by GraphQL, without the probe and whose token it is."""
        return [text for text in self.server.requests if text.startswith("query ") and not text.startswith(NOT_A_PAGE)]
