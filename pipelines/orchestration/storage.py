"""Dagster's own storage, quick: its events go to SQLite, each by an engine, a connection and a transaction of its own.

Left to itself that is most of the time of a run of a hundred short steps: an engine compiles each statement anew, a
connection reads the layout of its file anew, and an event is flushed to disk when it is committed and again when the
last connection is closed. Its files are in WAL mode, in which a commit need not be flushed to survive the death of the
process.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from dagster._core.storage.event_log.sqlite import sqlite_event_log
from dagster._core.storage.runs.sqlite import sqlite_run_storage
from sqlalchemy import create_engine, event
from sqlalchemy.engine import Engine
from sqlalchemy.pool import QueuePool

FILES_OPEN = 8  # Dagster has a file for each run


@contextmanager
def quick() -> Iterator[None]:
    """Within the block, this process writes Dagster's storage by connections that stay open, with no flush an event.

    A power cut may lose the last events of a run, not the files; nothing of what was fetched stands there.
    """
    engines: dict[str, Engine] = {}

    def remembered(address: str, **options: Any) -> Engine:  # noqa: ANN401 - whatever SQLAlchemy takes
        engine = engines.pop(address, None) or _engine(address, options)
        engines[address] = engine  # the one that was asked for last
        if len(engines) > FILES_OPEN:
            Engine.dispose(engines.pop(next(iter(engines))))
        return engine

    with ExitStack() as stack:
        for module in (sqlite_event_log, sqlite_run_storage):
            stack.enter_context(patch.object(module, "create_engine", remembered))
        try:
            yield
        finally:
            for engine in engines.values():
                Engine.dispose(engine)


def _engine(address: str, options: dict[str, Any]) -> Engine:
    engine = create_engine(address, **(options | {"poolclass": QueuePool}))
    engine.dispose = _not_yet  # type: ignore[method-assign] # Dagster asks for it after each event
    event.listen(engine, "connect", _without_flush)
    return engine


def _not_yet(close: bool = True) -> None:
    """Connections stay open for the next event, until the block ends."""


def _without_flush(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA synchronous = NORMAL")
