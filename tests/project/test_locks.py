"""The locks: hashes and nothing but, and they hold what pyproject.toml asks for."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PINNED = re.compile(r"^(?P<name>[a-z0-9][a-z0-9.-]*)==(?P<version>[^ ]+)( ; (?P<marker>.+))? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$")
ANNOTATION = re.compile(r"^    #( |$)")
LOCKS = ("requirements.lock", "requirements-dev.lock")


def pins(lock: Path) -> dict[str, str]:
    matches = (PINNED.match(line) for line in lock.read_text().splitlines())
    return {canonicalize_name(match["name"]): match["version"] for match in matches if match}


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_versions_hashes_and_reasons_only(root: Path, name: str) -> None:
    for line in (root / name).read_text().splitlines():
        assert PINNED.match(line) or HASH.match(line) or ANNOTATION.match(line), f"{name}: {line}"


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_address(root: Path, name: str) -> None:
    text = (root / name).read_text()
    assert "://" not in text
    assert "index-url" not in text


@pytest.mark.parametrize(
    ("lock", "groups"),
    [("requirements.lock", ["build"]), ("requirements-dev.lock", ["build", "dev"])],
)
def test_a_lock_satisfies_pyproject(root: Path, pyproject: dict[str, Any], lock: str, groups: list[str]) -> None:
    wanted = list(pyproject["project"]["dependencies"])
    for group in groups:
        wanted += pyproject["dependency-groups"][group]
    locked = pins(root / lock)
    for text in wanted:
        requirement = Requirement(text)
        version = locked.get(canonicalize_name(requirement.name))
        assert version is not None, f"{requirement.name} is not in {lock}: run `make lock`"
        assert requirement.specifier.contains(version, prereleases=True), f"{lock} has {requirement.name} {version}"


def test_what_runs_is_what_is_tested(root: Path) -> None:
    runtime, development = (pins(root / name) for name in LOCKS)
    assert runtime.items() <= development.items()


def test_no_tool_of_the_tests_is_installed_with_the_product(root: Path, pyproject: dict[str, Any]) -> None:
    runtime = pins(root / "requirements.lock")
    tools = {canonicalize_name(Requirement(text).name) for text in pyproject["dependency-groups"]["dev"]}
    assert not tools & runtime.keys()
    assert "perceval" not in pins(root / "requirements-dev.lock")
