"""Rules of the house: few loose files, rooms of a size that can be read, names that repeat nothing, no circle."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import grimp
import pytest

PACKAGES = ("pipelines", "metrics", "dashboards")
LOOSE = 6
ROOM = 16
WORDS = 6  # what says less than this describes nothing
NOT_ROOMS = {"support", "project", "recorded", "metrics/cases", "metrics/claims"}
"""Folders of tests/ that mirror no room: what tests share, the project as a whole, recorded data, worked examples."""


def folders(package: Path) -> Iterator[Path]:
    """The package and every folder below it that holds something of ours."""
    yield package
    for path in sorted(package.rglob("*")):
        if path.is_dir() and path.name != "__pycache__" and any(file.is_file() for file in path.iterdir()):
            yield path


def loose_files(package: Path) -> list[str]:
    """The Python files that lie in no room, where there are more than six."""
    loose = sorted(path.name for path in package.glob("*.py"))
    return loose if len(loose) > LOOSE else []


def full_rooms(package: Path) -> list[str]:
    """Folders that hold more than 16 Python files themselves."""
    counted = {folder: len(list(folder.glob("*.py"))) for folder in folders(package)}
    return [f"{folder.relative_to(package.parent)}: {number}" for folder, number in counted.items() if number > ROOM]


def repeated_prefixes(package: Path) -> list[str]:
    """Python files whose name begins with that of a folder they lie in, or with its singular."""
    found = []
    for path in sorted(package.rglob("*.py")):
        above = path.relative_to(package.parent).parts[:-1]
        names = {name for folder in above for name in (folder, folder.removesuffix("s"))}
        found += (
            [str(path.relative_to(package.parent))] if any(path.stem.startswith(f"{name}_") for name in names) else []
        )
    return found


def undescribed(package: Path) -> list[str]:
    """Folders of Python files without an `__init__.py`, or with one that says in no sentence what belongs there."""
    found = []
    for folder in folders(package):
        if not list(folder.glob("*.py")):
            continue
        path = folder / "__init__.py"
        text = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "") if path.is_file() else ""
        if len(text.split()) < WORDS or not re.search(r"[.:](\s|$)", text):
            found.append(str(folder.relative_to(package.parent)))
    return found


def circles(imports: dict[str, set[str]]) -> list[list[str]]:
    """Groups of modules that import one another, by Tarjan's algorithm; a package and its parts are several modules."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(module: str) -> None:
        index[module] = low[module] = len(index)
        stack.append(module)
        for other in sorted(imports[module]):
            if other not in index:
                visit(other)
            if other in stack:
                low[module] = min(low[module], low[other])
        if low[module] == index[module]:
            at = stack.index(module)
            group = sorted(stack[at:])
            del stack[at:]
            if len(group) > 1 or module in imports[module]:
                found.append(group)

    for module in sorted(imports):
        if module not in index:
            visit(module)
    return found


def without_a_room(root: Path) -> list[str]:
    """Folders of tests that name no room."""
    tests = root / "tests"
    found = []
    for folder in folders(tests):
        name = folder.relative_to(tests).as_posix()
        if name == "." or name in NOT_ROOMS or folder.parent.relative_to(tests).as_posix() in NOT_ROOMS:
            continue
        if not any((root / place).is_dir() for place in (name, f"pipelines/{name}")):
            found.append(name)
    return found


RULES = {
    "loose files": loose_files,
    "too many files in a room": full_rooms,
    "a name that repeats its folder": repeated_prefixes,
    "a room that does not say what it is": undescribed,
}


@pytest.mark.parametrize(
    ("package", "rule"),
    # the other packages are read by the names of their files: a metric's tools lie beside its rooms
    [(package, rule) for package in PACKAGES for rule in RULES if rule != "loose files" or package == "pipelines"],
)
def test_the_house_keeps_its_rules(root: Path, package: str, rule: str) -> None:
    assert RULES[rule](root / package) == []


@pytest.fixture
def planted(tmp_path: Path) -> Path:
    """A small package that keeps every rule."""
    room = tmp_path / "pipelines" / "sources" / "github"
    room.mkdir(parents=True)
    for folder in (room, room.parent, room.parent.parent):
        (folder / "__init__.py").write_text('"""What comes from the world, one stream a file."""\n')
    (room / "issues.py").touch()
    return tmp_path / "pipelines"


def test_a_package_that_keeps_the_rules_breaks_none(planted: Path) -> None:
    assert {rule: check(planted) for rule, check in RULES.items()} == {rule: [] for rule in RULES}


@pytest.mark.parametrize(
    ("rule", "files", "text", "said"),
    [
        ("loose files", [f"loose_{n}.py" for n in range(6)], "", ["__init__.py", *(f"loose_{n}.py" for n in range(6))]),
        ("too many files in a room", [f"sources/one{n}.py" for n in range(16)], "", ["pipelines/sources: 17"]),
        (
            "a name that repeats its folder",
            ["sources/github/github_issues.py"],
            "",
            ["pipelines/sources/github/github_issues.py"],
        ),
        (
            "a name that repeats its folder",
            ["sources/github/source_of_stars.py"],
            "",
            ["pipelines/sources/github/source_of_stars.py"],
        ),
        ("a room that does not say what it is", ["lake/batches.py"], "", ["pipelines/lake"]),
        ("a room that does not say what it is", ["lake/__init__.py"], '"""The lake."""\n', ["pipelines/lake"]),
        ("a room that does not say what it is", ["lake/__init__.py"], "A = 1\n", ["pipelines/lake"]),
    ],
)
def test_a_broken_rule_is_noticed(planted: Path, rule: str, files: list[str], text: str, said: list[str]) -> None:
    for name in files:
        (planted / name).parent.mkdir(exist_ok=True)
        (planted / name).write_text(text)
    assert RULES[rule](planted) == said


def test_no_modules_import_one_another_in_a_circle() -> None:
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    imports = {module: set(graph.find_modules_directly_imported_by(module)) for module in graph.modules}
    assert len(imports) > 100
    assert any(imports.values())
    assert circles(imports) == []


@pytest.mark.parametrize(
    ("imports", "said"),
    [
        ({"a": {"b"}, "b": {"c"}, "c": set()}, []),
        ({"a": {"b", "c"}, "b": {"d"}, "c": {"d"}, "d": set()}, []),
        ({"a": {"b"}, "b": {"a"}}, [["a", "b"]]),
        ({"a": {"b"}, "b": {"c"}, "c": {"b", "d"}, "d": {"d"}}, [["d"], ["b", "c"]]),
    ],
)
def test_circles_are_found_and_shared_ways_are_none(imports: dict[str, set[str]], said: list[list[str]]) -> None:
    assert circles(imports) == said


def test_tests_stand_in_folders_that_are_called_like_the_rooms(root: Path) -> None:
    assert without_a_room(root) == []


def test_a_folder_of_tests_without_its_room_is_noticed(tmp_path: Path) -> None:
    for name in (
        "pipelines/lake",
        "dashboards/draw",
        "tests/lake",
        "tests/dashboards/draw",
        "tests/support",
        "tests/attic",
    ):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "test_it.py").touch()
    (tmp_path / "tests/dashboards/test_it.py").touch()
    assert without_a_room(tmp_path) == ["attic"]
