"""The folder huggingface/ of a recording → the Hub of a day: DATE.models.jsonl[.gz] and DATE.spaces.jsonl[.gz].

A line is a row of the Hub's own listing. A day that cannot be read whole is refused: of a listing with holes nobody
could say what was not there.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from pipelines.errors import ConfigurationError
from pipelines.sandbox.huggingface.models import HubModels, Query, Row
from pipelines.sandbox.huggingface.spaces import HubSpaces
from pipelines.sandbox.recorded.lines import SUFFIXES, lines, named
from pipelines.sandbox.recorded.problems import Problems

MODELS, SPACES = "models", "spaces"


def hub_days(folder: Path) -> tuple[date, ...]:
    """The days of which there are models, in order; ConfigurationError if a file is not called by a day."""
    there = folder / "huggingface"
    paths = sorted(path for suffix in SUFFIXES for path in there.glob(f"*.{MODELS}{suffix}"))
    return tuple(sorted({_day(path) for path in paths}))


def _day(path: Path) -> date:
    text, _, rest = path.name.partition(".")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ConfigurationError(f"{path}: {text!r} is not a day. Call the file YYYY-MM-DD.{rest}") from None


def hub_on(folder: Path, day: date) -> HubModels:
    """The Hub of that day; ConfigurationError that names file and line if it cannot be read."""
    sample = f"the recorded listing of {day} is a sample of the Hub: what it does not show was not observed"
    spaces = _rows(folder, f"{day}.{SPACES}")
    return HubModels(
        _rows(folder, f"{day}.{MODELS}") or [],
        sample=sample,
        spaces=None if spaces is None else RecordedSpaces([{**_of_its_name(row), **row} for row in spaces]),
    )


def _of_its_name(row: Row) -> Row:
    """What a query looks into, where the row of a Space does not have it."""
    return {"author": row["id"].partition("/")[0], "models": [], "tags": []}


def _rows(folder: Path, name: str) -> list[Row] | None:
    paths = named(folder / "huggingface", name)
    if not paths:
        return None
    if len(paths) > 1:
        raise ConfigurationError(f"{paths[0]} and {paths[1].name} are the same day: remove one of the two.")
    problems, shown, rows = Problems(), str(paths[0]), []
    for number, text in lines(paths[0], shown, problems):
        try:
            row = json.loads(text)
        except ValueError as error:  # UnicodeDecodeError is one
            raise _unreadable(shown, number, str(error)) from None
        if not isinstance(row, dict) or not isinstance(row.get("id"), str):
            raise _unreadable(shown, number, "it is no JSON object with the `id` of a model or Space")
        rows.append(row)
    for problem in problems:
        raise ConfigurationError(f"{problem} Or remove the file: then that day is not known.")
    return rows


def _unreadable(shown: str, number: int, why: str) -> ConfigurationError:
    return ConfigurationError(
        f"{shown}:{number}: the line cannot be read ({why}). Mend or remove the line; or remove the file: then that "
        "day is not known."
    )


@dataclass(frozen=True)
class RecordedSpaces(HubSpaces):
    """The Spaces of a recorded day; fields that were not recorded are absent, and sort last."""

    def page(self, query: Query) -> tuple[list[Row], str | None]:
        """One page, as the Hub has it."""
        if query.sort is None:
            return super().page(query)
        empty = "" if query.sort in {"createdAt", "lastModified"} else float("-inf")
        filled = [{**row, query.sort: empty if row.get(query.sort) is None else row[query.sort]} for row in self.rows]
        rows, cursor = HubSpaces(filled).page(query)
        return [{name: value for name, value in row.items() if value != empty} for row in rows], cursor
