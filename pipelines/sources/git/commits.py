"""git → commits: who wrote which commit when, from the history of the default branch. No account is needed.

The first fetch brings the whole history, later ones what is new since; a rewritten history is brought whole again under
a new `listing`, so that staging can tell which commits HEAD still reaches. So is one that was told by an earlier
version of this module, from the mirror: what it brings now beside it is known of all commits then.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import stamina

from pipelines.catalogue import Project
from pipelines.errors import Paused, Skipped, SourceError, TransientError
from pipelines.sources import Batch, Request, Source, State
from pipelines.sources.git.address import Access, Address
from pipelines.sources.git.client import HEAD_REF, KEPT_NOTES_REF, UPSTREAM_REF, Head, Mirror
from pipelines.sources.git.columns import FIELDS, SCHEMA, People, Telling, integers
from pipelines.sources.git.process import Limits, TookTooLong

__all__ = ["FIELDS", "SCHEMA", "SOURCE", "fetch", "mirror_of", "subjects"]

ROWS_A_BATCH = 50_000
ATTEMPTS = 3
VERSION = 2  # of what a row tells: raise it, and each home tells all its histories anew, once, from its mirrors


def subjects(project: Project) -> list[str]:
    """Every repository of the project."""
    return [repository.subject for repository in project.repositories]


def mirror_of(request: Request, *, of: str | None = None) -> Mirror:
    """The mirror of the request's repository; `of`: that of the same folder for what it was forked from."""
    settings, full_name = request.settings, request.subject.removeprefix("github:")
    return Mirror(
        settings.home / "git" / f"{full_name.replace('/', '+')}.git",
        settings.git_url_of(of or full_name),
        ref=UPSTREAM_REF if of else HEAD_REF,
        access=Access.of(settings),
        limits=Limits(total=settings.git_seconds),
        tick=lambda: request.progress("waiting for git"),
    )


def fetch(request: Request) -> Iterator[Batch]:
    """Bring the commits of one repository that are new since `request.state`."""
    mirror = mirror_of(request)
    _skip_if_not_recorded(mirror.address, request.subject)
    known = _Known.of(request)
    fork_of = request.project.repository(request.subject).fork_of
    head = _remote_head(mirror)
    if head is None:
        if known.is_new or known.head is not None:
            told: dict[str, Any] = {"head": None, "listing": known.listing, "version": VERSION}
            yield Batch(SCHEMA.empty_table(), complete=True, state=told, reason="the repository is empty")
        return
    same = known.is_current and known.head == head.sha and known.upstream == fork_of
    if same and head.notes in {None, mirror.head(KEPT_NOTES_REF)}:
        yield from _seen_otherwise(mirror, known, head)
        return
    request.progress("fetching history")
    newest = _fetch(mirror, head)
    upstream, reason = (known.upstream, None) if same else _upstream(mirror, request, known, fork_of)
    goes_on = known.is_current and known.upstream == upstream
    since = known.head if goes_on and known.head and mirror.has(known.head) else None
    if since == newest:
        yield from _seen_otherwise(mirror, known, head)
        return
    telling = Telling(
        People(request.settings.key, request.domains),
        listing=known.listing if since else known.listing + 1,
        own=_own(mirror, since) if upstream and reason is None else None,
    )
    told = {"head": newest, "listing": telling.listing, "version": VERSION, "upstream": upstream}
    yield from _history(mirror, request, telling, since, _Ending(told, reason, known.until if since else None))


@dataclass(frozen=True)
class _Known:
    """What the last complete fetch knew.

    Attributes:
        is_new: there was none.
        is_current: it told what this version tells.
        until: up to when the history was known by a copy's commits, seconds since 1970; None: up to the fetch itself.
        fetched: when that fetch was, if this version did it.
    """

    is_new: bool
    is_current: bool
    head: str | None
    listing: int
    upstream: str | None
    until: int | None
    fetched: int
    state: State

    @classmethod
    def of(cls, request: Request) -> _Known:
        state = request.state or {}
        until, current = state.get("observed_until"), state.get("version") == VERSION
        return cls(
            is_new=request.state is None,
            is_current=current,
            head=state.get("head"),
            listing=state.get("listing", 0),
            upstream=state.get("upstream"),
            until=round(datetime.fromisoformat(until).timestamp()) if until else None,
            fetched=round(request.fetched_at.timestamp()) if request.fetched_at and current and not until else 0,
            state=state,
        )


@dataclass(frozen=True)
class _Ending:
    """What the last batch of a fetch says: the state without `observed_until`, a remark, what was known before it."""

    state: State
    reason: str | None = None
    until: int | None = None


