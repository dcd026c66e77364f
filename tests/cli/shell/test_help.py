"""Help and the command line itself: every command explains itself, and a mistake gets one message."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from small_world import call

import pipelines
from pipelines.cli.main import app
from pipelines.cli.shell.help import VARIABLES
from pipelines.settings import CA_BUNDLE_NAMES

COMMANDS = [name for name in app if not name.startswith("-")]


def test_there_are_the_commands_that_the_readme_promises() -> None:
    assert {"demo", "run", "rebuild", "site", "serve", "sql", "status", "doctor", "dev", "replay"} <= set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_says_what_it_does_with_an_example(name: str) -> None:
    said = call(name, "--help")
    assert said.code == 0
    assert f"Usage: ecotone {name}" in said.out
    assert f"For example\n  ecotone {name}" in said.out
    assert "--home" in said.out
    assert "--verbose" in said.out


@pytest.mark.parametrize("name", COMMANDS)
def test_no_line_of_help_is_wrapped_on_a_terminal_of_80_columns(name: str) -> None:
    source = app[name].help or app[name].default_command.__doc__ or ""
    prose = source.partition("\n")[2].partition("Args:")[0]
    assert [line for line in prose.splitlines() if len(line.removeprefix("    ")) > 80] == []


def test_help_lists_every_command_and_every_setting_that_is_read() -> None:
    said = call("--help")
    assert said.code == 0
    for name in COMMANDS:
        assert re.search(rf"^│ {name} ", said.out, re.MULTILINE), name
    read = re.findall(r'environ\.get\("(\w+)"\)', (Path(pipelines.__file__).parent / "settings.py").read_text())
    read.append(CA_BUNDLE_NAMES[0])  # read by its name, as the others are by theirs
    assert read
    assert set(read) == set(VARIABLES)
    assert all(f"  {name} " in said.out for name in read)


def test_without_a_command_it_helps() -> None:
    assert call().out == call("--help").out


def test_the_version_is_that_of_the_distribution() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+\S*\n", call("--version").out)


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (["rn"], 'Did you mean "run"?', "ecotone --help"),
        (["run", "--bad"], "Unknown option: --bad", "ecotone run --help"),
        (["serve", "--port", "many"], "many", "ecotone serve --help"),
        (["rebuild", "--as-of", "yesterday"], "yesterday", "ecotone rebuild --help"),
        (["replay"], "folder", "ecotone replay --help"),
    ],
)
def test_a_mistyped_command_line_is_told_in_two_lines(arguments: list[str], message: str, hint: str) -> None:
    said = call(*arguments)
    assert said.code == 2
    assert said.out == ""
    assert message.lower() in said.err.lower()
    assert said.err.strip().splitlines()[-1] == f"See `{hint}`."
    assert "Traceback" not in said.err
