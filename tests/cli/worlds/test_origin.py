"""Homes of demos and replays: they keep what they were filled from, and are never mixed with anything else."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from small_world import CATALOGUE, World, call

from pipelines.cli.worlds import origin
from pipelines.cli.worlds.origin import NOWHERE, Origin
from pipelines.errors import ConfigurationError
from pipelines.sandbox.world import write
from pipelines.settings import Settings


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a simulated world of which nothing has been fetched yet."""
    home = tmp_path_factory.mktemp("demo")
    write(home / "world", scale=0.02, now=datetime(2026, 8, 22, tzinfo=UTC))
    Origin("demo", "world").write(home)
    return home


@pytest.fixture(autouse=True)
def _own_environment() -> Iterator[None]:
    former = dict(os.environ)
    for name in [name for name in former if name.startswith(("ECOTONE_", "HF_", "GITHUB_"))]:
        del os.environ[name]
    yield
    os.environ.clear()
    os.environ.update(former)


def test_an_ordinary_home_is_left_to_the_environment(tmp_path: Path) -> None:
    before = dict(os.environ)
    origin.adopt(tmp_path)
    with origin.surroundings(tmp_path):
        assert dict(os.environ) == before


def test_a_demo_is_read_with_its_own_catalogue_clock_and_repositories(demo: Path) -> None:
    os.environ["ECOTONE_HOME"] = str(demo)
    os.environ["HF_TOKEN"] = "hf_of_the_user"
    installation = origin.open_installation()
    assert installation.catalogue.simulated
    assert installation.settings.now() == datetime(2026, 8, 22, tzinfo=UTC)
    assert installation.settings.git_url.startswith(f"file://{demo}/world/git/")
    assert installation.settings.hf_endpoint == NOWHERE
    assert installation.settings.hf_token is None


def test_its_hub_is_served_while_something_runs(demo: Path) -> None:
    origin.adopt(demo)
    with origin.surroundings(demo):
        assert Settings.from_environment().hf_endpoint.startswith("http://127.0.0.1:")
        assert os.environ["HF_ENDPOINT"] != NOWHERE
    assert os.environ["HF_ENDPOINT"] == NOWHERE


def test_what_the_user_sets_wins(demo: Path) -> None:
    os.environ |= {"ECOTONE_NOW": "2026-09-01T00:00:00+00:00", "HF_ENDPOINT": "http://127.0.0.1:1", "HF_TOKEN": "hf_x"}
    origin.adopt(demo)
    with origin.surroundings(demo):
        settings = Settings.from_environment()
    assert settings.now().month == 9
    assert settings.hf_endpoint == "http://127.0.0.1:1"
    assert settings.hf_token == "hf_x"


def test_real_projects_are_not_fetched_into_a_simulated_world(demo: Path, tmp_path: Path) -> None:
    catalogue = tmp_path / "real.toml"
    catalogue.write_text(CATALOGUE)
    said = call("run", "--home", str(demo), ECOTONE_CATALOGUE=str(catalogue))
    assert said.code == 2
    assert "holds a simulated world" in said.err
    assert not (demo / "lake").exists()


def test_a_home_that_is_something_else_is_not_claimed(world: World, tmp_path: Path) -> None:
    for command in (["demo"], ["replay", str(tmp_path)]):
        said = call(*command, "--home", str(world.home))
        assert said.code == 2
    with pytest.raises(ConfigurationError, match="is not empty and was not made by this command"):
        origin.claim(world.home, Origin("demo", "world"))
    Origin("recorded", "/data").write(tmp_path)
    with pytest.raises(ConfigurationError, match="holds a recorded world"):
        origin.claim(tmp_path, Origin("demo", "world"))
    assert not (world.home / "origin.json").exists()


def test_a_demo_goes_into_a_folder_of_its_own_whatever_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "mine.txt").write_text("mine")
    said = call("demo", ECOTONE_HOME=str(tmp_path / "data"))
    assert said.code == 2
    assert f"{tmp_path / 'demo'} is not empty" in said.err
    assert [path.name for path in tmp_path.iterdir()] == ["demo"]


def test_two_demos_do_not_share_a_home(demo: Path) -> None:
    import fcntl  # noqa: PLC0415

    with (demo / ".demo.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        said = call("demo", "--home", str(demo))
    assert said.code == 2
    assert "another demo is being made" in said.err


def test_an_origin_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "origin.json").write_text("{")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        Origin.of(tmp_path)
    Origin("demo", "world").write(tmp_path)
    with pytest.raises(ConfigurationError, match="there is no whole simulated world"):
        origin.adopt(tmp_path)


def test_a_replay_without_recordings_says_what_is_missing(tmp_path: Path) -> None:
    said = call("replay", str(tmp_path / "nothing"), "--home", str(tmp_path / "home"))
    assert said.code == 2
    assert "has no recorded data. Name a folder that has some of: git: git/OWNER+NAME.bundle" in said.err
    assert not (tmp_path / "home").exists()