def _skip_if_not_recorded(address: Address, subject: str) -> None:
    if address.path is not None and not address.path.exists():
        raise Skipped(
            f"there is no git repository for {subject.removeprefix('github:')}: {address.path.name} is not where "
            "ECOTONE_GIT_URL says"
        )


def _is_worth_trying(error: Exception) -> bool:
    """What passes by itself; not what was ended because its time was up, as each command has one limit."""
    return isinstance(error, TransientError) and not isinstance(error, TookTooLong)


@stamina.retry(on=_is_worth_trying, attempts=ATTEMPTS)
def _remote_head(mirror: Mirror) -> Head | None:
    return mirror.remote_head()


@stamina.retry(on=_is_worth_trying, attempts=ATTEMPTS)
def _fetch(mirror: Mirror, head: Head) -> str:
    return mirror.fetch(head)


def _upstream(mirror: Mirror, request: Request, known: _Known, fork_of: str | None) -> tuple[str | None, str | None]:
    """What the history was forked from, fetched beside it, and why it could not be.

    The name counts as known if it was before: commits that are new then are of nobody knows whom.
    """
    if fork_of is None:
        return None, None
    other = mirror_of(request, of=fork_of)
    try:
        _skip_if_not_recorded(other.address, f"github:{fork_of}")
        head = _remote_head(other)
        if head is not None:
            _fetch(other, head)
    except Paused:
        raise
    except SourceError as error:
        if known.upstream == fork_of and mirror.head(UPSTREAM_REF):
            return fork_of, None  # as of the last time
        return (
            known.upstream if known.upstream == fork_of else None,
            f"its upstream {fork_of} could not be read: {error}",
        )
    return (fork_of, None) if head else (None, f"its upstream {fork_of} is empty")


def _own(mirror: Mirror, since: str | None) -> set[str]:
    """The commits that what it was forked from lacks."""
    pieces = mirror.log(["%H"], since=since, without=[UPSTREAM_REF])
    return {sha.decode() for (shas,) in pieces for sha in shas}


def _history(mirror: Mirror, request: Request, telling: Telling, since: str | None, ending: _Ending) -> Iterator[Batch]:
    pieces: list[pa.Table] = []
    rows = total = 0
    now = round(request.now.timestamp())
    newest = ending.until
    for columns in mirror.log(FIELDS, since=since):
        piece = telling.table(columns)
        newest = max(newest or 0, _newest(piece["committed_epoch"], now))
        pieces.append(piece)
        rows += piece.num_rows
        total += piece.num_rows
        if rows >= ROWS_A_BATCH:
            yield Batch(pa.concat_tables(pieces))
            pieces, rows = [], 0
            request.progress(f"{total:,} commits")
    table = pa.concat_tables(pieces) if pieces else SCHEMA.empty_table()
    state = _until(ending.state, newest or 0) if mirror.address.is_copy else ending.state
    yield Batch(table, complete=True, state=state, reason=ending.reason)


def _seen_otherwise(mirror: Mirror, known: _Known, head: Head) -> Iterator[Batch]:
    """No commit is new. If a copy took the place of a remote, or the other way round, so much is.

    A copy is known up to its newest commit, and up to the last time at which the remote was asked.
    """
    if mirror.address.is_copy == (known.until is not None):
        return
    state: State = {name: value for name, value in known.state.items() if name != "observed_until"}
    if mirror.address.is_copy:
        _fetch(mirror, head)
        columns = (times for (times,) in mirror.log(["%ct"]))
        now = known.fetched
        state = _until(state, max([now, *(_newest(integers(times), now) for times in columns)]))
    yield Batch(SCHEMA.empty_table(), complete=True, state=state)


def _newest(epochs: pa.ChunkedArray | pa.Array, now: int) -> int:
    """The newest of these times that has come; 0 if none has: clocks are wrong, and a history may be younger."""
    newest = pc.max(epochs.filter(pc.less_equal(epochs, now))).as_py()
    return max(newest or 0, 0)


def _until(state: State, epoch: int) -> State:
    return {**state, "observed_until": datetime.fromtimestamp(epoch, UTC).isoformat()}


SOURCE = Source(
    name="git_commits",
    source="git",
    stream="commits",
    description=(
        "Every commit that the default branch reaches: author as a keyed hash, times, UTC offset, co-authors, "
        "evidence of AI use. From a bare partial clone without files; needs no account, and GITHUB_TOKEN for private "
        "ones. What is new since the last run is fetched; a copy on this machine is known up to its newest commit."
    ),
    schema=SCHEMA,
    subjects=subjects,
    fetch=fetch,
    atomic=True,
    concurrency=4,
    kinds=frozenset({"git"}),
)
