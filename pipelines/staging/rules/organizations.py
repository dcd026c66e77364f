"""Which addresses and names mean the same organisation: curated data become rows that SQL joins.

Data flows from organizations.toml, and from the mail providers that the sources know, to staging/affiliation.sql.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from pipelines.errors import ConfigurationError
from pipelines.sources.people_keys import DOMAINS_FILE

FILE = Path(__file__).with_name("organizations.toml")

Row = tuple[str, str | None]
"""(`domain:<domain>` or `name:<name in lower case>`, organisation; None: it names none)."""


@cache
def organization_rows() -> tuple[Row, ...]:
    """One row for each domain and name that is known; ConfigurationError where one stands twice."""
    return parse(FILE.read_text(encoding="utf-8"), _providers())


def parse(text: str, providers: tuple[str, ...] = ()) -> tuple[Row, ...]:
    """Rows from TOML and from the domains of mail providers."""
    try:
        said: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{FILE.name} is not valid TOML: {error}") from None
    rows: list[Row] = [(f"domain:{domain}", None) for domain in providers]
    rows += [(f"name:{name}", None) for name in said.get("nobody", {}).get("names", ())]
    for organization, values in said.get("organizations", {}).items():
        rows += [(f"domain:{domain}", organization) for domain in values.get("domains", ())]
        rows += [(f"name:{name}", organization) for name in values.get("names", ())]
    wrong = [key for key, _ in rows if key != key.strip().lower()]
    if wrong:
        raise ConfigurationError(f"{FILE.name}: write {wrong[0].partition(':')[2]!r} in lower case.")
    owners: dict[str, str | None] = {}
    for key, organization in rows:
        if key in owners:
            raise ConfigurationError(
                f"{FILE.name}: {key.partition(':')[2]!r} stands for {owners[key] or 'nobody'} and for "
                f"{organization or 'nobody'}: leave one."
            )
        owners[key] = organization
    return tuple(rows)


def _providers() -> tuple[str, ...]:
    return tuple(tomllib.loads(DOMAINS_FILE.read_text(encoding="utf-8"))["providers"]["domains"])
