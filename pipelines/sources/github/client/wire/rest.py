"""REST, for what GraphQL lacks: security advisories, and what a token may do. From PyGithub to the caller.

REST has a budget of its own beside GraphQL's points, 5,000 requests an hour and account (docs: rate limits for the REST
API). PyGithub's own retries are off: they would wait for up to an hour, and nobody would see it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import github
import stamina

from pipelines.errors import BadToken, EcotoneError, Paused, SourceError, TransientError
from pipelines.sources.github.client.accounts.budget import AFTER_RESET, SECONDARY_WAIT, Progress, countdown
from pipelines.sources.github.client.accounts.credentials import Credential, SharedAuth
from pipelines.sources.github.client.accounts.keyring import Keyring
from pipelines.sources.github.client.accounts.owners import ATTEMPTS, LONGEST_WAIT
from pipelines.sources.github.client.errors import Secrets
from pipelines.sources.github.client.refusals import Limit
from pipelines.sources.github.client.wire.clock import Clock
from pipelines.sources.github.client.wire.rest_calls import ANSWER_SECONDS, CALL_SECONDS, ROWS, outcome, paged
from pipelines.sources.github.client.wire.transport import USER_AGENT

MOST_AT_ONCE = 10  # docs: 100 concurrent requests, GraphQL's included
T = TypeVar("T")


@dataclass(frozen=True)
class TokenReport:
    """What REST says of one token.

    Attributes:
        number: which of the tokens, from 1; those of the App's installations come last.
        name: as messages call it.
        login: whose it is; None where it may not say (an installation's).
        scopes: what a classic token may do, empty for public data only; None for other kinds, which have no scopes.
        problem: why it is of no use; None if it is.
    """

    number: int
    name: str = ""
    login: str | None = None
    scopes: tuple[str, ...] | None = None
    problem: str | None = None


@dataclass
class _Key:
    """One credential at REST; `blocked` is in seconds of the clock, `refusals` are in a row."""

    credential: Credential
    client: github.Github
    blocked: float = 0.0
    waits: int = 0
    refused: BadToken | None = None

    @property
    def left(self) -> int:
        """Requests that it has left, as far as is known."""
        return self.client.requester.rate_limiting[0]


class Rest:
    """PyGithub over several tokens, from any thread.

    Args:
        url: of the API.
        keyring: what it is asked with, each as long as its limit allows.
        secrets: hides them.
        clock: what time it is.
        waits: whether limits are waited for; else Paused is raised.
        attempts: how often at the most, where asking again may help.
        ca_bundle: a file of the certificate authorities that are trusted; None: those of the machine.
    """

    def __init__(  # noqa: PLR0913 - what it asks with
        self,
        url: str,
        keyring: Keyring,
        secrets: Secrets,
        clock: Clock,
        *,
        waits: bool,
        attempts: int = ATTEMPTS,
        ca_bundle: str | None = None,
    ) -> None:
        self.requests = 0
        self._url = url
        self._keyring = keyring
        self._secrets = secrets
        self._clock = clock
        self._waits = waits
        self._attempts = attempts
        self._ca_bundle = ca_bundle
        self._places = threading.Semaphore(MOST_AT_ONCE)
        self._turn = threading.Lock()
        self._known: dict[Credential, _Key] = {}

    def client(self) -> github.Github:
        """PyGithub with the token that can be asked soonest."""
        return self._choose().client

    def close(self) -> None:
        """End its connections."""
        for key in self._known.values():
            key.client.close()

    def call(
        self, ask: Callable[[github.Github], T], *, what: str, progress: Progress, seconds: float = CALL_SECONDS
    ) -> T:
        """What `ask` makes of it, in so many seconds; raises as `GitHub.ask`."""
        for attempt in stamina.retry_context(
            on=TransientError, attempts=self._attempts, timeout=None, wait_initial=1.0, wait_max=LONGEST_WAIT
        ):
            with attempt:
                return self._once(ask, what, progress, seconds)
        raise AssertionError("unreachable")  # pragma: no cover - retry_context returns or raises

    def rows(self, path: str, *, what: str, progress: Progress) -> list[Any]:
        """All that is listed at a path, as decoded JSON of whatever shape; raises as `GitHub.ask`."""
        return paged(
            lambda page: self.call(
                lambda client: page(client.requester), what=what, progress=progress, seconds=ANSWER_SECONDS
            ),
            path,
        )

    def report(self) -> list[TokenReport]:
        """What each token is and may do: one request a token."""
        return [self._report(number, key) for number, key in enumerate(self._keys(), 1)]

    def _report(self, number: int, key: _Key) -> TokenReport:
        name = key.credential.name
        if key.credential.login is not None:
            return TokenReport(number, name, key.credential.login)
        result = self._try(
            lambda rest: str(rest.get_user().raw_data["login"]), key, "whose token this is", ANSWER_SECONDS
        )
        if isinstance(result, str):
            scopes = key.client.oauth_scopes
            classic = scopes is not None
            may = tuple(scope for scope in scopes or () if scope) if classic else None
            return TokenReport(number, name, result, may)
        if isinstance(result, BadToken | TransientError):
            return TokenReport(number, name, problem=str(result))
        return TokenReport(number, name)

    def _once(self, ask: Callable[[github.Github], T], what: str, progress: Progress, seconds: float) -> T:
        doubted: set[Credential] = set()
        while True:
            key = self._choose()
            self._wait(key.blocked, progress)
            result = self._try(ask, key, what, seconds)
            if isinstance(result, Limit):
                key.waits += 1
                rest = SECONDARY_WAIT * 2 ** (key.waits - 1) if result.seconds is None else result.seconds
                key.blocked = self._clock.seconds() + rest + AFTER_RESET
                if key.waits > self._attempts:
                    raise TransientError(f"{what}: GitHub refuses since long: {result.text}")
                continue
            key.waits = 0
            if isinstance(result, BadToken) and key.credential not in doubted:
                doubted.add(key.credential)  # once is no proof: among good answers there is a 401 now and then
                key.credential.doubt()
            elif isinstance(result, BadToken) and len(self._usable()) > 1:
                key.refused = result
            elif isinstance(result, EcotoneError):
                raise result
            else:
                return result

    def _keys(self) -> list[_Key]:
        found = self._keyring.credentials()
        with self._turn:
            for each in found:
                if each not in self._known:
                    self._known[each] = _Key(each, _client(self._url, each, self._ca_bundle))
            return [self._known[each] for each in found]

    def _usable(self) -> list[_Key]:
        return [key for key in self._keys() if key.refused is None]

    def _choose(self) -> _Key:
        """The token that is free first; among free ones that with most requests left."""
        now = self._clock.seconds()
        return min(self._usable(), key=lambda key: (max(now, key.blocked), -key.left))

    def _wait(self, until: float, progress: Progress) -> None:
        while (left := until - self._clock.seconds()) > 0:
            if not self._waits:
                raise Paused(
                    f"GitHub's budget for REST is used up for {countdown(left)}. The next run goes on from here."
                )
            progress(f"waiting {countdown(left)} for GitHub's REST budget")
            self._clock.sleep(min(left, 1.0))

    def _try(self, ask: Callable[[github.Github], T], key: _Key, what: str, seconds: float) -> T | SourceError | Limit:
        """What came of it."""
        self.requests += 1
        with self._places:
            return outcome(lambda: ask(key.client), what, self._secrets, seconds)


def _client(url: str, credential: Credential, ca_bundle: str | None) -> github.Github:
    return github.Github(
        auth=SharedAuth(credential),
        base_url=url,
        lazy=True,
        per_page=ROWS,
        retry=None,
        seconds_between_requests=None,
        timeout=ANSWER_SECONDS,
        user_agent=USER_AGENT,
        verify=ca_bundle or True,
    )
