"""REST, for what GraphQL lacks: security advisories, and what a token may do. From PyGithub to the caller.

REST has a budget of its own beside GraphQL's points, 5,000 requests an hour and account (docs: rate limits for the REST
API). PyGithub's own retries are off: they would wait for up to an hour, and nobody would see it.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import github
import requests
import stamina

from pipelines.errors import BadToken, EcotoneError, Paused, SourceError, TransientError
from pipelines.sources.github.client.accounts import ATTEMPTS, LONGEST_WAIT
from pipelines.sources.github.client.budget import AFTER_RESET, SECONDARY_WAIT, Clock, Progress, countdown
from pipelines.sources.github.client.errors import Limit, Secrets, refused
from pipelines.sources.github.client.transport import USER_AGENT, Reply

MOST_AT_ONCE = 10  # docs: 100 concurrent requests, GraphQL's included
ROWS = 100  # the largest page
TIMEOUT = 30  # seconds
T = TypeVar("T")


@dataclass(frozen=True)
class TokenReport:
    """What REST says of one token.

    Attributes:
        number: which of the tokens, from 1.
        login: whose it is; None where it may not say (an installation's).
        scopes: what a classic token may do, empty for public data only; None for other kinds, which have no scopes.
        problem: why it is of no use; None if it is.
    """

    number: int
    login: str | None = None
    scopes: tuple[str, ...] | None = None
    problem: str | None = None


class Rest:
    """PyGithub over several tokens, from any thread.

    Args:
        url: of the API.
        tokens: what it is asked with, each as long as its limit allows.
        secrets: hides them.
        clock: what time it is.
        waits: whether limits are waited for; else Paused is raised.
        attempts: how often at the most, where asking again may help.
    """

    def __init__(  # noqa: PLR0913 - what it asks with
        self, url: str, tokens: Sequence[str], secrets: Secrets, clock: Clock, *, waits: bool, attempts: int = ATTEMPTS
    ) -> None:
        self.requests = 0
        self._secrets = secrets
        self._clock = clock
        self._waits = waits
        self._attempts = attempts
        self._places = threading.Semaphore(MOST_AT_ONCE)
        self._blocked = [0.0] * len(tokens)  # seconds of the clock
        self._refusals: dict[int, SourceError] = {}
        self._clients = [_client(url, token) for token in tokens]

    def client(self) -> github.Github:
        """PyGithub with the token that can be asked soonest."""
        return self._clients[self._choose()]

    def close(self) -> None:
        """End its connections."""
        for client in self._clients:
            client.close()

    def call(self, ask: Callable[[github.Github], T], *, what: str, progress: Progress) -> T:
        """What `ask` makes of it; raises as `GitHub.ask`."""
        for attempt in stamina.retry_context(
            on=TransientError, attempts=self._attempts, timeout=None, wait_initial=1.0, wait_max=LONGEST_WAIT
        ):
            with attempt:
                return self._once(ask, what, progress)
        raise AssertionError("unreachable")  # pragma: no cover - retry_context returns or raises

    def report(self) -> list[TokenReport]:
        """What each token is and may do: one request a token."""
        return [self._report(number, client) for number, client in enumerate(self._clients, 1)]

    def _report(self, number: int, client: github.Github) -> TokenReport:
        result = self._try(lambda rest: str(rest.get_user().raw_data["login"]), client, "whose token this is")
        if isinstance(result, str):
            scopes = client.oauth_scopes
            classic = scopes is not None
            return TokenReport(number, result, tuple(scope for scope in scopes or () if scope) if classic else None)
        if isinstance(result, BadToken | TransientError):
            return TokenReport(number, problem=str(result))
        return TokenReport(number)

    def _once(self, ask: Callable[[github.Github], T], what: str, progress: Progress) -> T:
        while True:
            number = self._choose()
            self._wait(self._blocked[number], progress)
            result = self._try(ask, self._clients[number], what)
            if isinstance(result, Limit):
                seconds = SECONDARY_WAIT if result.seconds is None else result.seconds
                self._blocked[number] = self._clock.seconds() + seconds + AFTER_RESET
            elif isinstance(result, BadToken) and len(self._refusals) + 1 < len(self._clients):
                self._refusals[number] = result
            elif isinstance(result, EcotoneError):
                raise result
            else:
                return result

    def _choose(self) -> int:
        """The token that is free first; among free ones that with most requests left."""
        now = self._clock.seconds()
        usable = [number for number in range(len(self._clients)) if number not in self._refusals]
        if not usable:
            raise BadToken("There is no GitHub token: put one into GITHUB_TOKEN.")
        return min(usable, key=lambda number: (max(now, self._blocked[number]), -self._left(number)))

    def _left(self, number: int) -> int:
        return self._clients[number].requester.rate_limiting[0]

    def _wait(self, until: float, progress: Progress) -> None:
        while (left := until - self._clock.seconds()) > 0:
            if not self._waits:
                raise Paused(
                    f"GitHub's budget for REST is used up for {countdown(left)}. The next run goes on from here."
                )
            progress(f"waiting {countdown(left)} for GitHub's REST budget")
            self._clock.sleep(min(left, 1.0))

    def _try(self, ask: Callable[[github.Github], T], client: github.Github, what: str) -> T | SourceError | Limit:
        """What came of it. Not raised here: PyGithub's exceptions hold whole answers, those of requests headers."""
        self.requests += 1
        try:
            with self._places:
                return ask(client)
        except github.GithubException as error:
            reply = _reply(error)
        except requests.RequestException as error:
            timed_out = isinstance(error, requests.Timeout)
            reply = Reply(0, text=f"{type(error).__name__}: {error}", timed_out=timed_out)
        outcome = refused(reply, what, self._secrets)
        assert outcome is not None  # noqa: S101 - a refusal is never an answer
        return outcome


def _client(url: str, token: str) -> github.Github:
    return github.Github(
        auth=github.Auth.Token(token),
        base_url=url,
        lazy=True,
        per_page=ROWS,
        retry=None,
        seconds_between_requests=None,
        timeout=TIMEOUT,
        user_agent=USER_AGENT,
    )


def _reply(error: github.GithubException) -> Reply:
    headers = {str(name).lower(): str(value) for name, value in (error.headers or {}).items()}
    return Reply(error.status, headers, text=json.dumps(error.data), rest=True)
