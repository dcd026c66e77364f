"""Locks of an installation: what one run at a time may do, taken before a run's first step.

Everything is taken in this order, by runs of the command and of the UI alike (docs/decisions/0010):

1. the run's own lock, by which a living run is told from a dead one (`pipelines.orchestration.runs`);
2. the locks of this module, in the order of their names: one for each pool or source that the run fetches by, and
   `warehouse` for a run that builds;
3. slots of Dagster's pools, a step at a time;
4. what a room locks for itself: the working file (only under the lock `warehouse`), the lake, a mirror of a repository.

Whoever waits for one of them holds nothing that comes later, so no two runs can wait for one another (no deadlock). One
run waits for another where both fetch by one pool or source, or both build: `Waiting for …` tells for whom. A lock is
the kernel's: it is free when the process that held it has ended, however it ended.

Two files are called warehouse.lock: `locks/warehouse.lock` is the one of this module, which a run holds until it ends;
`warehouse.lock` beside warehouse.duckdb is the working file's own (4).
"""

from __future__ import annotations

import fcntl
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from pipelines.settings import Settings

WAREHOUSE = "warehouse"  # also the resource that holds the lock, and the pool of the steps that build
POLL_SECONDS = 0.2
COMMAND_CHARACTERS = 80


@contextmanager
def exclusive(settings: Settings, name: str, *, holder: str, waiting: Callable[[str], None]) -> Iterator[bool]:
    """Hold the lock `name` as long as the block runs; yields whether somebody else had to be waited for.

    Args:
        settings: of the installation.
        name: what only one run at a time may use: `warehouse`, `github_api`.
        holder: who holds it then, for the messages of those who wait.
        waiting: told who is waited for and since when they hold it, once for each of them.
    """
    path = settings.home / "locks" / f"{name}.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as lock:
        waited = _wait(lock, name, waiting)
        _write(lock, f"{holder}, since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC")
        try:
            yield waited
        finally:
            _write(lock, "")


def this_process() -> str:
    """`process 4711 (ecotone run --project qwen)`."""
    command = " ".join([Path(sys.argv[0]).name, *sys.argv[1:]])
    shown = command if len(command) <= COMMAND_CHARACTERS else f"{command[: COMMAND_CHARACTERS - 1]}…"
    return f"process {os.getpid()} ({shown})"


def _wait(lock: IO[str], name: str, waiting: Callable[[str], None]) -> bool:
    told = ""
    waited = False
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waited = True
            lock.seek(0)
            holder = lock.read().strip()
            if holder not in {"", told}:
                waiting(f"Waiting for {holder}: it holds `{name}`, which one run at a time may use.")
                told = holder
            time.sleep(POLL_SECONDS)
        else:
            return waited


def _write(lock: IO[str], text: str) -> None:
    lock.truncate(0)
    lock.write(text)
    lock.flush()
