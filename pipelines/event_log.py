"""Dagster's own storage, quick: its events go to SQLite, each in a connection and a transaction of its own.

Left to itself that costs two flushes to disk an event, when it is committed and when the last connection is closed:
half of the time of a run of a hundred short steps. Its files are in WAL mode, in which a commit need not be flushed to
survive the death of the process, and a connection that is held open keeps the others from emptying the log.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event
from sqlalchemy.engine import Engine


@contextmanager
def quick() -> Iterator[None]:
    """Within the block, this process writes Dagster's storage without a flush for each event.

    A power cut may lose the last events of a run, not the files; nothing of what was fetched stands there.
    """
    held: dict[str, sqlite3.Connection] = {}

    def prepare(connection: object, _record: object) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.execute("PRAGMA synchronous = NORMAL")
            _, _, path = connection.execute("PRAGMA database_list").fetchone()
            if path and path not in held:
                held[path] = _open(path)

    event.listen(Engine, "connect", prepare)
    try:
        yield
    finally:
        event.remove(Engine, "connect", prepare)
        for connection in held.values():
            connection.close()


def _open(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, check_same_thread=False)
    connection.execute(
        "SELECT count(*) FROM sqlite_master"
    ).fetchone()  # a connection that has read nothing holds nothing
    return connection
