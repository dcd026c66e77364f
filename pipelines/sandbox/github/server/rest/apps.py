"""GitHub Apps of the loopback GitHub: an App proves itself by a signed token, and is given tokens of its installations.

Docs: authenticating as a GitHub App, and as an installation of it.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import jwt

from pipelines.sandbox.github.server.rest.base import RestError, user
from pipelines.sandbox.github.server.rows import Row, stamp
from pipelines.sandbox.github.world.facts import Account

LONGEST = 600  # seconds that an App's own token may be good for
TOKEN_SECONDS = 3_600.0  # an installation's token
_TOKENS = re.compile(r"/app/installations/(\d+)/access_tokens")


@dataclass(frozen=True)
class App:
    """An App and where it is installed.

    Attributes:
        id: its id.
        public_key: PEM: the other half of what it signs with.
        installations: accounts by the number of the installation; each has a budget of its own.
        suspended: numbers of installations that their owners have suspended.
        token_seconds: how long a token of an installation is good for.
    """

    id: str
    public_key: str
    installations: dict[int, Account]
    suspended: frozenset[int] = frozenset()
    token_seconds: float = TOKEN_SECONDS


class Apps:
    """Answers Apps, and knows the tokens that it gave."""

    def __init__(self, apps: Sequence[App], now: Callable[[], float] = time.time) -> None:
        self.given = 0
        self._apps = {app.id: app for app in apps}
        self._now = now
        self._tokens: dict[str, tuple[Account, float]] = {}

    def account(self, token: str) -> Account | None:
        """Whose the token of an installation is; None if it is none, or has ended."""
        account, ends = self._tokens.get(token, (None, 0.0))
        return account if self._now() < ends else None

    def revoke(self) -> None:
        """From now on, no token that was given is good."""
        self._tokens.clear()

    def answer(self, method: str, path: str, signed: str) -> tuple[int, Any]:
        """Status and body; RestError for whoever is no App, or asks for what it has not."""
        app = self._proven(signed)
        if (method, path) == ("GET", "/app"):
            return 200, {"id": int(app.id), "slug": "made-up", "name": "Made up", "owner": None}
        if (method, path) == ("GET", "/app/installations"):
            return 200, [self._installation(app, number) for number in app.installations]
        found = _TOKENS.fullmatch(path)
        if method != "POST" or found is None or int(found[1]) not in app.installations:
            raise RestError(404, "Not Found")
        return 201, self._issued(app, int(found[1]))

    def _proven(self, signed: str) -> App:
        """The App that signed; a signature that is wrong, too old or good for too long proves nothing."""
        try:
            named = jwt.decode(signed, options={"verify_signature": False})
            app = self._apps[str(named["iss"])]
            # its times are read by the server's own clock, which is a simulated one at times
            claims = jwt.decode(
                signed, app.public_key, algorithms=["RS256"], options={"verify_exp": False, "verify_iat": False}
            )
        except (jwt.PyJWTError, KeyError):
            raise RestError(401, "A JSON web token could not be decoded") from None
        now = time.time()
        if not now < claims["exp"] <= now + LONGEST + 60:
            raise RestError(401, "'Expiration time' claim ('exp') is too far in the future, or has passed")
        return app

    def _installation(self, app: App, number: int) -> Row:
        account = app.installations[number]
        suspended = stamp(account.created_at) if number in app.suspended else None
        return {
            "id": number,
            "app_id": int(app.id),
            "account": user(account),
            "target_type": account.kind,
            "permissions": {"metadata": "read"},
            "suspended_at": suspended,
        }

    def _issued(self, app: App, number: int) -> Row:
        if number in app.suspended:
            raise RestError(403, "This installation has been suspended")
        token = f"ghs_{secrets.token_hex(18)}"
        ends = self._now() + app.token_seconds
        self._tokens[token] = (app.installations[number], ends)
        self.given += 1
        return {
            "token": token,
            "expires_at": stamp(datetime.fromtimestamp(ends, UTC)),
            "permissions": {"metadata": "read"},
        }
