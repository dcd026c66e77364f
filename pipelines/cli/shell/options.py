"""What every command takes: where the installation lives, and how much to say."""

from __future__ import annotations

import logging
import os
import shutil
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

DEFAULT_HOME = "data"

_ambient: list[Path] = []  # the home that ECOTONE_HOME named when the command was called


@Parameter(name="*")
@dataclass(frozen=True)
class Options:
    """What every command takes."""

    home: Annotated[
        Path | None,
        Parameter(help="Folder of the installation, instead of the one in ECOTONE_HOME.", show_default=False),
    ] = None
    verbose: Annotated[
        bool,
        Parameter(negative="", help="Say more: warnings, retries, the trace of an error.", show_default=False),
    ] = False

    def apply(self, *, own_home: str | None = None, budget: int | None = None) -> None:
        """Make them hold in this process and in those that it starts, before anything reads the settings.

        Args:
            budget: points of GitHub's API that may be spent, instead of ECOTONE_GITHUB_BUDGET.
            own_home: the home of a command that must never write to the user's own data, whatever ECOTONE_HOME says.
        """
        ambient = os.environ.get("ECOTONE_HOME") or DEFAULT_HOME
        _ambient[:] = [Path(ambient).absolute()]
        home = self.home or Path(own_home or ambient)
        os.environ["ECOTONE_HOME"] = str(home.absolute())
        if budget is not None:
            os.environ["ECOTONE_GITHUB_BUDGET"] = str(budget)
        if own_home is not None:
            os.environ["HF_HUB_OFFLINE"] = (
                ""  # their Hub is on this machine; the library reads this when it is imported
            )
        if self.verbose:
            logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
            return
        # What matters of a failure is in the summary; Dagster warns that parts of it are betas or previews.
        if not logging.getLogger().handlers:
            logging.getLogger().addHandler(logging.NullHandler())
        os.environ.setdefault("HF_HUB_VERBOSITY", "error")
        warnings.simplefilter("ignore")


EVERY = Options()


def to_type(command: str, home: Path, rest: str = "") -> str:
    """What the user has to type for a command over this home, e.g. `ecotone sql --home demo 'SELECT 1'`."""
    parts = [_program(), command]
    if _ambient != [home]:
        parts += ["--home", _short(home)]
    return " ".join([*parts, rest]).strip()


def _program() -> str:
    """`ecotone` if that is on PATH, else the way by which it was called: `make demo` does not activate the venv."""
    called = Path(sys.argv[0])
    found = shutil.which("ecotone")
    if called.name != "ecotone" or (found and Path(found).samefile(called)):
        return "ecotone"
    return _short(called.absolute())


def _short(path: Path) -> str:
    """The path from here where it lies below, else whole; quoted for a shell if it must be."""
    text = str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
    return f"'{text}'" if any(character in text for character in " '\"$&();|<>*?") else text
