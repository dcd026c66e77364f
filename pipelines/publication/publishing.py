"""Publishing: the working file becomes the one that people open, read-only and put in place atomically.

A reader with the old file open keeps it, a new reader sees the new one, nobody meets a lock, and a failure leaves the
old one where it is. The pipeline never opens the published file for writing.
"""

from __future__ import annotations

import os
import shutil
from importlib.metadata import version
from pathlib import Path

import duckdb

import metrics
from dashboards.files import write_text
from pipelines.errors import WarehouseError
from pipelines.publication import revisions
from pipelines.publication.record import Record, folder, published_id, revisions_path
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from pipelines.warehouse.sql import quoted
from pipelines.warehouse.working_file import STORAGE_VERSION

SLACK = 0.05  # empty blocks of the working file, as a share of those in use, that its copy may have
BLOCKS = "SELECT total_blocks, free_blocks FROM pragma_database_size() WHERE database_name = 'warehouse'"
NAMED = 5  # tables that are spelt out
PUBLICATION_COMMENTS = {
    "publication_id": "Hash of batches, code, catalogue and people.toml: the same id means the same rows.",
    "published_at": "When this file was made.",
    "as_of": "Time of the newest batch it was made from.",
    "simulated": "Whether the world it describes is made up.",
    "code": "Hash of the SQL and rules.",
    "version": "Of the ecotone that made it.",
    "catalogue_sha256": "Hash of ecosystems.toml.",
    "people_sha256": "Hash of the installation's people.toml; NULL without one.",
    "batches": "Batches it was made from.",
}


def publish(warehouse: Warehouse, target: Path | None = None) -> bool:
    """Put a read-only copy in place of `target`; False if the one there is this publication already.

    Raises:
        WarehouseError: a table is outdated, or the file cannot be written. The old one stays.
    """
    target = target or warehouse.settings.published
    if published_id(target) == warehouse.publication_id:
        return False
    temporary = target.with_name(f".{target.name}-{os.getpid()}")
    with warehouse.open():  # the working file's lock is that of its publication, too
        _sweep(target)
        try:
            _make(warehouse, temporary, target)
        except (duckdb.Error, WarehouseError) as error:
            if not warehouse.recover(error):
                raise
            _make(warehouse, temporary, target)
        finally:
            temporary.unlink(missing_ok=True)
    return True


def _sweep(target: Path) -> None:
    """Remove what was left by a process that was killed while it published."""
    for left in target.parent.glob(f".{target.name}-*"):
        left.unlink(missing_ok=True)


def _make(warehouse: Warehouse, temporary: Path, target: Path) -> None:
    """Write the new file beside the old one, and put it in its place when it is whole and its record is written."""
    warehouse.rebuild_what_was_lost()
    with warehouse.open() as connection:
        if outdated := warehouse.outdated():
            more = f" and {len(outdated) - NAMED:,} more" if len(outdated) > NAMED else ""
            raise WarehouseError(
                f"{target} cannot be published: {', '.join(outdated[:NAMED])}{more} are not built from what the lake "
                "holds now. Build them first: `ecotone run` does it. What was published stays."
            )
        metrics.create_macros(connection)
        metrics.describe(connection)
        _describe(warehouse, connection)
        try:
            copy_tables(connection, warehouse.path, temporary)
        except OSError as error:
            raise WarehouseError(f"{target} could not be published: {error.strerror}. The old one stays.") from error
    _finish(temporary)
    if target == warehouse.settings.published:
        _keep_record(warehouse.settings, temporary)
    temporary.replace(target)
    _sync(target.parent)


def copy_tables(connection: duckdb.DuckDBPyConnection, source: Path, target: Path) -> None:
    """Copy the working file, which is ours alone; table by table if many of its blocks are empty.

    Tables that are made again and again leave blocks that nothing is in: a build that changes no row could make a file
    of twice the size. To copy the tables takes some seconds, to copy the file next to none.
    """
    connection.execute("CHECKPOINT")
    total, free = connection.execute(BLOCKS).fetchall()[0]
    if free <= SLACK * (total - free):
        shutil.copyfile(source, target)
        return
    connection.execute(f"ATTACH {quoted(str(target))} AS published (STORAGE_VERSION '{STORAGE_VERSION}')")
    try:
        connection.execute("COPY FROM DATABASE warehouse TO published")
    finally:
        connection.execute("DETACH published")


def _keep_record(settings: Settings, made: Path) -> None:
    """What it was made from and what it changes, kept beside it: `ecotone verify` makes it again from that."""
    record = Record.of_file(made)
    revisions.write(settings.published, made, revisions_path(settings, record.publication_id))
    write_text(folder(settings) / f"{record.publication_id}.json", record.text())


def _describe(warehouse: Warehouse, connection: duckdb.DuckDBPyConnection) -> None:
    """ops.publication: which publication this is and what it was made from."""
    entries = [entry for entry, _ in warehouse.batches]
    as_of = max((entry.fetched_at for entry in entries), default=None)
    connection.execute(
        "CREATE OR REPLACE TABLE ops.publication AS SELECT ?::VARCHAR AS publication_id, "
        "?::TIMESTAMPTZ AS published_at, ?::TIMESTAMPTZ AS as_of, "
        "?::BOOLEAN AS simulated, ?::VARCHAR AS code, ?::VARCHAR AS version, ?::VARCHAR AS catalogue_sha256, "
        "?::VARCHAR AS people_sha256, ?::BIGINT AS batches",
        [
            *(warehouse.publication_id, warehouse.settings.now(), as_of, warehouse.catalogue.simulated),
            *(warehouse.code, version("ecotone"), warehouse.catalogue.sha256),
            *(warehouse.links_sha256, len(entries)),
        ],
    )
    for column, text in PUBLICATION_COMMENTS.items():
        connection.execute(f"COMMENT ON COLUMN ops.publication.{column} IS {quoted(text)}")
    connection.execute("COMMENT ON TABLE ops.publication IS 'What this file was made from: one row.'")


def _finish(path: Path) -> None:
    """Take out what is the pipeline's own, make it durable and read-only."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("DROP SCHEMA build CASCADE")
        connection.execute("CHECKPOINT")
    path.chmod(0o444)
    _sync(path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
