"""Where an installation's data comes from, if not from the world outside: the simulated world, or recorded data.

`ecotone demo` and `ecotone replay` leave `origin.json` in their home. Whatever is done with that home later, by any
command or from the Dagster UI, then reads the same catalogue, clock, repositories and Hub, unless the environment says
otherwise; a simulated world and real data are never mixed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, Protocol

from pipelines.errors import ConfigurationError
from pipelines.orchestration.installation import Installation
from pipelines.sandbox.github.server.server import GitHubServer
from pipelines.sandbox.github.world.facts import GitHubWorld
from pipelines.sandbox.huggingface.models import HubModels
from pipelines.sandbox.huggingface.server import HubServer
from pipelines.sandbox.openrouter.server import OpenRouterServer, Tokens
from pipelines.sandbox.packages.market import Looked
from pipelines.sandbox.packages.server import PackagesServer
from pipelines.sandbox.recorded import recording
from pipelines.sandbox.world import World
from pipelines.settings import Settings

FILE = "origin.json"
RECORDED_FILE = "recorded.json"
OWN_VARIABLES = "ECOTONE_"
NOWHERE = "http://127.0.0.1:9"  # the discard service: nobody answers, and nobody outside is asked
HUB_VARIABLE, GITHUB_VARIABLE, OPENROUTER_VARIABLE = "HF_ENDPOINT", "ECOTONE_GITHUB_URL", "ECOTONE_OPENROUTER_URL"
RECORDED_VARIABLE, PACKAGES_VARIABLE = "ECOTONE_RECORDED", "ECOTONE_PACKAGES_URL"


class Played(Protocol):
    """A world that is played to the pipeline day by day: simulated or recorded."""

    @property
    def days(self) -> tuple[date, ...]:
        """The days to run on, in order."""

    @property
    def has_github(self) -> bool:
        """Whether there is a GitHub: without one, its API is not asked."""

    @property
    def has_openrouter(self) -> bool:
        """Whether there is an OpenRouter: without one, its API is not asked."""

    def hub_for(self, day: date) -> HubModels:
        """The Hub of that day."""

    def github_for(self, day: date) -> GitHubWorld | None:
        """The GitHub of that day; None if there is none."""

    def openrouter_for(self, day: date) -> Tokens | None:
        """The OpenRouter of that day; None if there is none."""

    def listings_on(self, day: date) -> Mapping[str, Any] | None:
        """What of which system is known at all on that day, for ECOTONE_RECORDED; None: whatever is asked for."""

    def packages_for(self, day: date) -> Looked | None:
        """What the packages service tells on that day; None if there is none, and it is not asked."""

    def environment(
        self,
        endpoint: str,
        day: date,
        github: str | None = None,
        openrouter: str | None = None,
        packages: str | None = None,
    ) -> dict[str, str]:
        """The settings for a run on that day, with the Hub served at `endpoint`, and the others where they are."""


@dataclass(frozen=True)
class Origin:
    """What origin.json says.

    Attributes:
        kind: `demo` or `recorded`.
        folder: of the world or of the recordings; a relative one lies in the home.
        done: the last day that was played to its end, None if there is none yet.
        last: the last of all its days, None if nothing was played yet: recordings need not be read to know it.
    """

    kind: Literal["demo", "recorded"]
    folder: str
    done: str | None = None
    last: str | None = None

    @classmethod
    def of(cls, home: Path) -> Origin | None:
        """The origin of that home; None for an ordinary one."""
        path = home / FILE
        try:
            return cls(**json.loads(path.read_text()))
        except FileNotFoundError:
            return None
        except (ValueError, TypeError) as error:
            raise ConfigurationError(
                f"{path} cannot be read: delete {home} if it is a demo or a replay, and make it again."
            ) from error

    def write(self, home: Path) -> None:
        """Leave it in the home, whole or not at all."""
        home.mkdir(parents=True, exist_ok=True)
        temporary = home / f".{FILE}-{os.getpid()}"
        temporary.write_text(json.dumps(asdict(self), indent=1) + "\n")
        temporary.replace(home / FILE)

    def played(self, home: Path) -> Played:
        """The world that it names; ConfigurationError if that is not there any more."""
        folder = home / self.folder
        return World.open(folder) if self.kind == "demo" else recording(folder, Settings.from_environment().catalogue)


def claim(home: Path, origin: Origin) -> None:
    """Make the home one of this kind; ConfigurationError if it is something else already."""
    there = Origin.of(home)
    if there is None and home.exists() and any(home.iterdir()):
        raise ConfigurationError(
            f"{home} is not empty and was not made by this command: name another folder with --home, so that what is "
            "there stays as it is.",
        )
    if there is not None and there.kind != origin.kind:
        raise ConfigurationError(f"{home} holds a {there.kind} world: name another folder with --home, or delete it.")
    if there is None or there.folder != origin.folder:
        origin.write(home)


def adopt(home: Path) -> None:
    """Point the settings at what the home was filled from, where the environment does not say otherwise."""
    origin = Origin.of(home)
    if origin is None:
        return
    world = origin.played(home)
    own_hub = not os.environ.get(HUB_VARIABLE)
    last = date.fromisoformat(origin.last) if origin.last else world.days[-1]
    github, openrouter = (NOWHERE if there else None for there in (world.has_github, world.has_openrouter))
    packages = None if world.packages_for(last) is None else NOWHERE
    there = home / RECORDED_FILE
    recorded = {RECORDED_VARIABLE: str(there)} if there.exists() else {}
    for name, value in {**world.environment(NOWHERE, last, github, openrouter, packages), **recorded}.items():
        if own_hub if not name.startswith(OWN_VARIABLES) else not os.environ.get(name):
            os.environ[name] = value


@contextmanager
def surroundings(home: Path) -> Iterator[None]:
    """Serve the Hub and the GitHub that the home was filled from while something runs that may ask them.

    Others have the real ones.
    """
    origin = Origin.of(home)
    if origin is None or os.environ.get(HUB_VARIABLE) != NOWHERE:
        yield
        return
    world = origin.played(home)
    last = world.days[-1]
    with (
        HubServer(world.hub_for(last)) as hub,
        served_github(world, last) as github,
        served_openrouter(world, last) as openrouter,
        served_packages(world, last) as packages,
    ):
        own = {} if github is None else {GITHUB_VARIABLE: github.endpoint}
        own |= {} if openrouter is None else {OPENROUTER_VARIABLE: openrouter.endpoint}
        own |= {} if packages is None else {PACKAGES_VARIABLE: packages.endpoint}
        with variables({HUB_VARIABLE: hub.endpoint, **own, **known_listings(home, world, last)}):
            yield


def known_listings(home: Path, world: Played, day: date) -> dict[str, str]:
    """Write down in the home what of the world is known on that day; the variable that names the file."""
    path, found = home / RECORDED_FILE, world.listings_on(day)
    if found is None:
        path.unlink(missing_ok=True)
        return {RECORDED_VARIABLE: ""}
    home.mkdir(parents=True, exist_ok=True)
    temporary = home / f".{RECORDED_FILE}-{os.getpid()}"
    temporary.write_text(json.dumps(found, indent=1) + "\n")
    temporary.replace(path)
    return {RECORDED_VARIABLE: str(path)}


@contextmanager
def served_github(world: Played, day: date) -> Iterator[GitHubServer | None]:
    """Serve the world's GitHub of that day; None if it has none."""
    there = world.github_for(day)
    if there is None:
        yield None
        return
    with GitHubServer(there) as server:
        yield server


