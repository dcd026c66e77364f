"""Sites built from fictional publications, each world once a session, and the system's browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fictional import HOSTILE, Publish, World, write
from playwright.sync_api import Browser
from visiting import Opener, chromium_at, visits

from dashboards.write import site

USUAL = World(months=30)


@pytest.fixture(scope="session")
def publish(tmp_path_factory: pytest.TempPathFactory) -> Publish:
    """The published file of a world."""
    made: dict[str, Path] = {}

    def of(world: World) -> Path:
        if repr(world) not in made:
            made[repr(world)] = write(tmp_path_factory.mktemp("published") / "ecotone.duckdb", world)
        return made[repr(world)]

    return of


@pytest.fixture(scope="session")
def build(publish: Publish, tmp_path_factory: pytest.TempPathFactory) -> Publish:
    """The site of a world."""
    made: dict[str, Path] = {}

    def of(world: World) -> Path:
        if repr(world) not in made:
            out = tmp_path_factory.mktemp("site")
            site.build(publish(world), out)
            made[repr(world)] = out
        return made[repr(world)]

    return of


@pytest.fixture(scope="session")
def published(publish: Publish) -> Path:
    """A published file."""
    return publish(USUAL)


@pytest.fixture(scope="session")
def built(build: Publish) -> Path:
    """Its site."""
    return build(USUAL)


@pytest.fixture(scope="session")
def hostile(build: Publish) -> Path:
    """A site whose first entities have names that would like to be more than names."""
    return build(World(labels=HOSTILE, months=30))


@pytest.fixture(scope="session")
def chromium() -> str:
    """The system's browser; a machine without one skips the test."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("there is no chromium here: apt-get install chromium")
    return found


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """Chromium, driven by playwright."""
    with chromium_at(chromium) as launched:
        yield launched


@pytest.fixture
def visit(browser: Browser) -> Iterator[Opener]:
    """Opens a page of a site from disk."""
    with visits(browser) as opener:
        yield opener
