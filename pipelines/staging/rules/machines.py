"""Who is a bot and who is an AI coding agent: curated rules become rows that SQL joins to people's keys.

Which rule wins is decided in staging/person.sql. Data flows from machines.toml to (source key, kind) pairs. E-mails
pass through the same keyed hash as in the sources, so that the rules meet what the lake holds without an address in it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from pipelines.errors import ConfigurationError
from pipelines.sources.people_keys import person_keys
from pipelines.staging.rules.keys import LOGIN, wrong_pattern

RULES_FILE = Path(__file__).with_name("machines.toml")
APP_LOGIN_ENDING = "[bot]"
KEYS: Mapping[str, type] = {
    "id": str,
    "kind": str,
    "agent": str,
    "since": date,
    "account_ids": list,
    "logins": list,
    "hub_names": list,
    "login_ending": str,
    "emails": list,
    "source": str,
}
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_EMAIL = re.compile(r"[^@\s<>]+@[a-z0-9.-]+\.[a-z]+")

Row = tuple[str, str, str | None, date | None, str, str]
"""(source_key, kind, agent, since, rule_id, source): `account:<id>`, `login:<lower case>`, `hf-login:<lower case>` or
`email:<keyed hash>`."""


@dataclass(frozen=True)
class Rule:
    """One entry of machines.toml.

    Attributes:
        id: its name, shown as `staging.person.rule`.
        kind: `bot` or `agent`.
        source: where it is written down that these are its identities.
        agent: which agent; None for bots.
        since: first day on which anybody could use the agent; None for bots.
        account_ids: GitHub's database ids.
        logins: as GitHub spells them.
        hub_names: of accounts on the Hugging Face Hub.
        login_ending: any login that ends so.
        emails: in lower case.
    """

    id: str
    kind: str
    source: str
    agent: str | None = None
    since: date | None = None
    account_ids: tuple[int, ...] = ()
    logins: tuple[str, ...] = ()
    hub_names: tuple[str, ...] = ()
    login_ending: str | None = None
    emails: tuple[str, ...] = ()

    def identities(self) -> list[str]:
        """All of them in one form, lower case; each belongs to one rule only."""
        accounts = [f"account {number}" for number in self.account_ids]
        ending = [f"login ending {self.login_ending}"] if self.login_ending else []
        names = [f"login {login.lower()}" for login in self.logins]
        names += [f"Hub account {name.lower()}" for name in self.hub_names]
        return [*accounts, *names, *ending, *self.emails]


@dataclass(frozen=True)
class Pattern:
    """One entry [[pattern]]: logins that only machines have.

    Attributes:
        id: its name, shown as `staging.person.rule`.
        kind: `bot`.
        login: a regular expression of whole logins in lower case.
        source: why an account of people's type may be a machine.
    """

    id: str
    kind: str
    login: str
    source: str


@cache
def patterns() -> list[Pattern]:
    """The curated patterns, validated; ConfigurationError names the one that is wrong."""
    found = [Pattern(**table) for table in tomllib.loads(RULES_FILE.read_text(encoding="utf-8")).get("pattern", [])]
    for pattern in found:
        if problem := wrong_pattern(pattern.login):
            raise ConfigurationError(f"{RULES_FILE.name}, {pattern.id}: {problem}")
    return found


def pattern_rows() -> list[tuple[str, str, str | None, date | None, str]]:
    """(pattern, kind, agent, since, rule) of each curated pattern."""
    return [(pattern.login, pattern.kind, None, None, pattern.id) for pattern in patterns()]


@cache
def rules() -> list[Rule]:
    """The curated rules, validated; ConfigurationError names the rule that is wrong."""
    return parse(RULES_FILE.read_text(encoding="utf-8"))


def parse(text: str) -> list[Rule]:
    """Rules from TOML; ConfigurationError with all that is wrong."""
    try:
        tables = tomllib.loads(text).get("rule", [])
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{RULES_FILE.name} is not valid TOML: {error}") from None
    problems: list[str] = []
    found: list[Rule] = []
    owners: dict[str, str] = {}
    for table in tables:
        name = str(table.get("id", "a rule without an id"))
        wrong = _wrong(table)
        if not wrong:
            rule = _rule(table)
            clashes = [f"{one} stands in {owners[one]}, too" for one in rule.identities() if one in owners]
            clashes += [f"the id {rule.id} stands twice"] * any(other.id == rule.id for other in found)
            wrong = clashes
            owners.update(dict.fromkeys(rule.identities(), rule.id))
            found.append(rule)
        problems += [f"{RULES_FILE.name}, {name}: {what}" for what in wrong]
    if problems:
        raise ConfigurationError("\n".join(problems))
    return found


def rule_rows(key: bytes) -> list[Row]:
    """One row for each account, login and e-mail of each rule; `key` is the installation's, of the e-mail hashes.

    The rule by login ending has no row of its own: staging/person.sql matches it, as a key cannot be joined by its end.
    """
    rows: list[Row] = []
    for rule in rules():
        keys = [f"account:{number}" for number in rule.account_ids]
        keys += [f"login:{login.lower()}" for login in rule.logins]
        keys += [f"hf-login:{name.lower()}" for name in rule.hub_names]
        keys += [one.key for one in person_keys([email.encode() for email in rule.emails], key) if one.key]
        rows += [(one, rule.kind, rule.agent, rule.since, rule.id, rule.source) for one in keys]
    return rows


def _rule(table: Mapping[str, Any]) -> Rule:
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in table.items()}
    return Rule(**values)


def _wrong(table: Mapping[str, Any]) -> list[str]:
    """What is wrong with one entry, in words."""
    wrong = [f"unknown key {name!r}: write one of {', '.join(KEYS)}" for name in table if name not in KEYS]
    wrong += [f"{name} is missing" for name in ("id", "kind", "source") if name not in table]
    wrong += [
        f"{name} must be a {KEYS[name].__name__}"
        for name in table
        if name in KEYS and type(table[name]) is not KEYS[name]
    ]
    if wrong:
        return wrong
    if not _ID.fullmatch(table["id"]):
        wrong.append("its id must be small letters, digits and hyphens")
    if not table["source"].startswith("https://"):
        wrong.append("its source must be a public address, https://…")
    wrong += _wrong_kind(table)
    wrong += _wrong_identities(table)
    return wrong


def _wrong_kind(table: Mapping[str, Any]) -> list[str]:
    if table["kind"] == "agent":
        return [f"an agent needs {name}" for name in ("agent", "since") if name not in table]
    if table["kind"] == "bot":
        return [f"{name} is for agents only" for name in ("agent", "since") if name in table]
    return [f"kind {table['kind']!r} must be bot or agent"]


def _wrong_identities(table: Mapping[str, Any]) -> list[str]:
    accounts: Sequence[Any] = table.get("account_ids", [])
    logins: Sequence[Any] = table.get("logins", [])
    emails: Sequence[Any] = table.get("emails", [])
    names: Sequence[Any] = table.get("hub_names", [])
    wrong = [f"{one!r} is not an account id" for one in accounts if type(one) is not int or one <= 0]
    wrong += [f"{one!r} is not a login" for one in logins if not isinstance(one, str) or not LOGIN.fullmatch(one)]
    wrong += [f"{one!r} is no name on the Hub" for one in names if not isinstance(one, str) or not LOGIN.fullmatch(one)]
    wrong += [
        f"{one!r} is not an e-mail address in lower case"
        for one in emails
        if not isinstance(one, str) or one != one.lower() or not _EMAIL.fullmatch(one)
    ]
    if table.get("login_ending", APP_LOGIN_ENDING) != APP_LOGIN_ENDING:
        wrong.append(f"login_ending can be {APP_LOGIN_ENDING} only: any other ending anybody may choose")
    if not (accounts or logins or names or emails or "login_ending" in table):
        wrong.append("it names nobody: add account_ids, logins, hub_names or emails")
    return wrong
