"""Fixtures that all rooms share."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
import soak
from graphql import GraphQLSchema, build_schema
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

REPOSITORY = Path(__file__).resolve().parent.parent
# Nobody answers at port 9: what a test forgets to point at a server of its own fails, and never leaves this machine.
NOWHERE = "http://127.0.0.1:9"
os.environ.update(
    dict.fromkeys(("ECOTONE_GITHUB_URL", "HF_ENDPOINT", "ECOTONE_OPENROUTER_URL", "ECOTONE_PACKAGES_URL"), NOWHERE)
)
for secret in ("GITHUB_TOKEN", "GITHUB_TOKENS", "HF_TOKEN", "OPENROUTER_API_KEY"):
    os.environ.pop(secret, None)
# Whether a change passes depends on the change alone; new examples are looked for wherever somebody works.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")

TOGETHER = ("cli", "dashboards", "metrics/test_properties.py", "orchestration", "sandbox", "staging", "warehouse")


class InPlaces(LoadScopeScheduling):  # type: ignore[misc] # xdist's schedulers have no types
    """Gives each of these places to one test process: their tests share what takes seconds to make."""

    def _split_scope(self, nodeid: str) -> str:
        place = nodeid.partition("::")[0].removeprefix("tests/")
        return next((name for name in TOGETHER if place == name or place.startswith(f"{name}/")), nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> InPlaces:
    """How `pytest -n` deals out the tests."""
    return InPlaces(config, log)


def pytest_report_header() -> str:
    """How the long checks of this run are brought again."""
    return soak.header()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A run of the long checks in full ends after an hour."""
    if item.get_closest_marker("soak") and soak.time_is_over(time.time()):
        pytest.skip(f"the {soak.LIMIT_MINUTES:.0f} minutes of `make soak` are over; seed {soak.SEED}")


def pytest_collection_finish() -> None:
    """What has been imported stays: it need not be looked through again and again for what is no longer used."""
    gc.freeze()
    gc.set_threshold(50_000)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of recorded real data beside the checkout; a clone that has none skips the test."""
    folder = REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no recorded data at {folder}")
    return folder


@pytest.fixture(scope="session")
def github_schema() -> GraphQLSchema:
    """GitHub's own schema; a checkout that has none skips the test. `make contracts` fetches it."""
    places = (REPOSITORY / "contracts", REPOSITORY.parent / "shared" / "data" / "contracts")
    for place in places:
        if (place / "github.graphql").is_file():
            # their schema is taken as it is: some of its arguments are at odds with the interfaces'
            return build_schema((place / "github.graphql").read_text(encoding="utf-8"), assume_valid_sdl=True)
    pytest.skip(f"GitHub's schema is in none of {', '.join(map(str, places))}: `make contracts` fetches it")


@pytest.fixture(scope="session")
def recorded_home(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation to which the recording was replayed by the command that a user gives; for slow tests."""
    folder = tmp_path_factory.mktemp("recorded")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ECOTONE", "HF_", "DAGSTER"))}
    begin = "import sys; from pipelines.cli.main import main; sys.exit(main())"
    command = [sys.executable, "-c", begin, "replay", str(shared_data), "--home", str(folder)]
    done = subprocess.run(command, env=kept, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="session")
def published(recorded_home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """What that installation published."""
    with duckdb.connect(str(recorded_home / "ecotone.duckdb"), read_only=True) as connection:
        yield connection
