"""A folder of recorded data: what is in it, on which days to run, and the environment of a run over each of them."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import IO, Any

from pipelines.catalogue import Catalogue
from pipelines.errors import ConfigurationError
from pipelines.sandbox.github.world.facts import GitHubWorld
from pipelines.sandbox.huggingface.models import HubModels
from pipelines.sandbox.loopback import loopback_environment
from pipelines.sandbox.recorded.github import RecordedGitHub, folders, recorded_github
from pipelines.sandbox.recorded.hub import hub_days, hub_on
from pipelines.sandbox.recorded.reading import END_OF_DAY  # a recorded day is looked back upon when it is over
from pipelines.sandbox.recorded.records import LINES

GITHUB_STREAMS = (*LINES, "repositories", "community")  # what is asked of GitHub's API; counters come from rankings
HUB_STREAMS = ("models", "spaces", "trending", "discussions")
PACKAGES = "*.packages.jsonl*"
RANKINGS = "github/ranking-daily.csv.gz"
KINDS = {
    "git": "git/OWNER+NAME.bundle",
    "rankings": RANKINGS,
    "GitHub": "github/OWNER+NAME/issues.jsonl.gz and the like",
    "Hub": "huggingface/YYYY-MM-DD.models.jsonl.gz",
    "OpenRouter": "openrouter/*.csv",
    "packages": "packages/YYYY-MM-DD.packages.jsonl.gz",
}


@dataclass(frozen=True)
class Recording:
    """A folder of recorded data; `recording()` looks what is there.

    Attributes:
        folder: where it lies.
        catalogue: path of the catalogue that says whose the recorded repositories are.
        hub_days: of which the Hub is recorded, in order.
        git_url: template of the bundles, for ECOTONE_GIT_URL.
        rankings: path of the ranking CSV, for ECOTONE_RANKINGS; None: there is none.
        tokens: path of the CSVs of tokens a day, for ECOTONE_OPENROUTER_FILE; None: there are none.
        packages: path of the looked-up packages by day, for ECOTONE_PACKAGES_FILE; None: there are none.
        has_github: whether listings of GitHub are recorded.
        has_openrouter: False: what was recorded of it is read as a file, so none is served.
    """

    folder: Path
    catalogue: Path
    hub_days: tuple[date, ...]
    git_url: str
    rankings: str | None = None
    tokens: str | None = None
    packages: str | None = None
    has_github: bool = False
    has_openrouter: bool = False

    @cached_property
    def github(self) -> RecordedGitHub:
        """All that is recorded of GitHub; read when it is first asked for."""
        return recorded_github(self.folder, Catalogue.load(self.catalogue))

    @cached_property
    def days(self) -> tuple[date, ...]:
        """The days to run on, in order: the Hub's, and the last one that anything is known of."""
        until = self.github.until if self.has_github else None
        last = max([*self.hub_days, *([until.date()] if until else [])], default=None)
        last = last or self._last_listed() or datetime.now(UTC).date()
        return (*(day for day in self.hub_days if day < last), last)

    def _last_listed(self) -> date | None:
        """The last day of rankings, tokens and packages, where nothing else is dated."""
        found: list[date] = []
        if self.rankings:
            found += _days(_text(Path(self.rankings)), "d")
        for path in sorted((self.folder / "openrouter").glob("*.csv")):
            found += _days(_text(path), "date")
        for path in (self.folder / "packages").glob(PACKAGES):
            with suppress(ValueError):
                found.append(date.fromisoformat(path.name.partition(".")[0]))
        return max(found, default=None)

    def hub_for(self, day: date) -> HubModels:
        """The Hub of that day, to be served by a HubServer; an empty one, which nobody asks, if it is not recorded.

        KeyError if the day is none of `days`.
        """
        if day in self.hub_days:
            return hub_on(self.folder, day)
        if day not in self.days:
            raise KeyError(day)
        return HubModels([])

    def github_for(self, day: date) -> GitHubWorld | None:
        """What is recorded of GitHub, whichever day it is asked for; None if nothing is."""
        _ = day
        return self.github.world if self.has_github else None

    def openrouter_for(self, day: date) -> None:
        """No OpenRouter is served: what was recorded of it is read as a file."""

    def listings_on(self, day: date) -> dict[str, Any]:
        """What is recorded, for ECOTONE_RECORDED, by stream and subject: what is not there is not asked for."""
        found: dict[str, dict[str, Any]] = {}
        if day not in self.hub_days:
            found |= {f"huggingface/{stream}": {} for stream in HUB_STREAMS}
        if self.has_github:
            found |= {f"github/{stream}": {} for stream in GITHUB_STREAMS}
            for subject, streams in self.github.listings.items():
                for stream, one in streams.items():
                    until = one.until.isoformat() if one.until else None
                    found[f"github/{stream}"][subject] = {"until": until, "lacks": one.lacks}
        return found

    def packages_for(self, day: date) -> None:
        """No packages are served: what was recorded of them is read as files."""

    def environment(
        self,
        endpoint: str,
        day: date,
        github: str | None = None,
        openrouter: str | None = None,
        packages: str | None = None,
    ) -> dict[str, str]:
        """The settings for a run at the end of that day, with the Hub served at `endpoint`, GitHub at its own."""
        return {
            **loopback_environment(endpoint, github, openrouter, packages),
            "ECOTONE_OPENROUTER_FILE": self.tokens or "",
            "ECOTONE_PACKAGES_FILE": self.packages or "",
            "ECOTONE_PACKAGES_URL": "off",  # what was recorded is read as files; nobody outside is asked
            "ECOTONE_GIT_URL": self.git_url,
            "ECOTONE_RANKINGS": self.rankings or "",
            "ECOTONE_NOW": datetime.combine(day, END_OF_DAY).isoformat(),
        }


def recording(folder: Path, catalogue: Path) -> Recording:
    """What is recorded in the folder; ConfigurationError if nothing is."""
    folder = folder.resolve()
    plain = str(folder).replace("{", "{{").replace("}", "}}")
    rankings, tokens, packages = folder / RANKINGS, folder / "openrouter", folder / "packages"
    found = Recording(
        folder,
        catalogue,
        hub_days(folder),
        f"{plain}/git/{{owner}}+{{name}}.bundle",
        str(rankings) if rankings.exists() else None,
        str(tokens) if any(tokens.glob("*.csv")) else None,
        str(packages) if any(packages.glob(PACKAGES)) else None,
        has_github=bool(folders(folder)),
    )
    files = (found.rankings, found.tokens, found.packages)
    if not (found.hub_days or any(files) or found.has_github or any(folder.glob("git/*.bundle"))):
        there = "; ".join(f"{kind}: {layout}" for kind, layout in KINDS.items())
        raise ConfigurationError(
            f"{folder} has no recorded data. Name a folder that has some of: {there}. docs/recorded.md says more."
        )
    return found


def _text(path: Path) -> Iterator[str]:
    with suppress(OSError, EOFError, UnicodeDecodeError), _opened(path) as file:  # its source tells what is wrong
        yield from file


def _opened(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8")
    return path.open(encoding="utf-8")


def _days(text: Iterable[str], column: str) -> Iterator[date]:
    for row in csv.DictReader(text):
        with suppress(ValueError, TypeError):
            yield date.fromisoformat(row[column] or "")


