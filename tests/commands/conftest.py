"""Fixtures of the commands' tests: one installation that all may look at, and copies to change."""

from __future__ import annotations

import fcntl
import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from small_world import Called, World, write_outside


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> World:
    """Made once, whatever the number of test processes: a run takes some seconds. To be read only."""
    base = tmp_path_factory.getbasetemp()
    place = (base if worker_id == "master" else base.parent) / "commands"
    place.mkdir(exist_ok=True)
    with (place / "lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        said = place / "first.json"
        if not said.exists():
            write_outside(place / "outside")
            first = World(place / "outside", place / "home", Called(0, "", "")).run()
            said.write_text(json.dumps([first.code, first.out, first.err]))
        return World(place / "outside", place / "home", Called(*json.loads(said.read_text())))


@pytest.fixture
def own(world: World, tmp_path: Path) -> World:
    """A copy of the installation, to be changed."""
    return world.copied(tmp_path / "own")


@pytest.fixture(scope="session")
def worker_id(request: pytest.FixtureRequest) -> str:
    """The test process's name; `master` where there is one only, or no xdist."""
    return str(getattr(request.config, "workerinput", {}).get("workerid", "master"))
