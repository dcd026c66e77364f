"""What a request is signed with: a token as it was set, or one of a GitHub App's installations, renewed before it ends.

From settings to the accounts of the pool. An installation's token lives one hour; PyGithub signs the App's own token
with its key and exchanges it. Whoever needs a token asks `current` for it each time, from any thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

import github
from github.InstallationAuthorization import InstallationAuthorization

from pipelines.errors import ConfigurationError
from pipelines.sources.github.client.errors import Secrets
from pipelines.sources.github.client.wire.clock import Clock

RENEWED_BEFORE = 300.0  # seconds before its end; it lives 3,600 (docs: authenticating as a GitHub App installation)
INSTALLATION_TOKEN = "ghs_"  # noqa: S105 - how tokens of installations begin (docs: GitHub's token formats)


@dataclass(frozen=True)
class App:
    """A GitHub App, by its id and its private key (PEM)."""

    id: str
    key: str = field(repr=False)

    @cached_property
    def auth(self) -> github.Auth.AppAuth:
        """What signs its own requests. Raises ConfigurationError if the key is none."""
        auth = github.Auth.AppAuth(self.id, self.key)
        if not _signs(auth):
            raise ConfigurationError(
                "ECOTONE_GITHUB_APP_KEY is no private key: paste the whole .pem file that GitHub gave for the App, or "
                "name it in ECOTONE_GITHUB_APP_KEY_PATH."
            )
        return auth

    def check(self) -> None:
        """Raises ConfigurationError if the key is none."""
        _ = self.auth


def _signs(auth: github.Auth.AppAuth) -> bool:
    """Whether the key is one. What the library for keys raises is not passed on: it may show the key."""
    try:
        auth.create_jwt()
    except Exception:  # noqa: BLE001 - it has no common type
        return False
    return True


class Credential:
    """A token that stays as it is.

    Attributes:
        name: as messages call it, "token 2 of 3".
        alone: whether it has a budget of its own, whoever GitHub says that it belongs to.
        login: whose it is, where that is known before anybody is asked.
    """

    def __init__(self, name: str, token: str = "") -> None:
        self.name = name
        self.alone = token.startswith(INSTALLATION_TOKEN)
        self.login: str | None = None
        self._token = token

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"

    @property
    def ready(self) -> bool:
        """Whether `current` answers at once."""
        return True

    def current(self) -> str:
        """The token to send now; it may take a request to get it."""
        return self._token

    def doubt(self) -> None:
        """It was refused: if another can be had, the next `current` is another."""


@dataclass(frozen=True)
class Issued:
    """A token of an installation, and for how many seconds it is good."""

    token: str = field(repr=False)
    seconds: float


class Installation(Credential):
    """Tokens of one installation of the App, one after the other.

    Args:
        name: as messages call it.
        login: where the App is installed.
        issue: asks GitHub for a token.
        clock: what time it is.
        secrets: learns each token, so that no text shows it.
    """

    def __init__(self, name: str, login: str, issue: Callable[[], Issued], clock: Clock, secrets: Secrets) -> None:
        super().__init__(name)
        self.alone = True
        self.login = login
        self._issue = issue
        self._clock = clock
        self._secrets = secrets
        self._renewed_at = 0.0
        self._turn = threading.Lock()

    @property
    def ready(self) -> bool:
        """Whether there is a token that does not end soon."""
        return bool(self._token) and self._clock.seconds() < self._renewed_at

    def current(self) -> str:
        """The token to send now; one that is about to end is exchanged for another. Raises as `Keyring.credentials`."""
        with self._turn:
            if not self.ready:
                issued = self._issue()
                self._secrets.add(issued.token)
                self._token = issued.token
                self._renewed_at = self._clock.seconds() + max(issued.seconds - RENEWED_BEFORE, issued.seconds / 2)
            return self._token

    def doubt(self) -> None:
        """It was refused: the next one is another."""
        with self._turn:
            self._renewed_at = 0.0


def issued(authorization: InstallationAuthorization, told_at: datetime) -> Issued:
    """PyGithub's answer as a token; its life is reckoned by the server's own clock."""
    return Issued(authorization.token, (authorization.expires_at - told_at).total_seconds())


class SharedAuth(github.Auth.Token):
    """A credential as PyGithub wants it: asked for its token with each request."""

    def __init__(self, credential: Credential) -> None:
        super().__init__("asked for with each request")
        self._credential = credential

    @property
    def token(self) -> str:
        """The token to send now."""
        return self._credential.current()
