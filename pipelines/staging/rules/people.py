"""Which keys are one person, as an installation declares it: people.toml becomes rows that SQL joins to people's keys.

Data flows from `people.toml` in the installation's home to staging/identity.sql. Nobody is merged by equal names: an
account on the Hub and one on GitHub are one person only where that stands here, with the public place where one names
the other.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipelines.errors import ConfigurationError
from pipelines.sources.people_keys import email_key

NAME = "people.toml"
EXAMPLE = '[[person]]\nkeys = ["github:octocat", "hf:octocat-on-the-hub"]\nsource = "https://huggingface.co/octocat-on-the-hub"'
_NAMED = re.compile(r"(?P<platform>github|hf):(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._-]{0,95}))")
_NUMBERED = re.compile(r"account:[1-9][0-9]*|hf-user:[0-9a-f]{24}")
_EMAIL = re.compile(r"[^@\s<>:]+@[^@\s<>:]+")
_PLATFORMS: Mapping[str, str] = {"github": "login", "hf": "hf-login"}

Row = tuple[int, str]
"""(number of the entry, `account:<id>`, `login:<login>`, `hf-user:<id>`, `hf-login:<name>` or `email:<keyed hash>`)."""


def text_of(home: Path) -> str:
    """The file as it is; empty where the installation has none."""
    path = home / NAME
    return path.read_text(encoding="utf-8") if path.exists() else ""


def link_rows(text: str, key: bytes) -> list[Row]:
    """One row for each key of each person; `key` is the installation's, of the e-mail hashes.

    Raises:
        ConfigurationError: an entry is not as it must be; it names the entry and what to write.
    """
    try:
        said: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{NAME} is not valid TOML: {error}") from None
    if unknown := sorted(set(said) - {"person"}):
        raise ConfigurationError(f"{NAME}: there is no {unknown[0]!r}. Write entries like this:\n{EXAMPLE}")
    rows: list[Row] = []
    owners: dict[str, int] = {}
    for number, entry in enumerate(said.get("person", ()), 1):
        if problem := _wrong(entry):
            raise ConfigurationError(f"{NAME}, person {number}: {problem} Write it like this:\n{EXAMPLE}")
        for told in entry["keys"]:
            source_key = _key(told, key)
            owner = owners.setdefault(source_key, number)
            if owner != number:
                raise ConfigurationError(f"{NAME}: {told!r} is of person {owner} and of {number}: leave one.")
            rows.append((number, source_key))
    return rows


def _wrong(entry: Mapping[str, Any]) -> str | None:
    """What is wrong with one entry; None if nothing is."""
    if set(entry) != {"keys", "source"}:
        return f"it has {', '.join(sorted(entry)) or 'nothing'}, and needs keys and source."
    keys = entry["keys"]
    if not isinstance(keys, list) or len(keys) < len({"one", "other"}):
        return "keys is a list of two or more."
    for told in keys:
        if not isinstance(told, str) or not any(form.fullmatch(told) for form in (_NAMED, _NUMBERED, _EMAIL)):
            return f"{told!r} is no key: github:<login>, account:<id>, hf:<name>, hf-user:<id> or an e-mail address."
    if not str(entry["source"]).startswith("https://"):
        return "source must be the public address at which one names the other."
    return None


def _key(told: str, key: bytes) -> str:
    """A key as staging has it."""
    if named := _NAMED.fullmatch(told):
        return f"{_PLATFORMS[named['platform']]}:{named['name'].lower()}"
    return told if _NUMBERED.fullmatch(told) else email_key(told.encode(), key)
