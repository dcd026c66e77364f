"""The working file: warehouse.duckdb, opened by one process at a time, and thrown away where it cannot be used.

Beside the way of the data: it hands a connection to those who build and publish. It is a cache of the lake: a file that
is damaged, or that was laid out by other code, is thrown away and begun anew.

Its lock is warehouse.lock beside it, the last that is taken (`pipelines.orchestration.locks`): whoever holds it waits
for nobody. It is not `locks/warehouse.lock`, by which one run at a time builds.
"""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import duckdb

from pipelines.errors import WarehouseError
from pipelines.staging import macros as staging_macros
from pipelines.warehouse.sql import quoted, scalar

STORAGE_VERSION = "v1.5.0"  # so that DuckDB 1.5 clients can open the file
OF_THE_STATEMENT = (
    *(duckdb.ProgrammingError, duckdb.DataError, duckdb.IntegrityError, duckdb.NotSupportedError),
    *(duckdb.OutOfMemoryException, duckdb.InterruptException, duckdb.PermissionException),
    *(duckdb.TransactionException, duckdb.ResourceInUseException, duckdb.ConnectionException),
)
"""What DuckDB raises where a statement is to blame, or its rows. Any other error may mean that the file is damaged."""
LOCKED = "could not set lock"  # DuckDB's words where another process has the file open
TABLES = "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'warehouse' ORDER BY ALL"

log = logging.getLogger("ecotone")


