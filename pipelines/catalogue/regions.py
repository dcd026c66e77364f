"""The `[regions]` file: a CSV of Hub organisation → region, and where it disagrees with the catalogue's own entries."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.catalogue.model import REGIONS
from pipelines.catalogue.problems import Key, Problems

TABLE = {"file": Key(str, required=True)}
_PLACE = ("regions", "file")


@dataclass(frozen=True)
class Regions:
    """What the file says: organisation → (region, line), in its order; and which lines could not be read."""

    rows: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    file: str = ""
    content: bytes | None = None
    remarks: tuple[str, ...] = ()


def read(value: Mapping[str, str] | None, folder: Path, problems: Problems, content: bytes | None = None) -> Regions:
    """Read the file that a `[regions]` table names, or its given content; mistakes are remembered with their line."""
    if value is None:
        return Regions()
    name = problems.table(("regions",), value, TABLE, "[regions]").get("file")
    if name is None:
        return Regions()
    path = folder / name
    try:
        content = path.read_bytes() if content is None else content
    except OSError as error:
        problems.add(
            _PLACE,
            f"{path} cannot be read ({error.strerror}): write its path relative to this file, or remove [regions].",
        )
        return Regions()
    text = content.decode("utf-8-sig", "replace")
    bad = [number for number, line in enumerate(content.split(b"\n"), start=1) if not _is_utf8(line)]
    if 1 in bad:
        problems.add(_PLACE, f"{path} cannot be read (not UTF-8 text): save it as UTF-8, or remove [regions].")
        return Regions()
    rows = _rows(text, str(path), problems, frozenset(bad))
    remarks = tuple(f"{path}:{number}: not UTF-8; the line is left out." for number in bad)
    return Regions(rows, str(path), content, remarks)


def merge(table: Regions, own: Iterable[tuple[str, str, int]], file: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """Organisation → region with the catalogue's own entries (organisation, region, line) on top, and the conflicts."""
    merged = {organization: region for organization, (region, _) in table.rows.items()}
    listed = {organization.lower(): organization for organization in merged}
    conflicts = []
    for organization, region, line in own:
        known = listed.get(organization.lower())
        if known is None:
            continue
        other, other_line = table.rows[known]
        if other != region:
            conflicts.append(
                f"{file}:{line}: {organization} is {region!r} here and {other!r} in {table.file}:{other_line}; "
                f"{region!r} is used."
            )
        merged[known] = region
    return merged, tuple(dict.fromkeys([*table.remarks, *conflicts]))


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _rows(text: str, file: str, problems: Problems, bad: frozenset[int]) -> dict[str, tuple[str, int]]:
    reader = csv.DictReader(io.StringIO(text, newline=""))
    missing = [column for column in ("hf_org", "region") if column not in (reader.fieldnames or [])]
    if missing:
        problems.add_line(
            1, f"no column {' and no column '.join(missing)}: the first line must be hf_org,region.", file
        )
        return {}
    rows: dict[str, tuple[str, int]] = {}
    seen: dict[str, str] = {}
    for row in reader:
        organization, region = (row["hf_org"] or "").strip(), (row["region"] or "").strip()
        if not organization or organization.startswith("#"):
            continue
        line = reader.line_num
        if line in bad:
            continue
        if problems.choice_line(line, region, REGIONS, f"region of {organization}", file):
            known = seen.setdefault(organization.lower(), organization)
            if known in rows and rows[known][0] != region:
                problems.add_line(
                    line, f"{organization} is {rows[known][0]!r} in line {rows[known][1]}: remove one.", file
                )
            rows.setdefault(known, (region, line))
    return rows
