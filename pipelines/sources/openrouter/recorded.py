"""Recorded CSVs of tokens a day: files → rows, and what had to be left out. Columns: date, model, tokens."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass
from pathlib import Path

from pipelines.errors import TerminalError
from pipelines.sources.openrouter.client import Usage, usage
from pipelines.sources.untrusted import lines_of

COLUMNS = ("date", "model", "tokens")


@dataclass(frozen=True)
class Recorded:
    """What the files say.

    Attributes:
        rows: in the order of the files; where a day and model come twice, both.
        digest: hash of their content.
        left_out: which rows could not be read: file and line.
    """

    rows: list[Usage]
    digest: str
    left_out: list[str]


def read(where: Path) -> Recorded:
    """Read a CSV, or all of a folder in the order of their names; TerminalError if there is none, or it is another."""
    files = sorted(where.glob("*.csv")) if where.is_dir() else [where]
    rows: list[Usage] = []
    left_out: list[str] = []
    digest = hashlib.blake2b(digest_size=8)
    for path in files:
        try:
            data = path.read_bytes()
        except OSError as error:
            raise TerminalError(f"ECOTONE_OPENROUTER_FILE: {path} cannot be read ({error.strerror}).") from error
        text, bad = lines_of(data)
        digest.update(data)
        reader = csv.DictReader(io.StringIO(text, newline=""))
        if missing := [name for name in COLUMNS if name not in (reader.fieldnames or ())]:
            raise TerminalError(
                f"ECOTONE_OPENROUTER_FILE: {path} has no column {', '.join(missing)} in its first line: "
                "name a CSV with date, model and tokens.",
            )
        last = reader.line_num
        for row in reader:
            found = usage(row["date"], row["model"], row["tokens"])
            lines, last = range(last + 1, reader.line_num + 1), reader.line_num
            if damaged := bad.intersection(lines):
                left_out.append(f"{path.name} line {min(damaged)}, not UTF-8")
            elif found is None:
                left_out.append(f"{path.name} line {reader.line_num}")
            else:
                rows.append(found)
    if not files:
        raise TerminalError(f"ECOTONE_OPENROUTER_FILE: {where} has no CSV in it.")
    return Recorded(rows, digest.hexdigest(), left_out)
