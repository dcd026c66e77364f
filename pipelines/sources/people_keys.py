"""E-mail addresses → keys of people that may be stored: an account, a login, or a keyed hash. No address passes.

A person's key is the most stable thing that an address shows: GitHub's account id in a noreply address, else the login
in an older one, else the hash. The hash is keyed with the installation's key (BLAKE2b, RFC 7693), so that nobody who
lacks it can try out addresses. Beside it stands the domain, where it names no person.
"""

from __future__ import annotations

import itertools
import re
import tomllib
from collections.abc import Iterable, Sequence
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

HASH_BYTES = 16  # 2^-64 for any two of 2^32 people to fall together
DOMAINS_FILE = Path(__file__).with_name("email_domains.toml")
PLACEHOLDERS_FILE = Path(__file__).with_name("email_placeholders.toml")
# https://docs.github.com/en/account-and-profile/reference/email-addresses-reference#your-noreply-email-address
_NOREPLY = re.compile(
    rb"(?:(?P<id>[0-9]{1,19})\+)?(?P<login>[a-z0-9](?:[a-z0-9_-]*[a-z0-9_])?(?:\[bot\])?)@users\.noreply\.github\.com",
    re.IGNORECASE,
)
_SUBVERSION = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")  # git svn: user@<id of the repository>
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")


class PersonKey(NamedTuple):
    """What of an address may be stored.

    Attributes:
        key: `account:<id>`, `login:<login>` or `email:<32 hex>`; None for an empty address.
        login: the GitHub login as written, where the address is a noreply address of GitHub's.
        domain: a mail provider's or an organisation's; None where it may name a person.
    """

    key: str | None
    login: str | None
    domain: str | None


NOBODY = PersonKey(None, None, None)


def person_keys(emails: Sequence[bytes], key: bytes, domains: frozenset[str] = frozenset()) -> list[PersonKey]:
    """The keys of distinct addresses, in order; `domains` are what an installation allows beside the known ones."""
    return [_person_key(email.strip(), key, domains) for email in emails]


def email_key(email: bytes, key: bytes) -> str:
    """`email:` and 32 hexadecimal digits: the keyed hash of the address in lower case."""
    return "email:" + blake2b(email.strip().lower(), digest_size=HASH_BYTES, key=key).hexdigest()


def email_domain(email: bytes, domains: frozenset[str] = frozenset()) -> str | None:
    """The provider's or organisation's domain of an address, in lower case; None where it may name a person."""
    _, at, tail = email.rpartition(b"@")
    domain = tail.strip().rstrip(b".").decode("ascii", "replace").lower() if at else ""
    if not _DOMAIN.fullmatch(domain):
        return None
    labels = domain.split(".")
    known, endings = _known(), _endings()
    tails = [".".join(labels[start:]) for start in range(len(labels))]
    for body, ending in itertools.pairwise(tails):
        if body in known or body in domains or ending in endings:
            return body
    return None


def is_placeholder(email: bytes) -> bool:
    """Whether an address names nobody: a program, an image or an example put it where an address should be.

    `root@localhost`, `you@example.com`, `unknown`, `none@none`, `user@DESKTOP-1`: a host without a registered domain.
    """
    text = email.strip().rstrip(b".").decode("utf-8", "replace").lower()
    local, at, domain = text.rpartition("@")
    if not text or not at or not local.strip():
        return True
    if _SUBVERSION.fullmatch(domain):
        return False
    names, domains, endings = _placeholders()
    return "." not in domain or domain.rpartition(".")[2] in endings or domain in domains or local in names


def _person_key(email: bytes, key: bytes, domains: frozenset[str]) -> PersonKey:
    if not email:
        return NOBODY
    domain = email_domain(email, domains)
    match = _NOREPLY.fullmatch(email)
    if match is None:
        return PersonKey(email_key(email, key), None, domain)
    login = match["login"].decode("ascii")
    account = int(match["id"]) if match["id"] else 0
    return PersonKey(f"account:{account}" if account else f"login:{login.lower()}", login, domain)


@cache
def _known() -> frozenset[str]:
    """All domains of the curated file, save the endings."""
    data = tomllib.loads(DOMAINS_FILE.read_text(encoding="utf-8"))
    lists: Iterable[list[str]] = (*data["organizations"].values(), data["providers"]["domains"])
    return frozenset(domain for names in lists for domain in names)


@cache
def _endings() -> frozenset[str]:
    """Endings of institutions only: `edu`, `edu.cn`, `ac.uk` and their like."""
    institutions = tomllib.loads(DOMAINS_FILE.read_text(encoding="utf-8"))["institutions"]
    pairs = ((ending, country) for ending, countries in institutions["countries"].items() for country in countries)
    return frozenset([*institutions["endings"], *(f"{ending}.{country}" for ending, country in pairs)])


@cache
def _placeholders() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Names before the @, domains and endings of addresses that nobody has."""
    data = tomllib.loads(PLACEHOLDERS_FILE.read_text(encoding="utf-8"))
    return frozenset(data["names"]), frozenset(data["domains"]), frozenset(data["endings"])
