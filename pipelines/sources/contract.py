"""What a source is: it is told of a subject by a `Request` and yields `Batch`es. Data flows from a client to tables.

Its `fetch` neither writes nor retries nor logs. What stops one subject is raised as a `SourceError`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import pyarrow as pa

from pipelines.catalogue import Project
from pipelines.settings import Settings

State = Mapping[str, Any]
"""What a stream must remember of one subject to go on from there: JSON, kept in the manifest of the batch."""

LACKS = "lacks"
"""Key of a batch's state, written by ingestion: the listing is recorded in part. Its rows count, no month is known."""

Reader = Callable[[str, Sequence[str], str | datetime | None], Iterator[pa.Table]]


class Reach(StrEnum):
    """How far back a stream with a long past is fetched in a run; the others bring all that they have."""

    RECENT = "recent"  # the last full months, of the streams that most depends on
    HORIZON = "horizon"  # as far as ECOTONE_HORIZON_MONTHS, of all
    WHOLE = "whole"  # to its beginning, as far as the budget allows


@dataclass(frozen=True)
class Batch:
    """A piece of what a fetch brings: written as it comes, so that memory holds one batch.

    Attributes:
        table: rows with exactly the source's schema (the lake adds `_batch`, `_fetched_at`, `_subject`).
        complete: True on the last batch of a fetch that brought all it was asked for. It may have no rows.
        state: what to go on from; only on the complete batch, save where a source is resumable. A key
            `observed_until` (ISO 8601) says up to when the stream is known if that is not the time of the fetch.
        reason: what is missing and why, where a fetch ends incomplete without an error.
    """

    table: pa.Table
    complete: bool = False
    state: State | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Request:
    """One subject to fetch.

    Attributes:
        subject: `github:owner/name` or `hf-org:name`, as the catalogue has it.
        project: the project it belongs to.
        settings: addresses, tokens, clock.
        domains: organisation e-mail domains that the catalogue allows to be stored.
        now: the time of this fetch, UTC.
        state: the `state` of the last complete fetch of this subject, None for the first; of a resumable source the
            newest one, be it in the middle of a fetch.
        fetched_at: when the last complete fetch was.
        peers: all subjects of this run, this one among them: what can be asked for together.
        progress: call it with a short text ("12,000 commits") whenever there is something new to say.
        reach: how far back to go.
        read: what the lake holds of this subject in its own stream, as it was when the run began, or in another one
            that was fetched before (`Source.after` names it): `read("git/commits",
            ["sha"], after)` yields tables with these columns and `_batch`, of the batches with a greater id than
            `after` (a time: of those fetched then or later; None: of all), oldest first.
    """

    subject: str
    project: Project
    settings: Settings
    now: datetime
    domains: frozenset[str] = frozenset()
    state: State | None = None
    fetched_at: datetime | None = None
    peers: tuple[str, ...] = ()
    progress: Callable[[str], None] = field(default=lambda _text: None)
    reach: Reach = Reach.WHOLE
    read: Reader = field(default=lambda _stream, _columns, _after: iter(()))


@dataclass(frozen=True)
class Source:
    """What a module of a system's folder declares as `SOURCE`.

    Attributes:
        name: the file's name, or the folder's and the file's; also the Dagster asset `[sources, name]`.
        source: folder in the lake and system of origin: `git`, `github`, `huggingface`, `openrouter`.
        stream: what the rows are: `commits`, `models`, …
        description: for the Dagster UI: what, from where, how often, what it costs.
        schema: the columns, typed; exactly what was asked of the API.
        subjects: which subjects a project has in this stream.
        fetch: brings one subject. Yields nothing at all if nothing has changed since `request.state`.
        atomic: True if rows count only when their fetch completed (it can be repeated); False if each batch stands
            for itself, because what it saw cannot be fetched again.
        resumable: True if a `state` on any batch is a checkpoint from which the next fetch goes on. Such a source is
            not atomic, its rows are facts that may come twice, and `Request.state` may stem from an incomplete fetch.
        daily: True if a second fetch on the same UTC day brings nothing new by definition.
        after: `source/stream`s that should have been fetched before, because `Request.read` looks into them.
        pool: Dagster's concurrency pool: `github_api`, `huggingface_api`, or None.
        concurrency: how many subjects at once.
        priority: of sources that run one after another, the higher ones go first: what most depends on.
        has_older: whether a fetch that reaches so far would bring more of a subject's past than its state has; None: of
            no state, ever.
        needs: names of settings without which the stream is skipped ("github_token"), with what it would add.
    """

    name: str
    source: str
    stream: str
    description: str
    schema: pa.Schema
    subjects: Callable[[Project], Sequence[str]]
    fetch: Callable[[Request], Iterator[Batch]]
    atomic: bool = True
    resumable: bool = False
    daily: bool = False
    pool: str | None = None
    concurrency: int = 1
    after: tuple[str, ...] = ()
    kinds: frozenset[str] = frozenset()
    priority: int = 0
    has_older: Callable[[State | None, Settings, Reach], bool] | None = None
    needs: Mapping[str, str] = field(default_factory=dict)
