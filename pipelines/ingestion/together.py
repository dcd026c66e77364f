"""Small batches of one run of a source, written as one file: from the subjects' threads to the lake.

A file and its lines in the manifest cost more than the few rows of a quiet subject. What is held is lost if the process
is killed, and is fetched again by the next run of the day: so it is written once there is much of it, and when the
first of it has been held for long.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from pipelines.lake import Lake

SMALL_ROWS = 5_000  # a larger batch is written alone, at once
HELD_ROWS = 20_000
HELD_SECONDS = 600.0


class Together:
    """Holds small batches of one stream until they are written."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self._guard = threading.Lock()
        self._held: list[tuple[pa.Table, Mapping[str, Any]]] = []
        self._since = 0.0

    @property
    def subjects(self) -> frozenset[str]:
        """Whose batches are held and not durable yet."""
        with self._guard:
            return frozenset(str(fields["subject"]) for _table, fields in self._held)

    def add(self, table: pa.Table, fields: Mapping[str, Any]) -> None:
        """Hold a batch, with what `Lake.append` takes of it. Raises LakeError if it could not be written when due."""
        with self._guard:
            self._since = self._since if self._held else time.monotonic()
            self._held.append((table, fields))
            rows = sum(held.num_rows for held, _fields in self._held)
            if rows >= HELD_ROWS or time.monotonic() - self._since >= HELD_SECONDS:
                self._write()

    def write(self) -> None:
        """Make durable what is held. Raises LakeError if it cannot be: then it is held no longer."""
        with self._guard:
            self._write()

    def _write(self) -> None:
        held, self._held = self._held, []
        if len(held) == 1:
            ((table, fields),) = held
            self._lake.append(table, **fields)
        elif held:
            self._lake.append_together(held)
