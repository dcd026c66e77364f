"""Whose the tokens are: found out once, before anything else is asked. From tokens to the accounts of the pool."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import stamina

from pipelines.errors import BadToken, SourceError, TerminalError, TransientError
from pipelines.sources.github.client.budget import Account, Clock, Pool
from pipelines.sources.github.client.documents import load_document, prepare
from pipelines.sources.github.client.errors import Limit, Secrets, refused
from pipelines.sources.github.client.transport import Reply, Wire

ATTEMPTS = 5  # waits of about 1, 2, 4 and 8 s between them
LONGEST_WAIT = 30.0  # seconds between two attempts
WHAT = "whose token this is"


@dataclass(frozen=True)
class Told:
    """What GitHub says of one token; its `number` counts from 1."""

    number: int
    token: str
    reply: Reply
    refusal: SourceError | Limit | None


async def identify(  # noqa: PLR0913 - what it asks with
    wire: Wire, tokens: Sequence[str], pool: Pool, secrets: Secrets, clock: Clock, *, attempts: int = ATTEMPTS
) -> list[str]:
    """Ask whose each token is and put them into the pool, those of one account together.

    Returns:
        What is wrong with those that are not accepted.

    Raises:
        BadToken: none is.
        TransientError: GitHub could not be asked.
    """
    if not tokens:
        raise BadToken("There is no GitHub token: put one into GITHUB_TOKEN.")
    told = await asyncio.gather(
        *(_ask(wire, number, token, secrets, attempts) for number, token in enumerate(tokens, 1))
    )
    bad = [each for each in told if isinstance(each.refusal, BadToken)]
    if len(bad) == len(told):
        raise BadToken(str(bad[0].refusal))
    pool.accounts.clear()
    for each in told:
        if each not in bad:
            _join(each, pool, clock)
    return [f"token {each.number} of {len(tokens)}: {each.refusal}" for each in bad]


def _join(told: Told, pool: Pool, clock: Clock) -> None:
    """One more token of its account; an installation's, which may not say, is one by itself."""
    viewer = (told.reply.data or {}).get("viewer") or {}
    key = str(viewer.get("databaseId") or viewer.get("login") or f"token {told.number}")
    account = pool.accounts.setdefault(key, Account(key, str(viewer.get("login") or key)))
    account.tokens.append(told.token)
    if told.reply.data is not None:
        account.learn(told.reply.data.get("rateLimit"), told.reply.headers, clock.seconds())
    if isinstance(told.refusal, Limit):
        pool.limited(account, told.refusal, WHAT)


async def _ask(wire: Wire, number: int, token: str, secrets: Secrets, attempts: int) -> Told:
    prepared = prepare(load_document("viewer"))
    async for attempt in stamina.retry_context(on=TransientError, attempts=attempts, timeout=None, wait_initial=1.0):
        with attempt:
            reply = await wire.send(prepared, {}, token)
            refusal = refused(reply, WHAT, secrets)
            if isinstance(refusal, TransientError):
                raise refusal
            if isinstance(refusal, TerminalError) and reply.status >= 400 and not isinstance(refusal, BadToken):  # noqa: PLR2004
                raise refusal
            return Told(number, token, reply, refusal)
    raise AssertionError("unreachable")  # pragma: no cover - retry_context returns or raises