class WorkingFile:
    """One DuckDB file that belongs to whoever has its lock.

    Args:
        path: of the file; its lock and what does not fit into memory lie beside it.
        code: hash of what decides its layout: a file that was laid out by other code is begun anew.
        layout: the statements that lay out an empty one.
        published: the file to look at instead, for the message where another program has this one open.
    """

    def __init__(self, path: Path, *, code: str, layout: Iterable[str], published: Path) -> None:
        self.path = path
        self.was_damaged = False
        self._code = code
        self._statements = [*layout]
        self._published = published
        self._lock: IO[bytes] | None = None
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._keeping = False
        self._recovered_from: BaseException | None = None

    # -- opening ------------------------------------------------------------------------------------------------------

    @contextmanager
    def open(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection to the file, which is ours alone within the block; another process that has it is waited for.

        Within another such block, or within `kept_open`, it is the connection that there is already. If DuckDB finds
        that the file is damaged, it is thrown away, and the error goes on.
        """
        outermost = self._lock is None
        try:
            yield self._opened()
        except duckdb.Error as error:
            self.recover(error)
            raise
        finally:
            if outermost and not self._keeping:
                self._close()

    @contextmanager
    def kept_open(self) -> Iterator[None]:
        """Within the block, the file stays open and ours once it has been opened."""
        former, self._keeping = self._keeping, True
        outermost = self._lock is None
        try:
            yield
        finally:
            self._keeping = former
            if outermost and not former:
                self._close()

    def _opened(self) -> duckdb.DuckDBPyConnection:
        self._take_lock()
        if self._connection is None:
            self._connection = self._attach()
        return self._connection

    def _close(self) -> None:
        self._disconnect()
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _disconnect(self) -> None:
        if self._connection is not None:
            with suppress(duckdb.Error):  # of a file that is damaged
                self._connection.close()
            self._connection = None

    def _take_lock(self) -> None:
        """Wait until the file is ours; the lock may have been deleted with it meanwhile, then another one is taken."""
        while self._lock is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            lock = self._lock_path.open("ab")
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                log.warning("Another process is building %s: waiting for it to end.", self.path)
                fcntl.flock(lock, fcntl.LOCK_EX)
            if self._lock_path.exists() and os.path.samestat(os.fstat(lock.fileno()), self._lock_path.stat()):
                self._lock = lock
            else:
                lock.close()

    @property
    def _lock_path(self) -> Path:
        return self.path.with_suffix(".lock")

    # -- attaching ----------------------------------------------------------------------------------------------------

    def _attach(self) -> duckdb.DuckDBPyConnection:
        """Connect to the file; one that is damaged or was laid out by other code is thrown away and begun anew."""
        try:
            connection = self._connect()
            try:
                code = self._laid_out_by(connection)
            except duckdb.Error:
                connection.close()
                raise
            if code == self._code:
                return connection
            connection.close()
        except duckdb.Error as error:
            if LOCKED in str(error).lower():
                raise WarehouseError(
                    f"{self.path} is open in another program. Close it; to look at data, open {self._published}."
                ) from error
            if not may_be_damage(error):
                raise
            self._log_damage(error)
        self._delete()
        connection = self._connect()
        for statement in self._statements:
            connection.execute(statement)
        connection.execute("CREATE TABLE build.layout AS SELECT ?::VARCHAR AS staging_code", [self._code])
        return connection

    def _connect(self) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect()
        try:
            connection.execute(f"ATTACH {quoted(str(self.path))} AS warehouse (STORAGE_VERSION '{STORAGE_VERSION}')")
            connection.execute("USE warehouse")
        except duckdb.Error:
            connection.close()
            raise
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"SET temp_directory = {quoted(str(self._spilled))}")
        for macro in staging_macros():
            connection.execute(macro)
        return connection

    @staticmethod
    def _laid_out_by(connection: duckdb.DuckDBPyConnection) -> str | None:
        """The code that laid the file out; None for a new one."""
        try:
            return str(scalar(connection, "SELECT staging_code FROM build.layout"))
        except duckdb.CatalogException:
            return None

    # -- damage -------------------------------------------------------------------------------------------------------

    def recover(self, error: BaseException | None) -> bool:
        """After an error of DuckDB that a damaged file may have caused: connect anew, and throw the file away if it is.

        After such an error a connection may be of no use, even if the file is whole: the next one is another.

        Returns:
            Whether the file was damaged: it is empty now, and all that was in it has to be made again.
        """
        if error is None or self._lock is None or not may_be_damage(error):
            return False
        if error is self._recovered_from:
            return True
        self._disconnect()
        if self._is_whole():
            return False
        self._log_damage(error)
        self._delete()
        self._recovered_from = error
        return True

    def _is_whole(self) -> bool:
        """Whether every row of every table can be read."""
        try:
            connection = self._connect()
        except duckdb.Error:
            return False
        try:
            for schema, table in connection.execute(TABLES).fetchall():
                connection.execute(f'SELECT bit_xor(hash(t)) FROM "{schema}"."{table}" AS t').fetchall()
        except duckdb.Error:
            return False
        finally:
            connection.close()
        return True

    def _log_damage(self, error: BaseException) -> None:
        self.was_damaged = True
        reason = str(error).partition("\n")[0]
        log.warning("%s is damaged (%s): thrown away, and made again from the lake.", self.path, reason)

    # -- throwing away ------------------------------------------------------------------------------------------------

    def discard(self, *, with_lock: bool = False) -> None:
        """Throw the file away, once nobody else has it: the next build starts from the lake.

        Args:
            with_lock: delete the lock, too, as nobody will build there again.
        """
        held = self._lock is not None
        self._take_lock()
        try:
            self._disconnect()
            self._delete()
            if with_lock:
                self._lock_path.unlink(missing_ok=True)
        finally:
            if not held:
                self._close()

    def _delete(self) -> None:
        for path in (self.path, self.path.with_name(self.path.name + ".wal")):
            path.unlink(missing_ok=True)
        shutil.rmtree(self._spilled, ignore_errors=True)

    @property
    def _spilled(self) -> Path:
        """Where DuckDB puts what does not fit into memory."""
        return self.path.with_name(self.path.name + ".tmp")


def may_be_damage(error: BaseException) -> bool:
    """Whether DuckDB may have raised it because of a damaged file; a full disk raises the same, so look at the file."""
    return isinstance(error, duckdb.Error) and not isinstance(error, OF_THE_STATEMENT)
