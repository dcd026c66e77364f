"""What the documents say about the project is so."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

TARGET = re.compile(r"^([a-z-]+):.*## ", re.MULTILINE)
MAKE = re.compile(r"(?:^|`)make ([a-z][a-z-]*)\b", re.MULTILINE)
LINK = re.compile(r"\[[^\]]+\]\(([^)#\s]+)(?:#[^)]*)?\)")
PATH_IN_CODE = re.compile(r"`((?:pipelines|metrics|dashboards|tests|benchmarks|tools|docs)/[\w./-]*\w/?)`")


def documents(root: Path) -> list[Path]:
    return [*root.glob("*.md"), *(root / "docs").rglob("*.md")]


def targets(root: Path) -> set[str]:
    return set(TARGET.findall((root / "Makefile").read_text()))


def test_the_changelog_has_the_version(root: Path, pyproject: dict[str, Any]) -> None:
    version = pyproject["project"]["version"]
    assert re.search(rf"^## {re.escape(version)}\b", (root / "CHANGELOG.md").read_text(), re.MULTILINE)


def test_make_has_the_commands_of_the_documents(root: Path) -> None:
    for document in documents(root):
        commands = set(MAKE.findall("\n".join(code_of(document.read_text()))))
        assert commands <= targets(root), document.name


def code_of(text: str) -> list[str]:
    """Fenced blocks and inline code."""
    return re.findall(r"```.*?```", text, re.DOTALL) + re.findall(r"`[^`\n]+`", text)


def test_make_help_lists_what_there_is(root: Path) -> None:
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    help_text = subprocess.run(["make"], cwd=root, capture_output=True, text=True, check=True).stdout
    promised = {"demo", "test", "setup", "lint", "dev", "recorded", "bench", "lock"}
    assert promised <= targets(root)
    assert all(f"make {target} " in help_text for target in targets(root))


def test_ci_does_what_a_developer_does(root: Path) -> None:
    script = (root / ".ci" / "run").read_text()
    assert script.rstrip().endswith("make lint\nmake test\nmake soak SOAK=sample")
    subprocess.run(["bash", "-n", ".ci/run"], cwd=root, check=True)


def test_links_and_paths_of_the_documents_lead_somewhere(root: Path) -> None:
    for document in documents(root):
        text = document.read_text()
        for link in LINK.findall(text):
            if "://" not in link:
                assert (document.parent / link).exists(), f"{document.name}: {link}"
        for path in PATH_IN_CODE.findall(text):
            assert (root / path).exists(), f"{document.name}: {path}"


def test_every_room_is_entered_by_the_datum_that_is_followed(root: Path) -> None:
    text = (root / "docs" / "architecture.md").read_text()
    followed = text[text.index("## An issue on GitHub") : text.index("## I want to")]
    rooms = {path.parent.name for path in (root / "pipelines").glob("*/__init__.py")} - {"cli", "sandbox"}
    assert rooms == {room for room in rooms if f"`pipelines/{room}/" in followed}


def test_the_design_names_every_command(root: Path) -> None:
    from pipelines.cli.main import app  # noqa: PLC0415 - the one test of documents that reads the program

    text = (root / "docs" / "design.md").read_text()
    commands = text[text.index("## Commands") : text.index("## Dagster")]
    named = set(re.findall(r"`(?:ecotone )?([a-z]+)`", commands))
    assert named == {name for name in app if name.isalpha()}
