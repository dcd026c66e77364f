"""What an installation declares about people: its people.toml becomes rows that SQL joins to people's keys.

    [[person]]       keys that are one person, where accounts do not show it
    [[bot]]          accounts, addresses or patterns of logins that are machines; [[agent]]: AI coding agents
    [[human]]        accounts or addresses that a rule takes for a machine, and that are people
    [[affiliation]]  for whom a person worked, from a day until a day

Each entry has a `source`: the public address at which it can be checked. Data flows from the file in the installation's
home to the relations `input_*`; what stands there wins over the curated rules. A mistake is told with its line.
"""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from pipelines.catalogue.lines import locate
from pipelines.errors import ConfigurationError
from pipelines.staging.rules import keys

NAME = "people.toml"
EXAMPLES = {
    "person": '[[person]]\nkeys = ["github:octocat", "hf:octocat-on-the-hub"]\nsource = "https://…"',
    "bot": '[[bot]]\nlogins = ["acme-release"]\naddresses = ["ci@acme.example"]\npatterns = ["acme-.*-runner"]\n'
    'source = "https://…"',
    "agent": '[[agent]]\nagent = "acme-coder"\nsince = 2026-01-31\nlogins = ["acme-coder"]\nsource = "https://…"',
    "human": '[[human]]\nlogins = ["mister-bot"]\nsource = "https://…"',
    "affiliation": '[[affiliation]]\nkeys = ["github:octocat"]\norganization = "acme"\nfrom = 2024-05-01\n'
    'until = 2026-02-01\nsource = "https://…"',
}
IDENTITIES = ("logins", "hub_names", "account_ids", "addresses", "patterns")
KEYS: Mapping[str, Mapping[str, type]] = {
    "person": {"keys": list, "source": str},
    "bot": {**dict.fromkeys(IDENTITIES, list), "source": str},
    "agent": {**dict.fromkeys(IDENTITIES, list), "agent": str, "since": date, "source": str},
    "human": {**dict.fromkeys(IDENTITIES[:-1], list), "source": str},
    "affiliation": {"keys": list, "organization": str, "from": date, "until": date, "source": str},
}
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "person": ("keys", "source"),
    "bot": ("source",),
    "agent": ("agent", "since", "source"),
    "human": ("source",),
    "affiliation": ("keys", "organization", "source"),
}


@dataclass(frozen=True)
class Declared:
    """What people.toml says, as rows.

    Attributes:
        links: (number of the entry, source key) of each key of each person.
        rules: (source key, kind, agent, since, rule) of machines and humans.
        patterns: (regular expression of whole logins, kind, agent, since, rule).
        affiliations: (source key, organisation, from, until); a person's do not overlap.
    """

    links: list[tuple[int, str]] = field(default_factory=list)
    rules: list[tuple[str, str, str | None, date | None, str]] = field(default_factory=list)
    patterns: list[tuple[str, str, str | None, date | None, str]] = field(default_factory=list)
    affiliations: list[tuple[str, str, date | None, date | None]] = field(default_factory=list)


def text_of(home: Path) -> str:
    """The file as it is; empty where the installation has none."""
    path = home / NAME
    return path.read_text(encoding="utf-8") if path.exists() else ""


def declared(text: str, key: bytes) -> Declared:
    """What the file says; `key` is the installation's, of the e-mail hashes.

    Raises:
        ConfigurationError: all that is wrong, each with its line and what to write.
    """
    try:
        tables: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{NAME} is not valid TOML: {error}") from None
    reading = _Reading(locate(text), key)
    for name, entries in tables.items():
        if name not in KEYS or not isinstance(entries, list):
            reading.wrong((name,), f"there is no {name!r}: write [[{']], [['.join(KEYS)}]]", "person")
            continue
        for number, entry in enumerate(entries):
            reading.entry(name, number, entry)
    reading.check_affiliations()
    if reading.problems:
        raise ConfigurationError("\n".join(dict.fromkeys(reading.problems)))
    return reading.found


