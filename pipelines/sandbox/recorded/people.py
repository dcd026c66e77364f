"""Who did something, as recorded lines say it → the accounts that the server shows. One object an account."""

from __future__ import annotations

import hashlib
from datetime import UTC

from pipelines.sandbox.github.world.facts import DAWN, Account, AccountKind
from pipelines.sandbox.recorded import records

GHOST = Account("ghost", -1, deleted_at=DAWN)  # whom a server shows as nobody
BOT_SUFFIX, BOT_PREFIX = "[bot]", "app/"  # of REST, and of `gh`


def unknown_id(*parts: object) -> int:
    """A number for what has no database id here: negative, so that no server shows it, and the same each time."""
    digest = hashlib.blake2b("\n".join(str(part) for part in parts).encode(), digest_size=7).digest()
    return -2 - int.from_bytes(digest)


def number_of(told: int | str | None, *parts: object) -> int:
    """The database id if it is one, written as a number or as its digits; else one that stands for what was told."""
    if isinstance(told, int) and told > 0:
        return told
    if isinstance(told, str) and told.isascii() and told.isdecimal() and int(told) > 0:
        return int(told)
    return unknown_id(*parts, told) if told is not None else unknown_id(*parts)


class People:
    """The accounts of a recording.

    Attributes:
        profiles: those that accounts.jsonl tells of.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, int], Account] = {}
        self._ids: dict[str, int] = {}
        self._kinds: dict[str, AccountKind] = {}
        self.profiles: list[Account] = []

    def of(self, told: records.Account | str | None) -> Account:
        """Whoever is meant; the ghost if nobody is."""
        login = told if told is None or isinstance(told, str) else told.login
        if told is None or not login:
            return GHOST
        if isinstance(told, str):
            return self._account(told, None, None, is_bot=False)
        return self._account(told.login, told.id, told.type, is_bot=bool(told.is_bot))

    def _account(self, name: str, told: int | str | None, kind: AccountKind | None, *, is_bot: bool) -> Account:
        login = name.removesuffix(BOT_SUFFIX)
        if is_bot:
            login = login.removeprefix(BOT_PREFIX)
        lower = login.lower()
        kind = kind or ("Bot" if is_bot or login != name else self._kinds.get(lower, "User"))
        id_ = number_of(told if isinstance(told, int) else None, "account", lower)
        if id_ < 0:
            id_ = self._ids.get(lower, id_)
        found = self._known.get((lower, id_))
        if found is None:
            found = self._known[lower, id_] = Account(login, id_, kind)
        return found

    def introduce(self, profile: records.Profile) -> Account:
        """An account with what its owner says of it: read first, so that its id is known wherever its login stands."""
        plain = self.of(profile)
        created = profile.created_at.astimezone(UTC)
        account = Account(plain.login, plain.id, plain.kind, company=profile.company, created_at=created)
        lower = plain.login.lower()
        self._known[lower, account.id] = account
        if account.id > 0:
            self._ids[lower] = account.id
        self._kinds[lower] = account.kind
        self.profiles.append(account)
        return account

    def told_twice(self) -> list[str]:
        """Logins that stand now with a database id and now without: they would be two people."""
        with_id = {lower for lower, id_ in self._known if id_ > 0}
        return sorted(lower for lower, id_ in self._known if id_ < 0 and lower in with_id)
