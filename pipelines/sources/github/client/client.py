"""GitHub's API: one client a process, asked from any thread. Data flows from GitHub to sources, as decoded answers.

Underneath: `keyring` and `accounts` (what requests are signed with, and whose budget that is), `budget` (points,
limits, how much at once), `attempts` (again, or not), `transport` (HTTP) in `loop` (the event loop's thread),
`refusals` and `errors` (what an answer means), `pages`, `probe`, `missing` (what is said to be gone), `rest`.
"""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypedDict, TypeVar, Unpack

import github
from graphql import DocumentNode

from pipelines.errors import Gone, SourceError
from pipelines.settings import Settings
from pipelines.sources.github.client.accounts.budget import MOST_AT_ONCE, Pool, Progress
from pipelines.sources.github.client.accounts.credentials import App
from pipelines.sources.github.client.accounts.keyring import Keyring
from pipelines.sources.github.client.accounts.owners import ATTEMPTS
from pipelines.sources.github.client.activity import EVERY, Activity
from pipelines.sources.github.client.answers import Answer, Budget, Count, Page, Probe, Problem
from pipelines.sources.github.client.attempts import Asker, Partial
from pipelines.sources.github.client.documents import load_document, prepare
from pipelines.sources.github.client.errors import Secrets
from pipelines.sources.github.client.missing import Missing
from pipelines.sources.github.client.pages import LARGEST_PAGE, walk
from pipelines.sources.github.client.probe import Prober
from pipelines.sources.github.client.wire.addresses import graphql_of, rest_of
from pipelines.sources.github.client.wire.clock import Clock
from pipelines.sources.github.client.wire.loop import Loop
from pipelines.sources.github.client.wire.rest import Rest, TokenReport
from pipelines.sources.github.client.wire.transport import Wire

__all__ = ["Answer", "Budget", "Count", "GitHub", "Page", "Probe", "Problem", "TokenReport", "load_document"]

TIMEOUT = 60.0  # seconds; GitHub itself gives up after 10
T = TypeVar("T")


def _silent(_text: str) -> None:
    """Nobody listens."""


class More(TypedDict, total=False):
    """What a client is made with beside its settings; see `GitHub`."""

    budget: int | None
    home: Path | None
    patient: bool
    attempts: int
    missing: Path | None


