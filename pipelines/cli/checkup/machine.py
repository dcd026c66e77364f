"""The machine: Python, git, room on the disk, a home that can be written to."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from pipelines.cli.checkup import Finding, fail, ok, warn
from pipelines.cli.shell.terminal import size
from pipelines.settings import Settings

LEAST_PYTHON = (3, 11)
LEAST_GIT = (2, 22)  # the first with trailers as columns (`%(trailers:key=…)`); --filter=tree:0 came with 2.20
LITTLE_DISK, NO_DISK = 5_000_000_000, 500_000_000  # bytes: a year of the default catalogue; one run


def findings(settings: Settings) -> Iterator[Finding]:
    """All of them."""
    yield _python()
    yield _git()
    yield _home(settings.home)
    yield _disk(settings.home)


def _python() -> Finding:
    text = f"{platform.python_version()} at {sys.executable}"
    if sys.version_info < LEAST_PYTHON:
        return fail("Python", text, "Install Python 3.11 or newer.")
    return ok("Python", text)


def _git() -> Finding:
    remedy = "Install git 2.22 or newer (Debian, Ubuntu: apt install git; macOS: xcode-select --install)."
    try:
        done = subprocess.run(["git", "--version"], capture_output=True, check=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        return fail("git", f"cannot be started: {error}", remedy)
    text = done.stdout.strip().removeprefix("git version ")
    found = re.match(r"(\d+)\.(\d+)", text)
    if found and (int(found[1]), int(found[2])) < LEAST_GIT:
        return fail("git", f"{text} is too old", remedy)
    return ok("git", text)


def _home(home: Path) -> Finding:
    place = _existing(home)
    if not os.access(place, os.W_OK | os.X_OK):
        return fail(
            "home", f"{home}: {place} cannot be written to", f"Make it yours (chown {place}), or name another one."
        )
    if not home.exists():
        return ok("home", f"{home} is not there yet: the first run makes it")
    if not home.is_dir():
        return fail("home", f"{home} is not a folder", "Name a folder in ECOTONE_HOME or with --home.")
    return ok("home", str(home))


def _disk(home: Path) -> Finding:
    free = shutil.disk_usage(_existing(home)).free
    text = f"{size(free)} free"
    if free < NO_DISK:
        return fail("disk", text, "Make room: a run needs about half a GB.")
    if free < LITTLE_DISK:
        return warn("disk", text, "The default catalogue takes a few GB in a year: make room in time.")
    return ok("disk", text)


def _existing(path: Path) -> Path:
    return next(place for place in (path, *path.parents) if place.exists())
