"""One request after another until there is an answer: accounts, limits, attempts. From the wire to the client.

All of it runs in the event loop's thread.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import stamina

from pipelines.errors import (
    BadToken,
    CursorLost,
    Gone,
    MissingScope,
    NeedsSso,
    Overloaded,
    SourceError,
    TransientError,
)
from pipelines.sources.github.client.accounts.budget import Account, Pool, Progress
from pipelines.sources.github.client.accounts.credentials import Credential
from pipelines.sources.github.client.accounts.keyring import Keyring
from pipelines.sources.github.client.accounts.owners import ATTEMPTS, LONGEST_WAIT, current, identify
from pipelines.sources.github.client.answers import Answer
from pipelines.sources.github.client.documents import Prepared
from pipelines.sources.github.client.errors import Secrets, passes, problems
from pipelines.sources.github.client.refusals import Limit, refused
from pipelines.sources.github.client.wire.clock import Clock
from pipelines.sources.github.client.wire.transport import Reply, Wire

SILENCE = 120.0  # seconds without any answer, be it a refusal, after which nothing is asked for a while
UNREACHABLE = 600.0  # seconds in which nobody tries again whether GitHub can be reached
BEFORE_DOUBT = 1.0  # second between a 401 and the question whether it was meant
log = logging.getLogger("ecotone")


class Partial(Overloaded):
    """An answer that lost something which may come when it is asked for again."""

    def __init__(self, message: str, answer: Answer) -> None:
        super().__init__(message)
        self.answer = answer


class Silent(TransientError):  # noqa: N818 - it says what happened
    """GitHub accepts connections, or not even that, and says nothing: nobody asks again for a while."""


def _silent(what: str) -> Silent:
    return Silent(f"{what}: GitHub has not answered for minutes. The next run goes on from here.")


class Asker:
    """Asks until there is an answer.

    Args:
        wire: what requests go through.
        keyring: what it asks with; whose that is is found out before anything else is asked.
        pool: where their accounts are kept.
        secrets: hides the tokens.
        clock: what time it is.
        attempts: how often at the most, where asking again may help.
    """

    def __init__(  # noqa: PLR0913 - what it asks with
        self,
        wire: Wire,
        keyring: Keyring,
        pool: Pool,
        secrets: Secrets,
        clock: Clock,
        *,
        attempts: int = ATTEMPTS,
    ) -> None:
        self.pool = pool
        self.requests = 0
        self.bad_tokens: list[str] = []
        self.under_way: Counter[str] = Counter()
        self._extra: Counter[str] = Counter()
        self._wire = wire
        self._keyring = keyring
        self._secrets = secrets
        self._clock = clock
        self._attempts = attempts
        self._known: asyncio.Task[None] | None = None
        self._ask_again = 0.0
        self._silent_since = math.inf

    async def ask(
        self, prepared: Prepared, variables: Mapping[str, Any], what: str, progress: Progress, *, passing: bool
    ) -> Answer:
        """Ask until it works, or several attempts have failed; `passing`: also when the server is overloaded.

        Raises as `GitHub.ask`; an answer that lost something for the time being as `Partial`, in which it is.
        """

        def again(error: Exception) -> bool:
            if isinstance(error, CursorLost | Silent) or not isinstance(error, TransientError):
                return False
            return passing or not isinstance(error, Overloaded)

        if math.isfinite(self._silent_since) and self._clock.seconds() < self._ask_again:
            raise _silent(what)
        await self.identify()  # which has attempts of its own
        async for attempt in stamina.retry_context(
            on=again, attempts=self._attempts, timeout=None, wait_initial=1.0, wait_max=LONGEST_WAIT
        ):
            with attempt:
                return await self._once(prepared, variables, what, progress)
        raise AssertionError("unreachable")  # pragma: no cover - retry_context returns or raises

    async def ask_each(
        self, prepared: Prepared, sets: Sequence[Mapping[str, Any]], what: str, progress: Progress
    ) -> list[Answer | SourceError]:
        """The same document with several sets of variables, at the same time; overload is not waited out."""

        async def one(variables: Mapping[str, Any]) -> Answer | SourceError:
            try:
                return await self.ask(prepared, variables, what, progress, passing=False)
            except Partial as partial:
                return partial.answer
            except SourceError as error:
                return error

        return await asyncio.gather(*(one(variables) for variables in sets))

    async def _once(self, prepared: Prepared, variables: Mapping[str, Any], what: str, progress: Progress) -> Answer:
        """One answer, whichever account it comes from and however often a limit has to be waited for."""
        expected = prepared.points(variables)
        points = expected + self._extra[prepared.text]
        without: dict[str, SourceError] = {}
        doubted: set[Credential] = set()
        while True:
            account = await self.pool.take(points, progress, without)
            credential = account.credentials[0]
            begun = self._clock.seconds()
            try:
                reply = await self._send(prepared, variables, account, credential, what)
            finally:
                self.pool.done(account, points, self._clock.seconds() - begun)
            refusal = refused(reply, what, self._secrets)
            if refusal is None:
                self.pool.went_well(account)
                self._extra[prepared.text] = max(0, _cost(reply) - expected)  # should GitHub's formula be another
                return self._answer(reply, what)
            if isinstance(refusal, Limit):
                self.pool.limited(account, refusal, what)
            elif isinstance(refusal, BadToken) and credential not in doubted:
                doubted.add(credential)  # once is no proof: among good answers there is a 401 now and then
                credential.doubt()
                await self._clock.wait(asyncio.Event(), BEFORE_DOUBT)
            elif isinstance(refusal, BadToken):
                self._drop(account, credential, refusal)
            elif isinstance(refusal, Gone | MissingScope | NeedsSso) and self.pool.has_room(
                points, {*without, account.key}
            ):
                without[account.key] = refusal  # another account may see what this one does not
            else:
                if isinstance(refusal, Overloaded):
                    self.pool.overloaded()
                raise next(iter(without.values()), refusal)

    async def _send(
        self, prepared: Prepared, variables: Mapping[str, Any], account: Account, credential: Credential, what: str
    ) -> Reply:
        token = await current(credential)
        begun = self._clock.seconds()
        self.requests += 1
        self.under_way[what] += 1
        try:
            reply = await self._wire.send(prepared, variables, token)
        finally:
            self.under_way[what] -= 1
            if not self.under_way[what]:
                del self.under_way[what]
        self._listen(reply, begun, what)
        if reply.data is not None and "rateLimit" in reply.data and not (reply.errors and not _limits(reply)):
            account.learn(_limits(reply), reply.headers, self._clock.seconds())
        return reply

    def _listen(self, reply: Reply, begun: float, what: str) -> None:
        """Note whether GitHub is there at all; raises Silent when it has not been for long."""
        if reply.status and not reply.timed_out:
            self._silent_since = math.inf
        elif reply.timed_out:
            now = self._clock.seconds()
            self._silent_since = min(self._silent_since, begun)
            if now - self._silent_since >= SILENCE:
                self._ask_again = now + UNREACHABLE
                raise _silent(what)

    def _answer(self, reply: Reply, what: str) -> Answer:
        data = {key: value for key, value in (reply.data or {}).items() if key != "rateLimit"}
        found = problems(reply.errors, self._secrets)
        answer = Answer(data, found, _cost(reply))
        lost = next((each for each in found if passes(each) or not each.path), None)
        if lost is not None:
            self.pool.overloaded()
            raise Partial(f"{what}: GitHub gave up on the answer: {lost.message}", answer)
        return answer

    def _drop(self, account: Account, credential: Credential, refusal: BadToken) -> None:
        """Go on without the token; raises its refusal if it was the last one."""
        if credential in account.credentials:  # else another request has done so already
            account.credentials.remove(credential)
            self.bad_tokens.append(f"{credential.name}: {refusal}")
            log.warning("%s", self.bad_tokens[-1])
        if not account.credentials:
            self.pool.accounts.pop(account.key, None)
        if not self.pool.accounts:
            raise refusal

    async def identify(self) -> None:
        """Find out whose the tokens are; whoever comes meanwhile waits for it, and shares a failure for a while."""
        if self._known is None or (self._failed() and self._clock.seconds() >= self._ask_again):
            self._known = asyncio.ensure_future(self._ask_whose())
        if not self._known.done():
            await asyncio.wait([self._known])
        error = self._known.exception()
        if error is not None:
            raise type(error)(*error.args)  # each who waited gets one of its own

    def _failed(self) -> bool:
        known = self._known
        return known is not None and known.done() and (known.cancelled() or known.exception() is not None)

    async def _ask_whose(self) -> None:
        try:
            credentials = await asyncio.to_thread(self._keyring.credentials)
            self.requests += len(credentials)
            self.bad_tokens = await identify(
                self._wire, credentials, self.pool, self._secrets, self._clock, attempts=self._attempts
            )
        except TransientError:
            self._ask_again = self._clock.seconds() + UNREACHABLE
            raise
        except BadToken:
            self._ask_again = math.inf
            raise
        if self._keyring.problem is not None:
            self.bad_tokens.append(self._keyring.problem)
        for text in self.bad_tokens:
            log.warning("%s", text)


def _limits(reply: Reply) -> Mapping[str, Any]:
    return (reply.data or {}).get("rateLimit") or {}


def _cost(reply: Reply) -> int:
    return int(_limits(reply).get("cost", 0))
