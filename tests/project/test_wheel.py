"""The wheel holds everything that a run needs: SQL, templates and defaults, not only Python."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

DEFAULTS = ("ecosystems.toml", "dagster.yaml", "workspace.yaml")
ROOMS = ("pipelines", "metrics", "dashboards")
DEVELOPERS = {"ruff.toml"}


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> zipfile.Path:
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(out)]
    subprocess.run(command, cwd=root, check=True, capture_output=True)
    (path,) = out.glob("ecotone-*.whl")
    return zipfile.Path(path)


def test_the_wheel_has_every_tracked_file_of_the_rooms(root: Path, wheel: zipfile.Path, tracked: list[Path]) -> None:
    names = set(wheel.root.namelist())
    wanted = {path.relative_to(root).as_posix() for path in tracked if path.relative_to(root).parts[0] in ROOMS}
    assert not {name for name in wanted - names if Path(name).name not in DEVELOPERS}


@pytest.mark.parametrize("name", DEFAULTS)
def test_the_wheel_has_the_defaults_of_the_checkout(root: Path, wheel: zipfile.Path, name: str) -> None:
    assert (wheel / "pipelines" / "defaults" / name).read_text() == (root / name).read_text()


def test_the_wheel_has_the_command_and_the_licence(wheel: zipfile.Path) -> None:
    names = wheel.root.namelist()
    (entry_points,) = (name for name in names if name.endswith("entry_points.txt"))
    assert "ecotone = pipelines.cli.main:main" in wheel.root.read(entry_points).decode()
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_wheel_has_nothing_else(wheel: zipfile.Path) -> None:
    tops = {name.partition("/")[0] for name in wheel.root.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(ROOMS)
