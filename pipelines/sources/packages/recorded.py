"""Recorded look-ups: JSON lines on disk → packages by day. A line is one package, as the service tells it.

    DATE.packages.jsonl[.gz]     what was told on that day (YYYY-MM-DD)
    DATE.repositories.txt        optional: which repositories were asked for, a line each (owner/name)

Without the second file, a repository of which no package is in the first was not asked for: nothing is known of it.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from pipelines.errors import TerminalError
from pipelines.sources.packages.reading import purl_of

_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})\.packages\.jsonl(?:\.gz)?")
_REPOSITORY = re.compile(r"(?:https?://)?(?:www\.)?github\.com/([^/\s]+/[^/\s]+?)(?:\.git)?/?", re.IGNORECASE)
MOST_BYTES = 1 << 30  # of one day's file, unpacked


@dataclass
class Day:
    """One day's packages, and lines that are none."""

    by_repository: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    by_purl: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: frozenset[str] = frozenset()
    left_out: list[str] = field(default_factory=list)


def repository_of(url: object) -> str | None:
    """`owner/name` in lower case, of an address at GitHub; None for any other."""
    match = _REPOSITORY.fullmatch(url.strip()) if isinstance(url, str) else None
    return match[1].lower() if match else None


def days(where: Path, until: date) -> dict[date, Path]:
    """The recorded days up to that one, in order; TerminalError if there is no file at all."""
    paths = sorted(where.glob("*.packages.jsonl*")) if where.is_dir() else [where]
    found: dict[date, Path] = {}
    for path in paths:
        match = _DAY.fullmatch(path.name)
        try:
            day = date.fromisoformat(match[1]) if match else None
        except ValueError:
            day = None
        if day is None or not path.is_file():
            raise TerminalError(
                f"ECOTONE_PACKAGES_FILE: {path} is not called YYYY-MM-DD.packages.jsonl (or .gz), or is not there: "
                "the name tells the day."
            )
        if day <= until:
            found[day] = path
    if not paths:
        raise TerminalError(f"ECOTONE_PACKAGES_FILE: {where} has no DATE.packages.jsonl in it.")
    return dict(sorted(found.items()))


def read(path: Path) -> Day:
    """What one file tells; each is read once while it does not change."""
    told = path.stat()
    return _read(path, told.st_mtime_ns, told.st_size)


@lru_cache(maxsize=8)
def _read(path: Path, _changed_ns: int, _size: int) -> Day:
    found = Day(asked=_asked(path))
    for number, line in enumerate(_lines(path), start=1):
        if not line.strip():
            continue
        try:
            package = json.loads(line)
        except (ValueError, RecursionError):
            package = None
        purl = purl_of(package) if isinstance(package, dict) else None
        if purl is None:
            found.left_out.append(f"{path.name} line {number}")
            continue
        found.by_purl[purl.lower()] = package
        if repository := repository_of(package.get("repository_url")):
            found.by_repository.setdefault(repository, []).append(package)
    return found


def _asked(path: Path) -> frozenset[str]:
    beside = path.with_name(f"{path.name[:10]}.repositories.txt")
    if not beside.is_file():
        return frozenset()
    text = beside.read_text(encoding="utf-8", errors="replace")
    return frozenset(line.strip().lower() for line in text.splitlines() if line.strip())


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            size = 0
            for line in file:
                size += len(line)
                if size > MOST_BYTES:
                    raise TerminalError(f"{path} is larger than {MOST_BYTES >> 30} GiB unpacked; it was left.")
                yield line
    except (OSError, EOFError) as error:
        raise TerminalError(f"ECOTONE_PACKAGES_FILE: {path} cannot be read ({error}).") from error
