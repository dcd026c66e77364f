"""All that requests can be signed with: the tokens that were set, and those of the App's installations.

From settings to GraphQL's accounts and to REST's clients. Where the App is installed is asked for once, by REST.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

import github
import stamina

from pipelines.errors import BadToken, SourceError, TransientError
from pipelines.sources.github.client.accounts.credentials import App, Credential, Installation, Issued, issued
from pipelines.sources.github.client.errors import Secrets
from pipelines.sources.github.client.refusals import Limit, server_time
from pipelines.sources.github.client.wire.clock import Clock
from pipelines.sources.github.client.wire.rest_calls import ANSWER_SECONDS, outcome, paged
from pipelines.sources.github.client.wire.transport import USER_AGENT

PATIENCE = 90.0  # seconds after which no further attempt begins
WHAT = "where the GitHub App is installed"
T = TypeVar("T")


class Keyring:
    """Finds out what there is to sign with.

    Args:
        url: of the API.
        tokens: as they were set.
        app: the App; None: there is none.
        secrets: hides all of them.
        clock: what time it is.
        attempts: how often GitHub is asked about the App at the most.
        ca_bundle: a file of the certificate authorities that are trusted; None: those of the machine.

    Attributes:
        problem: why the App is of no use; None if it is.
    """

    def __init__(  # noqa: PLR0913 - what it asks with
        self,
        url: str,
        tokens: Sequence[str],
        app: App | None,
        secrets: Secrets,
        clock: Clock,
        *,
        attempts: int,
        ca_bundle: str | None = None,
    ) -> None:
        self.problem: str | None = None
        self._secrets = secrets
        self._clock = clock
        self._attempts = attempts
        self._turn = threading.Lock()
        self._tokens = [Credential(f"token {at} of {len(tokens)}", token) for at, token in enumerate(tokens, 1)]
        self._installations: list[Credential] | None = None if app else []
        self._integration = _integration(app, url, ca_bundle) if app else None

    def close(self) -> None:
        """End its connections."""
        if self._integration is not None:
            self._integration.close()

    def credentials(self) -> list[Credential]:
        """All of them. It may take a request.

        Raises:
            BadToken: there is none, or the App is refused and there is nothing else.
            TransientError: GitHub could not be asked about the App, and there is nothing else.
        """
        with self._turn:
            if self._integration is not None and self._installations is None:
                self._installations = self._found(self._integration)
            found = [*self._tokens, *(self._installations or ())]
        if not found:
            raise BadToken(self.problem or "There is no GitHub token: put one into GITHUB_TOKEN.")
        return found

    def _found(self, integration: github.GithubIntegration) -> list[Credential] | None:
        """Where the App is installed. Where that cannot be told, other tokens do without it; None: ask again."""
        try:
            listed = self._installed(integration)
        except SourceError as error:
            if not self._tokens and not isinstance(error, BadToken):
                raise
            self.problem = str(error)
            return [] if isinstance(error, BadToken) else None
        self.problem = None
        return listed

    def _installed(self, integration: github.GithubIntegration) -> list[Credential]:
        listed = paged(lambda page: self._ask(lambda: page(integration.requester), WHAT), "/app/installations")
        there = [each for each in listed if isinstance(each, dict) and each.get("id") and not each.get("suspended_at")]
        if not there:
            raise BadToken("The GitHub App is installed nowhere: install it for an account, any of yours will do.")
        return [self._installation(integration, each) for each in there]

    def _installation(self, integration: github.GithubIntegration, told: Mapping[str, Any]) -> Credential:
        number = int(told["id"])
        login = str((told.get("account") or {}).get("login") or number)
        name = f"the App's installation at {login}"

        def exchange() -> Issued:
            answer = integration.get_access_token(number)
            headers = {str(key).lower(): str(value) for key, value in answer.raw_headers.items()}
            return issued(answer, server_time(headers))

        issue = partial(self._ask, exchange, f"a token of {name}")
        return Installation(name, login, issue, self._clock, self._secrets)

    def _ask(self, call: Callable[[], T], what: str) -> T:
        for attempt in stamina.retry_context(
            on=TransientError, attempts=self._attempts, timeout=PATIENCE, wait_initial=1.0
        ):
            with attempt:
                found = outcome(call, what, self._secrets, ANSWER_SECONDS)
                if isinstance(found, BadToken):
                    raise BadToken(
                        f"GitHub refused the App ({what}): correct ECOTONE_GITHUB_APP_ID, and the key beside it, which "
                        "must be one that the App has not lost."
                    )
                if isinstance(found, Limit):
                    raise TransientError(f"{what}: {found.text}")
                if isinstance(found, SourceError):
                    raise found
                return found
        raise AssertionError("unreachable")  # pragma: no cover - retry_context returns or raises


def _integration(app: App, url: str, ca_bundle: str | None) -> github.GithubIntegration:
    return github.GithubIntegration(
        auth=app.auth,
        base_url=url,
        lazy=True,
        retry=None,
        seconds_between_requests=None,
        seconds_between_writes=None,
        timeout=ANSWER_SECONDS,
        user_agent=USER_AGENT,
        verify=ca_bundle or True,
    )