class _Reading:
    """The entries as they are read, one after the other, with what is wrong in them."""

    def __init__(self, lines: Mapping[tuple[str | int, ...], int], key: bytes) -> None:
        self.found = Declared()
        self.problems: list[str] = []
        self._lines = lines
        self._key = key
        self._owners: dict[tuple[str, str], str] = {}
        self._places: list[tuple[str | int, ...]] = []

    def wrong(self, path: tuple[str | int, ...], problem: str, example: str) -> None:
        """Remember a mistake with its line, and how such an entry is written."""
        place = path
        while place and place not in self._lines:
            place = place[:-1]
        line = self._lines.get(place, 1)
        self.problems.append(f"{NAME}:{line}: {problem} Write it like this:\n{EXAMPLES[example]}")

    def entry(self, name: str, number: int, entry: Mapping[str, Any]) -> None:
        """Read one entry."""
        path: tuple[str | int, ...] = (name, number)
        before = len(self.problems)
        for what, value in entry.items():
            if what not in KEYS[name]:
                self.wrong((*path, what), f"{name} {number + 1}: unknown key {what!r}.", name)
            elif type(value) is not KEYS[name][what]:
                self.wrong((*path, what), f"{name} {number + 1}: {what} must be a {KEYS[name][what].__name__}.", name)
        for what in REQUIRED[name]:
            if what not in entry:
                self.wrong(path, f"{name} {number + 1}: {what} is missing.", name)
        if "source" in entry and not str(entry["source"]).startswith("https://"):
            self.wrong((*path, "source"), "source must be the public address at which this can be checked.", name)
        if len(self.problems) == before:
            {"person": self._person, "affiliation": self._affiliation}.get(name, self._machine)(path, entry)

    def _person(self, path: tuple[str | int, ...], entry: Mapping[str, Any]) -> None:
        if len(entry["keys"]) < len({"one", "other"}):
            self.wrong((*path, "keys"), "keys is a list of two or more.", "person")
        for source_key in self._keys(path, entry, "person"):
            self._owned("person", path, source_key)
            self.found.links.append((int(path[1]) + 1, source_key))

    def _affiliation(self, path: tuple[str | int, ...], entry: Mapping[str, Any]) -> None:
        begin, end = entry.get("from"), entry.get("until")
        if begin and end and begin >= end:
            self.wrong(
                (*path, "until"), "until is the first day on which it no longer holds: after `from`.", "affiliation"
            )
        organization = " ".join(entry["organization"].lower().split())
        for source_key in self._keys(path, entry, "affiliation"):
            self.found.affiliations.append((source_key, organization, begin, end))
            self._places.append(path)

    def _machine(self, path: tuple[str | int, ...], entry: Mapping[str, Any]) -> None:
        name = str(path[0])
        rule = f"{NAME}:{name}-{int(path[1]) + 1}"
        told = (name, entry.get("agent"), entry.get("since"), rule)
        if not any(entry.get(what) for what in IDENTITIES):
            self.wrong(path, f"{name} {int(path[1]) + 1}: it names nobody.", name)
        for what in IDENTITIES[:-1]:
            for place, value in enumerate(entry.get(what, ())):
                source_key = keys.of_identity(what, value, self._key)
                if source_key is None:
                    self.wrong((*path, what, place), f"{value!r} is none of {what}.", name)
                    continue
                self._owned("machine", path, source_key)
                self.found.rules.append((source_key, *told))
        for place, pattern in enumerate(entry.get("patterns", ())):
            if problem := keys.wrong_pattern(pattern):
                self.wrong((*path, "patterns", place), problem, name)
            else:
                self.found.patterns.append((pattern.lower(), *told))

    def _keys(self, path: tuple[str | int, ...], entry: Mapping[str, Any], name: str) -> list[str]:
        found = []
        for place, value in enumerate(entry["keys"]):
            source_key = keys.of_text(value, self._key)
            if source_key is None:
                self.wrong(
                    (*path, "keys", place),
                    f"{value!r} is no key: github:<login>, account:<id>, hf:<name>, hf-user:<id> or an e-mail address.",
                    name,
                )
            else:
                found.append(source_key)
        return found

    def _owned(self, kind: str, path: tuple[str | int, ...], source_key: str) -> None:
        """A key stands for one thing: one person, one machine."""
        owner = self._owners.setdefault((kind, source_key), f"{path[0]} {int(path[1]) + 1}")
        if owner != f"{path[0]} {int(path[1]) + 1}":
            self.wrong(path, f"it names a key that {owner} names, too: leave it in one.", str(path[0]))

    def check_affiliations(self) -> None:
        """Of one key, one period ends before the next begins."""
        by_key: dict[str, list[tuple[date, date, int]]] = {}
        for place, (source_key, _, begin, end) in enumerate(self.found.affiliations):
            by_key.setdefault(source_key, []).append((begin or date.min, end or date.max, place))
        for periods in by_key.values():
            ordered = sorted(periods)
            for (_, end, _), (begin, _, place) in itertools.pairwise(ordered):
                if begin < end:
                    self.wrong(
                        self._places[place], "it overlaps with another affiliation of the same key.", "affiliation"
                    )
