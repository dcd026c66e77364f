"""The product imports what it declares: a tool of the tests, or a guest of another package, is not there elsewhere."""

from __future__ import annotations

import ast
import sys
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOMS = ("pipelines", "metrics", "dashboards")
# Declared without being imported by name, with the reason.
BY_OTHER_WAYS = {
    "dagster-webserver": "run by `ecotone dev`",
    "gql": "GitHub's streams",
    "pygithub": "GitHub's streams",
    "pytz": "DuckDB imports it to hand out a TIMESTAMPTZ",
}


def imported(path: Path) -> set[str]:
    """The top-level modules that a file imports, late ones included."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names


def declared(pyproject: dict[str, Any]) -> set[str]:
    return {canonicalize_name(Requirement(text).name) for text in pyproject["project"]["dependencies"]}


def used(root: Path) -> dict[str, set[str]]:
    """Distribution → files that import it."""
    distributions = packages_distributions()
    found: dict[str, set[str]] = {}
    for path in (path for room in ROOMS for path in (root / room).rglob("*.py")):
        for module in imported(path) - set(ROOMS) - sys.stdlib_module_names - {"__future__"}:
            for name in distributions.get(module, [module]):
                found.setdefault(canonicalize_name(name), set()).add(path.relative_to(root).as_posix())
    return found


def test_every_import_of_the_product_is_a_declared_dependency(root: Path, pyproject: dict[str, Any]) -> None:
    undeclared = {name: files for name, files in used(root).items() if name not in declared(pyproject)}
    assert not undeclared


def test_every_declared_dependency_is_used(root: Path, pyproject: dict[str, Any]) -> None:
    assert declared(pyproject) - used(root).keys() - BY_OTHER_WAYS.keys() == set()
