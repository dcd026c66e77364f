"""The layering rule: data flows one way, and the linter says so in every room."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

PROTOCOLS = {"dagster", "gql", "github", "huggingface_hub"}
# What DESIGN forbids each room to import, at the least.
FORBIDDEN = {
    "metrics": PROTOCOLS | {"pipelines", "dashboards"},
    "dashboards": PROTOCOLS | {"pipelines"},
    "pipelines/clients": {"dagster", "duckdb", "pipelines.sources", "pipelines.staging", "pipelines.lake", "metrics"},
    "pipelines/sources": PROTOCOLS
    | {"duckdb", "pipelines.staging", "pipelines.lake", "pipelines.warehouse", "metrics"},
    "pipelines/sandbox": {"dagster", "duckdb", "pipelines.staging", "pipelines.lake", "pipelines.warehouse", "metrics"},
}


def reported(root: Path, room: str, code: str) -> set[str]:
    """The names that ruff reports as banned in a file of this text in that room."""
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--select=TID251", "--output-format=json"]
    command += ["--stdin-filename", f"{room}/probe.py", "-"]
    done = subprocess.run(command, cwd=root, input=code, capture_output=True, text=True, check=False)
    return {finding["message"].split("`")[1] for finding in json.loads(done.stdout)}


@pytest.mark.parametrize("room", FORBIDDEN)
def test_ruff_reports_an_import_against_the_flow(root: Path, room: str) -> None:
    code = "".join(f"import {module}\n" for module in sorted(FORBIDDEN[room]))
    assert reported(root, room, code) == FORBIDDEN[room]


@pytest.mark.parametrize("room", FORBIDDEN)
def test_ruff_reports_it_inside_a_function_and_from_below(root: Path, room: str) -> None:
    module = min(FORBIDDEN[room])
    assert reported(root, room, f"def late():\n    from {module}.inner import thing\n    return thing\n")


@pytest.mark.parametrize("room", FORBIDDEN)
def test_a_room_may_import_the_standard_library_and_itself(root: Path, room: str) -> None:
    assert not reported(root, room, f"import json\nimport {room.replace('/', '.')}.other\n")


@pytest.mark.parametrize("room", FORBIDDEN)
def test_a_room_adds_to_the_rules_of_the_project_and_takes_none_away(root: Path, room: str) -> None:
    config = tomllib.loads((root / room / "ruff.toml").read_text())
    assert (root / room / config["extend"]).resolve() == root / "pyproject.toml"
    assert config["lint"].keys() == {"flake8-tidy-imports"}
    for module, ban in config["lint"]["flake8-tidy-imports"]["banned-api"].items():
        assert ban["msg"], f"{room}/ruff.toml bans {module} without a reason"
