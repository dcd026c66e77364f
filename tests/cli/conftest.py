"""Fixtures of the commands' tests: one installation that all may look at, and copies to change."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_world import Called, World, write_outside


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Made once, as the tests of this place go to one process: a run takes some seconds. To be read only."""
    place = tmp_path_factory.mktemp("commands")
    write_outside(place / "outside")
    first = World(place / "outside", place / "home", Called(0, "", "")).run()
    return World(place / "outside", place / "home", first)


@pytest.fixture
def own(world: World, tmp_path: Path) -> World:
    """A copy of the installation, to be changed."""
    return world.copied(tmp_path / "own")
