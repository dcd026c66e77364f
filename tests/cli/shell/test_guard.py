"""Between a command and the shell: errors of the tree are one message and an exit code, never a trace."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from cyclopts import App
from small_world import COMMAND, World, call

from pipelines.cli.shell.guard import guarded
from pipelines.errors import CatalogueError, ConfigurationError, LakeError, TransientError, WarehouseError


def raising(error: BaseException) -> App:
    app = App(result_action="return_value", exit_on_error=False, suppress_keyboard_interrupt=False)

    @app.command
    def fall() -> None:
        raise error

    return app


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConfigurationError("set it right"), 2),
        (CatalogueError("set it right", line=3), 2),
        (LakeError("set it right"), 1),
        (WarehouseError("set it right"), 1),
        (TransientError("set it right"), 1),
    ],
)
def test_an_error_of_the_tree_is_its_message(error: Exception, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert guarded(raising(error), ["fall"]) == code
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == f"ecotone: {error}\n"


def test_a_full_disk_is_told_with_the_file_that_it_hit(capsys: pytest.CaptureFixture[str]) -> None:
    assert guarded(raising(OSError(28, "No space left on device", "lake/x")), ["fall"]) == 1
    assert capsys.readouterr().err == "ecotone: lake/x: No space left on device\n"


def test_ctrl_c_ends_without_a_trace(capsys: pytest.CaptureFixture[str]) -> None:
    assert guarded(raising(KeyboardInterrupt()), ["fall"]) == 130
    assert capsys.readouterr().err.startswith("Stopped.")


def test_a_mistake_of_the_program_itself_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        guarded(raising(ZeroDivisionError()), ["fall"])


def test_a_message_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    guarded(raising(WarehouseError("a \x1b[2J name\x07")), ["fall"])
    assert "\x1b" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("ECOTONE_NOW", "noon", "ECOTONE_NOW='noon' is not a time"),
        ("ECOTONE_CATALOGUE", "/nowhere/ecosystems.toml", "/nowhere/ecosystems.toml: there is no such file"),
    ],
)
def test_a_wrong_setting_stops_a_run_before_it_writes(tmp_path: Path, variable: str, value: str, message: str) -> None:
    said = call("run", ECOTONE_HOME=str(tmp_path / "home"), **{variable: value})
    assert said.code == 2
    assert said.err.startswith(f"ecotone: {message}")
    assert not (tmp_path / "home").exists()


def test_a_mistake_in_the_catalogue_is_told_with_its_line(tmp_path: Path) -> None:
    catalogue = tmp_path / "ecosystems.toml"
    catalogue.write_text('[[ecosystem]]\nid = "one"\nlabel = "One"\ncolour = "red"\n')
    said = call("run", ECOTONE_HOME=str(tmp_path / "home"), ECOTONE_CATALOGUE=str(catalogue))
    assert said.code == 2
    assert f"{catalogue}:4: " in said.err


def test_a_reader_that_goes_away_is_no_error(world: World) -> None:
    query = "SELECT * FROM range(2000000)"
    with subprocess.Popen(
        [*COMMAND, "sql", query],
        env=os.environ | world.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline() == b"range\n"
        process.stdout.close()
        assert process.wait(30) == 141
        assert process.stderr.read() == b""
