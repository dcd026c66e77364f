"""Dagster's own storage, quick: its events go to SQLite, each by an engine, a connection and a transaction of its own.

Left to itself that is most of the time of a run of a hundred short steps: an engine compiles each statement anew, and
an event is flushed to disk when it is committed and again when the last connection is closed. Its files are in WAL
mode, in which a commit need not be flushed to survive the death of the process, and a connection that is held open
keeps the others from emptying the log.
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


@contextmanager
def quick() -> Iterator[None]:
    """Within the block, this process writes Dagster's storage by one engine a file and without a flush for each event.

    A power cut may lose the last events of a run, not the files; nothing of what was fetched stands there.
    """
    engines: dict[str, Engine] = {}
    held: dict[str, sqlite3.Connection] = {}

    def remembered(address: str, **options: Any) -> Engine:  # noqa: ANN401 - whatever SQLAlchemy takes
        if address not in engines:
            engines[address] = create_engine(address, **options)
            event.listen(engines[address], "connect", prepare)
        return engines[address]

    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA synchronous = NORMAL")
        _, _, path = connection.execute("PRAGMA database_list").fetchone()
        if path and path not in held:
            held[path] = _open(path)

    with ExitStack() as stack:
        for module in (sqlite_event_log, sqlite_run_storage):
            stack.enter_context(patch.object(module, "create_engine", remembered))
        try:
            yield
        finally:
            for engine in engines.values():
                engine.dispose()
            for connection in held.values():
                connection.close()


def _open(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, check_same_thread=False)
    connection.execute("SELECT count(*) FROM sqlite_master").fetchone()  # one that has read nothing holds nothing
    return connection