class GitHub:
    """Asks GitHub, within its limits.

    Args:
        url: of the API: REST there, GraphQL at /graphql.
        tokens: what it is asked with; their accounts are found out before anything else is asked.
        budget: points that may be spent; None: as many as GitHub gives, waiting for them.
        clock: what time it is.
        timeout: seconds for one answer.
        home: where to tell what it is doing; None: nowhere.
        patient: False waits for no limit: Paused is raised at once.
        attempts: how often at the most, where asking again may help.
        app: the GitHub App whose installations are asked with, beside the tokens.
        ca_bundle: a file of trusted certificate authorities; None: the machine's.
        missing: where it is kept what was not found; None: in `home`.
    """

    _clients: dict[tuple[object, ...], GitHub] = {}  # noqa: RUF012 - one a process, see `of`
    _guard = threading.Lock()

    def __init__(  # noqa: PLR0913 - all but the first two are for tests and for `of`
        self,
        url: str,
        tokens: Sequence[str],
        *,
        budget: int | None = None,
        clock: Clock | None = None,
        timeout: float = TIMEOUT,
        home: Path | None = None,
        patient: bool = True,
        attempts: int = ATTEMPTS,
        app: App | None = None,
        ca_bundle: str | None = None,
        missing: Path | None = None,
    ) -> None:
        self.url = rest_of(url)
        self._secrets = Secrets([*tokens, *([app.key] if app else ())])
        self._clock = clock or Clock()
        self._missing = Missing(missing or home)
        self._pool = Pool(self._clock, budget, patient=patient)
        self._wire = Wire(graphql_of(self.url), timeout=timeout, connections=MOST_AT_ONCE, ca_bundle=ca_bundle)
        self._keyring = Keyring(
            self.url, tokens, app, self._secrets, self._clock, attempts=attempts, ca_bundle=ca_bundle
        )
        waits = patient and budget is None
        self._rest = Rest(
            self.url, self._keyring, self._secrets, self._clock, waits=waits, attempts=attempts, ca_bundle=ca_bundle
        )
        self._loop = Loop("github")
        self._asker = Asker(self._wire, self._keyring, self._pool, self._secrets, self._clock, attempts=attempts)
        self._prober = Prober(self._ask_all, self._missing)
        self._home = home
        self._begun_at = self._clock.now()
        self._tell_next = 0.0
        self._pool.changed = self._tell
        self._loop.run(self._wire.open())

    def __repr__(self) -> str:
        return f"GitHub({self._secrets.hide(self.url)!r})"

    @classmethod
    def of(cls, settings: Settings) -> GitHub:
        """The client of these settings: all sources and threads of a process share its session and its budget."""
        key = (os.getpid(), settings.home, settings.github_budget, *_reached_by(settings))
        with cls._guard:
            if key not in cls._clients:
                home = settings.home if settings.home.is_dir() else None
                cls._clients[key] = cls.to(settings, budget=settings.github_budget, home=home)
            return cls._clients[key]

    @classmethod
    def to(cls, settings: Settings, **more: Unpack[More]) -> GitHub:
        """One more client of these settings; whoever makes it closes it."""
        url, tokens, app_id, app_key, ca_bundle = _reached_by(settings)
        app = App(app_id, app_key) if app_id and app_key else None
        return cls(url, tokens, app=app, ca_bundle=ca_bundle, **more)

    @classmethod
    def close_all(cls) -> None:
        """End all clients that `of` has made; the next run of this process begins with its whole budget."""
        with cls._guard:
            clients = list(cls._clients.values())
            cls._clients.clear()
        for client in clients:
            client.close()

    def close(self) -> None:
        """End connections and thread; whoever still waits for an answer gets Paused."""
        self._loop.close(self._end())
        self._rest.close()
        self._keyring.close()

    @property
    def requests(self) -> int:
        """GraphQL requests sent, whatever became of them."""
        return self._asker.requests

    @property
    def bad_tokens(self) -> list[str]:
        """What is wrong with tokens that are not accepted; the others are used."""
        return list(self._asker.bad_tokens)

    @property
    def spent(self) -> int:
        """Points spent by this client."""
        return self._pool.spent

    @property
    def budgets(self) -> list[Budget]:
        """What each account may still spend; the accounts are known once something was asked."""
        return self._pool.budgets

    @property
    def at_once(self) -> int:
        """How many requests may be under way now."""
        return int(self._pool.width)

    def activity(self) -> Activity:
        """What it has done and is doing."""
        return Activity(
            pid=os.getpid(),
            begun_at=self._begun_at,
            told_at=self._clock.now(),
            requests=self.requests,
            spent=self.spent,
            allowed=self._pool.budget,
            at_once=self.at_once,
            under_way=dict(self._asker.under_way),
            waiting=self._pool.waiting,
            budgets=tuple(self.budgets),
            bad_tokens=tuple(self.bad_tokens),
            seconds_an_answer=self._pool.seconds_an_answer,
            totals=self._prober.totals,
        )

    def connect(self) -> list[Budget]:
        """Find out whose the tokens are; one request for each. Raises BadToken if none of them is accepted."""
        self._loop.run(self._asker.identify())
        return self.budgets

    def ask(
        self,
        document: DocumentNode,
        variables: Mapping[str, Any],
        *,
        what: str,
        progress: Progress = _silent,
        passing: bool = True,
    ) -> Answer:
        """One request; blocks until its answer is there, however long the budget makes it wait.

        Args:
            document: parsed once (`load_document`) and used again: it is made ready once.
            variables: JSON values.
            what: names it in messages: "issues of owner/name".
            progress: told when it has to wait, from another thread.
            passing: whether it is asked again when the server is overloaded; False where one asks for less instead.

        Returns:
            The answer; a partial one with what is missing in `errors`.

        Raises:
            Paused: the budget of this run is used up.
            TransientError: it did not work now, in several attempts.
            TerminalError: nothing of what was asked for can be had; the subclass says why.
        """
        try:
            return self._loop.run(self._asker.ask(prepare(document), variables, what, progress, passing=passing))
        except Partial as partial:
            return partial.answer
        except Gone as error:
            raise self._judged(error, variables) from None

    def pages(  # noqa: PLR0913 - what to ask, where, and from where on
        self,
        document: DocumentNode,
        variables: Mapping[str, Any],
        *,
        path: tuple[str, ...],
        what: str,
        after: str | None = None,
        size: int = LARGEST_PAGE,
        progress: Progress = _silent,
    ) -> Iterator[Page]:
        """The pages of the connection at `path` from the cursor `after` on; the next is asked for when it is wanted.

        The document takes `$first` and `$after`, and asks for `pageInfo { endCursor hasNextPage }` and for nodes or
        edges. Raises as `ask`, and CursorLost if GitHub no longer knows `after`.
        """
        prepared = prepare(document)

        def ask(variables: Mapping[str, Any], patient: bool) -> Answer:
            try:
                return self._loop.run(self._asker.ask(prepared, variables, what, progress, passing=patient))
            except Partial as partial:
                if patient:
                    return partial.answer
                raise

        try:
            yield from walk(ask, variables, path=path, what=what, after=after, size=size)
        except Gone as error:
            raise self._judged(error, variables) from None

    def probe(
        self, names: Sequence[str], now: datetime, progress: Progress = _silent
    ) -> Mapping[str, Probe | SourceError]:
        """What each repository is now, 50 to a request; known for 15 minutes from `now`, so name all of the run.

        What cannot be told of one is an error in its place: Gone, Paused, TransientError and so on.
        """
        return self._prober.probe(names, now, progress)

    def rest_rows(self, path: str, *, what: str, progress: Progress = _silent) -> list[Any]:
        """All that REST lists at a path, as decoded JSON of whatever shape; raises as `ask`."""
        return self._rest.rows(path, what=what, progress=progress)

    def rest(self) -> github.Github:
        """PyGithub at the same address, with the tokens in turn. Its exceptions are its own: see `by_rest`."""
        return self._rest.client()

    def by_rest(self, ask: Callable[[github.Github], T], *, what: str, progress: Progress = _silent) -> T:
        """What `ask` makes of REST; what goes wrong is raised as by `ask`, limits are waited for."""
        return self._rest.call(ask, what=what, progress=progress)

    def report_tokens(self) -> list[TokenReport]:
        """What each token is and may do, by REST: one request a token."""
        return self._rest.report()

    def _tell(self) -> None:
        """Leave word of what goes on, now and then; a disk that is full must not stop the fetch."""
        now = self._clock.seconds()
        if self._home is not None and now >= self._tell_next:
            self._tell_next = now + EVERY
            with suppress(OSError):
                self.activity().write(self._home)

    async def _end(self) -> None:
        await self._wire.close()
        if self._home is not None and self._asker.requests:
            with suppress(OSError):
                replace(self.activity(), ended_at=self._clock.now()).write(self._home)

    def _judged(self, error: Gone, variables: Mapping[str, Any]) -> SourceError:
        """A repository that is named by the variables is gone only when that is said twice; a node is so at once."""
        if not {"owner", "name"} <= variables.keys():
            return error
        return self._missing.judged(f"{variables['owner']}/{variables['name']}", self._prober.now, error)

    def _ask_all(
        self, document: DocumentNode, sets: Sequence[Mapping[str, Any]], what: str, progress: Progress
    ) -> list[Answer | SourceError]:
        return self._loop.run(self._asker.ask_each(prepare(document), sets, what, progress))


def _reached_by(settings: Settings) -> tuple[str, tuple[str, ...], str | None, str | None, str | None]:
    """All of the settings that say how GitHub is reached, and as whom."""
    return (
        settings.github_url,
        settings.github_tokens,
        settings.github_app_id,
        settings.github_app_key,
        settings.ca_bundle,
    )


atexit.register(GitHub.close_all)
