"""The published file as the commands read it: opened read-only, by whoever asks."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb

from pipelines.cli.shell.options import to_type
from pipelines.errors import WarehouseError
from pipelines.settings import Settings


def as_of_path(settings: Settings, day: date) -> Path:
    """Where `ecotone rebuild --as-of DAY` puts what was known then."""
    return settings.home / "as-of" / f"ecotone-{day}.duckdb"


def open_published(settings: Settings, as_of: date | None = None) -> duckdb.DuckDBPyConnection:
    """The published file, read-only: whoever publishes meanwhile puts another file in its place.

    Args:
        settings: whose.
        as_of: open what was known at the end of that day instead.

    Raises:
        WarehouseError: there is none, or it cannot be read.
    """
    path = as_of_path(settings, as_of) if as_of else settings.published
    if as_of and not path.exists():
        make = to_type("rebuild", settings.home, f"--as-of {as_of}")
        raise WarehouseError(f"what was known on {as_of} has not been built: `{make}` does it.")
    if not path.exists():
        raise WarehouseError(
            f"nothing is published in {settings.home}: make it with `{to_type('run', settings.home)}`, or name another "
            "installation with --home (`ecotone demo` makes one in demo/).",
        )
    try:
        connection = duckdb.connect(str(path), read_only=True)
    except duckdb.Error as error:
        raise WarehouseError(
            f"{path} cannot be read: {first_line(error)} Make it anew with `{to_type('rebuild', settings.home)}`.",
        ) from error
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def first_line(error: Exception) -> str:
    """What an error says, without DuckDB's second half for its developers."""
    return str(error).strip().partition("\n")[0]


def description(path: Path) -> tuple[str, bool]:
    """`2026-08-22 23:59 UTC` of the newest batch that the file was made from, and whether its world is simulated."""
    with duckdb.connect(str(path), read_only=True) as connection:
        row = connection.execute(
            "SELECT strftime(as_of AT TIME ZONE 'UTC', '%Y-%m-%d %H:%M UTC'), simulated FROM ops.publication"
        ).fetchone()
    return (str(row[0] or "nothing"), bool(row[1])) if row else ("nothing", False)
