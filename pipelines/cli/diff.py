"""`ecotone diff`: two publications compared, for whoever reviews a change of code, catalogue or data."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from pipelines.cli.shell.options import to_type
from pipelines.cli.shell.terminal import count, plural, print_table, say
from pipelines.errors import ConfigurationError
from pipelines.publication import record
from pipelines.publication.difference import Change, Difference, Side, TableDifference, compare
from pipelines.settings import Settings

EQUAL, DIFFERENT = 0, 1
FILE = "ecotone.duckdb"
NAMED = 8  # tables without a row in the list that are spelt out
UNKNOWN = "unknown"


def diff(old: str, new: str, *, limit: int, style: str) -> int:
    """Compare and show.

    Args:
        old: a home, a published file, or an id of what this installation publishes.
        new: another one.
        limit: how many of the changed values to show.
        style: `table` or `json`.

    Returns:
        0 if they are equal, 1 if they are not.

    Raises:
        ConfigurationError: one of them is not there or cannot be read.
    """
    settings = Settings.from_environment()
    difference = compare(_file(settings, old), _file(settings, new), most=limit)
    if style == "json":
        json.dump(_as_json(difference), sys.stdout, ensure_ascii=False, indent=1, default=str)
        say()
    else:
        _show(difference)
    return EQUAL if difference.is_equal else DIFFERENT


def _file(settings: Settings, name: str) -> Path:
    """The published file that a user means."""
    path = Path(name).expanduser()
    if path.is_dir():
        if (path / FILE).is_file():
            return path / FILE
        raise ConfigurationError(
            f"{name} holds no {FILE}: name the folder of an installation that has published, or a published file."
        )
    if path.is_file():
        return path
    try:
        meant = record.find(settings, name).publication_id
    except ConfigurationError as error:
        raise ConfigurationError(f"{error} The folder of another installation will do, too.") from error
    if meant == record.published_id(settings.published):
        return settings.published
    rebuild = to_type("rebuild", settings.home, "--as-of DATE")
    raise ConfigurationError(
        f"publication {meant} is not what {settings.home} publishes now. Of former ones the record is kept "
        f"(batches and fingerprints: {record.folder(settings) / meant}.json) and which values each changed "
        f"(beside it, .revisions.parquet), not the rows. `{rebuild}` builds what was known at the end of a day: "
        "then name the file that it writes."
    )


def _as_json(difference: Difference) -> dict[str, object]:
    return {
        "equal": difference.is_equal,
        "old": asdict(difference.old),
        "new": asdict(difference.new),
        "tables_added": difference.tables_added,
        "tables_gone": difference.tables_gone,
        "tables_equal": sum(1 for each in difference.tables if each.is_equal),
        "own_ids": difference.own_ids,
        "only_own_ids": [each.table for each in difference.tables if each.only_own_ids],
        "tables": [asdict(each) for each in difference.differing],
        "changes": [asdict(each) for each in difference.changes],
    }


def _show(difference: Difference) -> None:
    _show_side("Old", difference.old)
    _show_side("New", difference.new)
    if difference.old.code != difference.new.code:
        say("They were made by different SQL or rules.")
    say()
    equal = [each for each in difference.tables if each.is_equal and not each.only_own_ids]
    say(f"Equal row for row: {plural(len(equal), 'table')} with {plural(sum(each.new_rows for each in equal), 'row')}.")
    if own := [each.table for each in difference.tables if each.only_own_ids]:
        say(f"Equal but for {' and '.join(difference.own_ids)}, which each installation has of its own: {_names(own)}.")
    for what, tables in (("added", difference.tables_added), ("gone", difference.tables_gone)):
        if tables:
            say(f"Tables {what}: {', '.join(tables)}.")
    for table in difference.differing:
        _show_columns(table)
    if difference.differing:
        say()
        _show_rows(difference.differing)
    if difference.changes:
        say("\nValues that changed most, in proportion to what is usual for their metric:\n")
        _show_changes(difference.changes)
    if difference.is_equal:
        say("No difference.")


def _show_side(what: str, side: Side) -> None:
    say(f"{what}: {side.path}, publication {side.publication_id}, as of {side.as_of or 'no data'}")


def _show_columns(table: TableDifference) -> None:
    for what, columns in (
        ("added", table.columns_added),
        ("gone", table.columns_gone),
        ("of another type", table.columns_retyped),
    ):
        if columns:
            say(f"Columns of {table.table} {what}: {', '.join(columns)}.")


def _show_rows(tables: Iterable[TableDifference]) -> None:
    rows = [
        [
            *(each.table, count(each.old_rows), count(each.new_rows)),
            *(count(each.added), count(each.removed), count(each.changed), ", ".join(each.changed_in)),
        ]
        for each in tables
    ]
    numbers = ["old rows", "new rows", "added", "removed", "changed"]
    print_table(["table", *numbers, "changed in"], rows, right=numbers)


def _show_changes(changes: Iterable[Change]) -> None:
    rows = [
        [
            *(each.metric, each.entity_id, each.period, each.series),
            *(_value(each.old, each.old_reason), _value(each.new, each.new_reason)),
            "" if each.relative is None else f"{each.relative:+.1%}",
            _flags(each),
        ]
        for each in changes
    ]
    columns = ["metric", "entity", "period", "series", "old", "new", "relative", "flags"]
    print_table(columns, rows, right=["old", "new", "relative"])


def _value(value: float | None, reason: str | None) -> str:
    return f"{UNKNOWN}: {reason}" if value is None else f"{value:,.6g}"


def _flags(change: Change) -> str:
    if change.old_flag == change.new_flag:
        return change.new_flag or ""
    return f"{change.old_flag or 'none'} → {change.new_flag or 'none'}"


def _names(tables: Sequence[str]) -> str:
    more = f" and {len(tables) - NAMED:,} more" if len(tables) > NAMED else ""
    return ", ".join(tables[:NAMED]) + more
