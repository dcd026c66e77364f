"""Which room may import which: one contract for all of them, kept here and broken by what is planted in a copy."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

PACKAGES = ("pipelines", "metrics", "dashboards")
# contract → a module that breaks it, and what it says
BREACHES = {
    "packages": ("metrics/planted.py", "import dashboards.chart\n"),
    "pipelines": (
        "pipelines/sources/planted_upwards.py",
        "def late():\n    from pipelines.lake import Lake\n    return Lake\n",
    ),
    "dashboards": ("dashboards/read/planted.py", "from dashboards.write import site\n"),
    "github": ("pipelines/sources/github/client/planted.py", "from pipelines.sources.github.listings import walk\n"),
    "listings": ("pipelines/sources/github/listings/turns.py", "from pipelines.sources.github.listings import walk\n"),
    "systems": ("pipelines/sources/git/planted.py", "import pipelines.sources.rankings.rows\n"),
    "dagster": ("pipelines/warehouse/planted.py", "import dagster\n"),
    "duckdb": ("pipelines/catalogue/planted.py", "import duckdb\n"),
    "pipelines-in-metrics": ("dashboards/parts/planted.py", "from pipelines.errors import EcotoneError\n"),
    "unittest": ("pipelines/lake/planted.py", "from unittest.mock import patch\n"),
}
CLIENTS_ONLY = {"gql", "github", "huggingface_hub"}


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    """What import-linter says of the packages that lie there."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    return subprocess.run(
        command, cwd=root, env={"PYTHONPATH": str(root), "COLUMNS": "300"}, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def contracts(root: Path) -> dict[str, str]:
    """Id of each contract → its name, by which import-linter tells of it."""
    table = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["importlinter"]
    return {contract["id"]: contract["name"] for contract in table["contracts"]}


@pytest.fixture(scope="module")
def copy(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages, to plant something in."""
    target = tmp_path_factory.mktemp("planted")
    for package in PACKAGES:
        shutil.copytree(root / package, target / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copyfile(root / "pyproject.toml", target / "pyproject.toml")
    return target


def test_every_contract_is_kept(copy: Path, contracts: dict[str, str]) -> None:
    done = lint(copy)
    assert done.returncode == 0, done.stdout
    assert all(f"{name} KEPT" in done.stdout for name in contracts.values())


def test_every_contract_has_a_breach_planted(contracts: dict[str, str]) -> None:
    assert BREACHES.keys() == contracts.keys()


def test_each_contract_is_broken_by_what_is_planted_and_the_module_is_named(
    copy: Path, contracts: dict[str, str], tmp_path: Path
) -> None:
    planted = shutil.copytree(copy, tmp_path / "planted")
    for path, text in BREACHES.values():
        (planted / path).write_text(text)
    (planted / "pipelines" / "attic").mkdir()
    (planted / "pipelines" / "attic" / "__init__.py").touch()
    done = lint(planted)
    assert done.returncode == 1
    said = re.sub(r"\s+", " ", done.stdout)
    for contract, (path, _) in BREACHES.items():
        assert f"{contracts[contract]} BROKEN" in said, contract
        assert path.removesuffix(".py").replace("/", ".") in said, contract
    assert "pipelines.attic" in said, "a room that no layer names was not noticed"


def test_ruff_bans_foreign_packages_where_they_are_not_known(root: Path) -> None:
    code = "".join(f"import {module}\n" for module in sorted(CLIENTS_ONLY | {"dagster", "unittest"}))
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--select=TID251", "--output-format=concise"]
    for room in ("metrics", "dashboards", "pipelines/sources/github", "pipelines/sandbox", "pipelines/cli"):
        done = subprocess.run(
            [*command, "--stdin-filename", f"{room}/planted.py", "-"],
            cwd=root,
            input=code,
            capture_output=True,
            text=True,
            check=False,
        )
        assert len(re.findall("TID251", done.stdout)) == len(code.splitlines()), f"{room}: {done.stdout}"
    done = subprocess.run(
        [*command, "--stdin-filename", "pipelines/sources/github/client/planted.py", "-"],
        cwd=root,
        input="import gql\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
