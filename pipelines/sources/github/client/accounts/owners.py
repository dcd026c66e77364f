"""Whose the tokens are: found out once, before anything else is asked. From credentials to the accounts of the pool."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import stamina

from pipelines.errors import BadToken, SourceError, TerminalError, TransientError
from pipelines.sources.github.client.accounts.budget import Account, Pool
from pipelines.sources.github.client.accounts.credentials import Credential
from pipelines.sources.github.client.documents import load_document, prepare
from pipelines.sources.github.client.errors import Secrets
from pipelines.sources.github.client.refusals import Limit, refused
from pipelines.sources.github.client.wire.clock import Clock
from pipelines.sources.github.client.wire.transport import Reply, Wire

ATTEMPTS = 5  # waits of about 1, 2, 4 and 8 s between them
LONGEST_WAIT = 30.0  # seconds between two attempts
PATIENCE = 90.0  # seconds after which no further attempt to find out about tokens begins
OK = 200  # with data, an error beside it may only mean that an installation has no viewer
WHAT = "whose token this is"


@dataclass(frozen=True)
class Introduction:
    """What GitHub says of one credential."""

    credential: Credential
    reply: Reply
    refusal: SourceError | Limit | None


async def current(credential: Credential) -> str:
    """Its token; where that takes a request, the loop goes on meanwhile."""
    return credential.current() if credential.ready else await asyncio.to_thread(credential.current)


async def identify(  # noqa: PLR0913 - what it asks with
    wire: Wire, credentials: Sequence[Credential], pool: Pool, secrets: Secrets, clock: Clock, *, attempts: int
) -> list[str]:
    """Ask whose each token is and put them into the pool, those of one account together.

    Returns:
        What is wrong with those that are not accepted.

    Raises:
        BadToken: none is.
        TransientError: GitHub could not be asked.
    """
    answers = await asyncio.gather(*(_ask(wire, each, secrets, attempts) for each in credentials))
    bad = [each for each in answers if isinstance(each.refusal, BadToken)]
    if len(bad) == len(answers):
        raise BadToken(str(bad[0].refusal))
    pool.accounts.clear()
    for each in answers:
        if each not in bad:
            _join(each, pool, clock)
    return [f"{each.credential.name}: {each.refusal}" for each in bad]


def _join(found: Introduction, pool: Pool, clock: Clock) -> None:
    """One more credential of its account; an installation is one by itself, though all say that they are the App."""
    credential = found.credential
    viewer = (found.reply.data or {}).get("viewer") or {}
    key = (
        credential.name if credential.alone else str(viewer.get("databaseId") or viewer.get("login") or credential.name)
    )
    login = credential.login or (credential.name if credential.alone else str(viewer.get("login") or key))
    account = pool.accounts.setdefault(key, Account(key, login))
    account.credentials.append(credential)
    if found.reply.data is not None:
        account.learn(found.reply.data.get("rateLimit"), found.reply.headers, clock.seconds())
    if isinstance(found.refusal, Limit):
        pool.limited(account, found.refusal, WHAT)


async def _ask(wire: Wire, credential: Credential, secrets: Secrets, attempts: int) -> Introduction:
    prepared = prepare(load_document("viewer"))
    doubted = False
    async for attempt in stamina.retry_context(
        on=TransientError, attempts=attempts, timeout=PATIENCE, wait_initial=1.0
    ):
        with attempt:
            reply = await wire.send(prepared, {}, await current(credential))
            refusal = refused(reply, WHAT, secrets)
            if isinstance(refusal, BadToken) and not doubted:
                doubted = True  # once is no proof
                credential.doubt()
                reply = await wire.send(prepared, {}, await current(credential))
                refusal = refused(reply, WHAT, secrets)
            if isinstance(refusal, TransientError):
                raise refusal
            if isinstance(refusal, TerminalError) and not isinstance(refusal, BadToken) and reply.status != OK:
                raise refusal
            return Introduction(credential, reply, refusal)
    raise AssertionError("unreachable")  # pragma: no cover - retry_context returns or raises
