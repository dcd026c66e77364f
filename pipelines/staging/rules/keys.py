"""Keys of people as somebody writes them down → keys as facts have them. An address becomes its keyed hash here."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pipelines.sources.people_keys import email_key, person_keys

LOGIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,38})(?:\[bot\])?")
_NAMED = re.compile(r"(?P<platform>github|hf):(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._-]{0,95})(?:\[bot\])?)")
_NUMBERED = re.compile(r"account:[1-9][0-9]*|hf-user:[0-9a-f]{24}")
_HUB_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,95})")
_EMAIL = re.compile(r"[^@\s<>:]+@[^@\s<>:]+")
_PLATFORMS: Mapping[str, str] = {"github": "login", "hf": "hf-login"}
PLAIN_LETTERS = 3  # that a pattern must have in a row: `.*` would take everybody for a machine


def of_text(text: object, key: bytes) -> str | None:
    """`github:<login>`, `hf:<name>`, `account:<id>`, `hf-user:<id>` or an address, as facts have it; else None."""
    if not isinstance(text, str):
        return None
    if named := _NAMED.fullmatch(text):
        return f"{_PLATFORMS[named['platform']]}:{named['name'].lower()}"
    if _NUMBERED.fullmatch(text):
        return text
    return email_key(text.encode(), key) if _EMAIL.fullmatch(text) else None


def of_identity(what: str, value: object, key: bytes) -> str | None:
    """A login, a name on the Hub, an account id or an address, as facts have it; None if it is none of these.

    Args:
        what: `logins`, `hub_names`, `account_ids` or `addresses`.
        value: one of them.
        key: the installation's, of the e-mail hashes.
    """
    if what == "account_ids":
        return f"account:{value}" if type(value) is int and value > 0 else None
    if not isinstance(value, str):
        return None
    if what == "logins":
        return f"login:{value.lower()}" if LOGIN.fullmatch(value) else None
    if what == "hub_names":
        return f"hf-login:{value.lower()}" if _HUB_NAME.fullmatch(value) else None
    return person_keys([value.encode()], key)[0].key if _EMAIL.fullmatch(value) else None


def wrong_pattern(pattern: object) -> str | None:
    """What is wrong with a regular expression of logins; None if nothing is."""
    if not isinstance(pattern, str):
        return f"{pattern!r} is no pattern of logins."
    try:
        re.compile(pattern)
    except re.error as error:
        return f"{pattern!r} is no regular expression ({error})."
    if not re.search(rf"[A-Za-z0-9]{{{PLAIN_LETTERS},}}", pattern):
        return f"{pattern!r} may match anybody: it needs {PLAIN_LETTERS} plain letters in a row."
    return None
