"""Dagster's storage in SQLite, with connections that stay open: the one module that knows Dagster's internals.

`dagster.yaml` names `KeptOpenStorage`, so every process that opens the instance has it: the commands, the UI, its
daemon and the runs that they start. The files, their layout and the events in them are Dagster's own, and its stock
classes read them. Only how they are opened differs:

- Dagster opens and closes a connection for each event, which compiles each statement and reads the file's layout anew
  and flushes to disk on each close. Here a connection stays open, to at most `FILES_OPEN` files of runs.
- The files are in WAL mode, in which a commit need not be flushed to survive the death of the process: with
  `synchronous = NORMAL`, a power cut may lose the last events of a run, but no file. What was fetched is in the lake.
- Files are created under a lock: two processes that create them at once run into each other's half-made tables.

What is overridden, in dagster 1.13: `connect` of the runs' and the schedules' storage, `_connect` of the event log
(and its `_db_lock`, `_initialized_dbs` and `_initdb`), and the attributes of `DagsterSqliteStorage`.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from dagster import StringSource
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME, SqliteEventLogStorage
from dagster._core.storage.runs.sqlite.sqlite_run_storage import SqliteRunStorage
from dagster._core.storage.schedules.sqlite.sqlite_schedule_storage import SqliteScheduleStorage
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._serdes import ConfigurableClassData
from sqlalchemy import create_engine, event, make_url
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import QueuePool

FILES_OPEN = 8  # Dagster has a file for each run
BUSY_SECONDS = 30  # to wait for another process that writes; what Dagster's event log takes
CREATING = ".creating.lock"


@dataclass(frozen=True)
class _Opened:
    engine: Engine
    inode: int


class _Engines:
    """SQLAlchemy's engines by file, each with a connection that stays open; the one not used for longest is closed."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._opened: OrderedDict[str, _Opened] = OrderedDict()

    def of(self, address: str) -> tuple[Engine, bool]:
        """The engine of that file, and whether it was opened just now: the file may have been put there anew."""
        path = Path(make_url(address).database or "")
        with self._lock:
            opened = self._opened.pop(address, None)
            if opened is not None and opened.inode != _inode(path):
                opened.engine.dispose()
                opened = None
            fresh = opened is None
            if opened is None:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.touch()
                opened = _Opened(_engine(address), _inode(path))
            self._opened[address] = opened
            while len(self._opened) > self._most:
                self._opened.popitem(last=False)[1].engine.dispose()
            return opened.engine, fresh

    def close(self) -> None:
        """Close every file."""
        with self._lock:
            for opened in self._opened.values():
                opened.engine.dispose()
            self._opened.clear()


def _inode(path: Path) -> int:
    try:
        return path.stat().st_ino
    except FileNotFoundError:
        return 0


def _engine(address: str) -> Engine:
    # One connection stays open; threads that come meanwhile open one more, which is closed when they are done.
    engine = create_engine(
        address, poolclass=QueuePool, pool_size=1, max_overflow=-1, connect_args={"timeout": BUSY_SECONDS}
    )
    event.listen(engine, "connect", _commit_without_flush)
    return engine


def _commit_without_flush(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA synchronous = NORMAL")


@contextmanager
def _creating(folder: Path) -> Iterator[None]:
    """Alone among all processes that create files of this storage."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / CREATING).open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class KeptOpenRuns(SqliteRunStorage):
    """The runs: one file."""

    def __init__(self, conn_string: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines = _Engines(most=1)
        super().__init__(conn_string, inst_data)

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """A transaction."""
        with self._engines.of(self._conn_string)[0].begin() as connection:
            yield connection

    def dispose(self) -> None:
        """Close the file."""
        self._engines.close()


class KeptOpenSchedules(SqliteScheduleStorage):
    """The ticks of schedules and sensors: one file."""

    def __init__(self, conn_string: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines = _Engines(most=1)
        super().__init__(conn_string, inst_data)

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """A transaction."""
        with self._engines.of(self._conn_string)[0].begin() as connection:
            yield connection

    def dispose(self) -> None:
        """Close the file."""
        self._engines.close()


class KeptOpenEvents(SqliteEventLogStorage):
    """The event log: a file for each run, and an index over all of them."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._runs = _Engines(most=FILES_OPEN)
        self._index = _Engines(most=1)
        self._tables: set[str] = set()
        super().__init__(base_dir, inst_data)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock:
            engines = self._index if shard == INDEX_SHARD_NAME else self._runs
            engine, fresh = engines.of(self.conn_string_for_shard(shard))
            if fresh:
                with _creating(Path(self._base_dir)):
                    self._initdb(engine, for_index_shard=shard == INDEX_SHARD_NAME)
            with engine.begin() as connection:
                yield connection

    def has_table(self, table_name: str) -> bool:
        """Whether the index has that table; asked within transactions, too, and once it is there it stays."""
        if table_name not in self._tables:
            with self._index.of(self.conn_string_for_shard(INDEX_SHARD_NAME))[0].connect() as connection:
                if not connection.dialect.has_table(connection, table_name):
                    return False
            self._tables.add(table_name)
        return True

    def wipe(self) -> None:
        """Delete the files of all runs and empty the index."""
        self._runs.close()
        super().wipe()

    def dispose(self) -> None:
        """Close the files."""
        super().dispose()
        self._runs.close()
        self._index.close()


class KeptOpenStorage(DagsterSqliteStorage):
    """Runs, events and schedules in the folders in which Dagster has them by default."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        folder = Path(base_dir)
        with _creating(folder):
            super().__init__(base_dir, inst_data)  # Dagster's own classes create the files, or bring them up to date
            super().dispose()
            self._run_storage = KeptOpenRuns.from_local(os.fspath(folder / "history"))
            self._event_log_storage = KeptOpenEvents(os.fspath(folder / "history" / "runs"))
            self._schedule_storage = KeptOpenSchedules.from_local(os.fspath(folder / "schedules"))

    @classmethod
    def config_type(cls) -> Any:  # noqa: ANN401 - Dagster's own type of it is private, too
        """What dagster.yaml says beside the name of the class."""
        return {"base_dir": StringSource}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Any) -> Self:  # noqa: ANN401 - as Dagster's own
        """Called by Dagster with what dagster.yaml says."""
        return cls.from_local(config_value["base_dir"], inst_data)
