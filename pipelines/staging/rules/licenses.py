"""What a licence allows: curated data become rows that SQL joins to the ids that GitHub and the Hub tell.

Data flows from licenses.toml to staging/license.sql.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from pipelines.errors import ConfigurationError

FILE = Path(__file__).with_name("licenses.toml")
CLASSES = ("osi", "open", "restricted", "non-commercial", "unknown")

Row = tuple[str, str, str]
"""(id in lower case, class, address of where that is written down)."""


@cache
def license_rows() -> tuple[Row, ...]:
    """One row for each id that is classified; ConfigurationError where the file is not as it must be."""
    return parse(FILE.read_text(encoding="utf-8"))


def parse(text: str) -> tuple[Row, ...]:
    """Rows from TOML; ConfigurationError that names the entry and what to write."""
    try:
        entries: list[dict[str, Any]] = tomllib.loads(text).get("license", [])
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{FILE.name} is not valid TOML: {error}") from None
    classes: dict[str, str] = {}
    rows: list[Row] = []
    for number, entry in enumerate(entries, 1):
        if problem := _wrong(entry):
            raise ConfigurationError(f"{FILE.name}, entry {number}: {problem}")
        for license_id in entry["ids"]:
            if license_id in classes:
                raise ConfigurationError(
                    f"{FILE.name}: {license_id!r} is classified twice, as {classes[license_id]} and as "
                    f"{entry['class']}: leave one."
                )
            classes[license_id] = entry["class"]
            rows.append((license_id, entry["class"], entry["source"]))
    return tuple(rows)


def _wrong(entry: dict[str, Any]) -> str | None:
    """What is wrong with one entry; None if nothing is."""
    if set(entry) != {"class", "source", "ids"}:
        return f"it has {', '.join(sorted(entry)) or 'nothing'}: write class, source and ids."
    if entry["class"] not in CLASSES:
        return f"there is no class {entry['class']!r}: write one of {', '.join(CLASSES)}."
    if not str(entry["source"]).startswith("https://"):
        return "its source must be a public address, https://…"
    ids = entry["ids"]
    if not isinstance(ids, list) or not ids or not all(isinstance(each, str) and each.strip() for each in ids):
        return 'ids is a list of texts: ["mit", …].'
    return next((f"write {each!r} in lower case." for each in ids if each != each.strip().lower()), None)
