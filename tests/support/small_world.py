"""A few repositories and models, and the command called over them in this process."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path

from gitmaker import Maker

from pipelines.cli.main import main
from pipelines.sandbox.huggingface.models import HubModels
from pipelines.sandbox.huggingface.server import HubServer

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Dagster warns, when it is loaded, that parts of it are betas
    from pipelines.orchestration import launch

__all__ = ["launch"]
NOW = "2026-08-22T12:00:00+00:00"
CATALOGUE = """
[[ecosystem]]
id = "one"
label = "One"
[[ecosystem]]
id = "two"
label = "Two"
[[project]]
id = "sound"
label = "Sound"
ecosystem = "one"
region = "us"
layer = "model"
repositories = ["sound/code", "sound/empty"]
huggingface = ["sound"]
[[project]]
id = "broken"
label = "Broken"
ecosystem = "two"
region = "eu"
layer = "agent"
repositories = ["broken/code", "broken/absent"]
"""
SECRETS = {"HF_TOKEN": "hf_PlantedByATestNeverToBeSeen"}  # without one, GitHub's API is not read
COMMAND = [sys.executable, "-c", "from pipelines.cli.main import main; raise SystemExit(main())"]
DAY_SECONDS = 86_400
JUNE_2026 = 1_780_272_000  # 2026-06-01


@dataclass(frozen=True)
class Called:
    """What a command line did."""

    code: int
    out: str
    err: str


def call(*arguments: str, given: str = "", **environment: str) -> Called:
    """Call the command in this process, as if nobody looked: neither stdout nor stderr nor stdin is a terminal."""
    former = dict(os.environ)
    out, err = io.StringIO(), io.StringIO()
    stdin = sys.stdin
    os.environ.update(environment)
    sys.stdin = io.StringIO(given)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main(list(arguments))
    finally:
        sys.stdin = stdin
        os.environ.clear()
        os.environ.update(former)
    return Called(code, out.getvalue(), err.getvalue())


@dataclass(frozen=True)
class World:
    """A few repositories and models beside a home that `ecotone run` has filled from them.

    Attributes:
        folder: what lies outside the installation.
        home: the installation.
        first: what the first run said.
    """

    folder: Path
    home: Path
    first: Called

    @property
    def environment(self) -> dict[str, str]:
        """The settings, without a Hub: nobody answers there."""
        return settings_of(self.folder, self.home, "http://127.0.0.1:9")

    def call(self, *arguments: str, given: str = "", **environment: str) -> Called:
        """Call the command over this installation."""
        return call(*arguments, given=given, **(self.environment | environment))

    def run(self, *arguments: str, **environment: str) -> Called:
        """`ecotone run` with a Hub that answers."""
        with HubServer(HubModels(MODELS)) as hub:
            return call("run", *arguments, **(settings_of(self.folder, self.home, hub.endpoint) | environment))

    def copied(self, to: Path) -> World:
        """An installation of its own, to be changed."""
        shutil.copytree(self.home, to)
        return World(self.folder, to, self.first)


MODELS = [
    {"_id": f"{number:024x}", "id": f"sound/Model-{number}", "author": "sound", "createdAt": "2026-06-01T00:00:00.000Z"}
    | {"downloads": 100 * number, "likes": number, "tags": ["license:apache-2.0"]}
    for number in (1, 2)
]


def settings_of(folder: Path, home: Path, endpoint: str) -> dict[str, str]:
    """Everything that a run is told."""
    return {
        "ECOTONE_HOME": str(home),
        "ECOTONE_CATALOGUE": str(folder / "ecosystems.toml"),
        "ECOTONE_GIT_URL": f"{folder}/git/{{owner}}+{{name}}.git",
        "ECOTONE_RANKINGS": "",
        "ECOTONE_NOW": NOW,
        "HF_ENDPOINT": endpoint,
        "ECOTONE_PACKAGES_URL": "off",
        "NO_PROXY": "127.0.0.1",
        **SECRETS,
    }


def write_outside(folder: Path) -> None:
    """A repository with some commits, an empty one, a damaged one, and one that is not there."""
    (folder / "git").mkdir(parents=True)
    (folder / "ecosystems.toml").write_text(CATALOGUE)
    sound = Maker(folder / "git" / "sound+code.git")
    for number in range(8):
        sound.commit(email=f"person{number % 3}@example.org", at=JUNE_2026 + 7 * number * DAY_SECONDS)
    Maker(folder / "git" / "sound+empty.git")
    (folder / "git" / "broken+code.git").mkdir()
    (folder / "git" / "broken+code.git" / "HEAD").write_text("this is no repository\n")