@contextmanager
def served_openrouter(world: Played, day: date) -> Iterator[OpenRouterServer | None]:
    """Serve the world's OpenRouter of that day; None if it has none."""
    there = world.openrouter_for(day)
    if there is None:
        yield None
        return
    with OpenRouterServer(there) as server:
        yield server


@contextmanager
def served_packages(world: Played, day: date) -> Iterator[PackagesServer | None]:
    """Serve the world's packages of that day; None if it has none."""
    there = world.packages_for(day)
    if there is None:
        yield None
        return
    with PackagesServer(there) as server:
        yield server


@contextmanager
def variables(values: Mapping[str, str]) -> Iterator[None]:
    """Environment variables that hold as long as the block runs."""
    former = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in former.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def open_installation() -> Installation:
    """The installation that the settings name, with what its home was filled from.

    Raises:
        ConfigurationError: a setting or the catalogue is wrong, or real projects would be fetched into a simulated
            world: nobody could tell them apart afterwards.
    """
    home = Settings.from_environment().home
    adopt(home)
    installation = Installation.from_environment()
    origin = Origin.of(home)
    if origin is not None and origin.kind == "demo" and not installation.catalogue.simulated:
        raise ConfigurationError(
            f"{home} holds a simulated world, and ECOTONE_CATALOGUE names a catalogue of real projects: unset it, or "
            "name another home.",
        )
    return installation
