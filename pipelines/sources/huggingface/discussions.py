"""Hugging Face discussions and pull requests of the models of each organisation that matter most: who said what when.

The listing tells no time of a last change: what is new in a discussion shows in its number of comments and its status,
which are compared with what the lake holds. What is asked is bounded (docs/huggingface.md): the most downloaded and
the most liked models, each at least once a week and daily while something happens there, within a share of what the Hub
allows; what is left is for the next run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from pipelines.errors import Gone, Paused, Skipped, SourceError
from pipelines.sources import Batch, Request, Source
from pipelines.sources.columns import COMMENTS, NAME, TIME, column, table
from pipelines.sources.huggingface.asked import (
    ASKED,
    FAILED_MODELS,
    SHARE_OF_LIMIT,
    Asked,
    afford,
    asked_models,
    reason_of,
    subjects,
)
from pipelines.sources.huggingface.client import discussions as hub
from pipelines.sources.huggingface.client.client import HubClient
from pipelines.sources.huggingface.client.discussions import Author, Listed, Talk

STREAM = "huggingface/discussions"
LIVELY_DAYS = 14  # with something new within these, a model is asked every day
QUIET_DAYS = 7  # and otherwise once in these
BATCH_ROWS = 50  # discussions that a crash can lose: as many calls
KEY = "hf-user:<the Hub's id of the account>, or its name in lower case; NULL where it was deleted"


def _person(role: str, who: str) -> list[pa.Field]:
    return [
        column(f"{role}_key", NAME, f"{who}: {KEY}"),
        column(f"{role}_login", NAME, f"name of {who} when it was fetched"),
        column(f"{role}_type", NAME, "User or Organization"),
    ]


SCHEMA = pa.schema(
    [
        column("model", NAME, "owner/name when it was fetched", nullable=False),
        column("hub_id", NAME, "the Hub's _id of the model; NULL where the listing lacks it"),
        column("day", pa.date32(), "UTC day of the fetch", nullable=False),
        column("number", pa.int32(), "number at the model; NULL on the row that ends a whole listing"),
        column("created_at", TIME, "opened"),
        column("closed_at", TIME, "first closed or merged"),
        column("status", NAME, "draft, open, closed or merged"),
        column("is_pull_request", pa.bool_(), "whether it proposes a change"),
        *_person("author", "who opened it"),
        *_person("closed_by", "who closed it first"),
        column("comments_total", pa.int64(), "the listing's count; NULL where what was said was not told whole"),
        column("comments", COMMENTS, "all but the opening text; NULL where it is hidden"),
        column("shown", pa.list_(pa.int32()), "on the row that ends a whole listing: every number that it showed"),
    ],
)


def fetch(request: Request) -> Iterator[Batch]:
    """What is new in the discussions of the organisation's models that are due.

    Raises:
        Paused: the calls of this fetch are used up; the next one goes on.
        SourceError: the organisation's models could not be listed. What breaks later ends the fetch incomplete.
    """
    yield from _Fetch(request).batches()


@dataclass
class _Model:
    """A model to ask, and what the lake holds of it: number → (comments, status), and when it was asked and changed."""

    asked: Asked
    held: dict[int, tuple[int | None, str | None]] = field(default_factory=dict)
    listed_on: date | None = None
    changed_on: date | None = None

    def is_due(self, today: date) -> bool:
        if self.listed_on is None or self.changed_on is None:
            return self.listed_on is None or (today - self.listed_on).days >= QUIET_DAYS
        lively = (today - self.changed_on).days < LIVELY_DAYS
        return (today - self.listed_on) >= timedelta(days=1 if lively else QUIET_DAYS)


class _Fetch:
    """One fetch: which models are due, what went missing."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._organization = request.subject.removeprefix("hf-org:")
        settings = request.settings
        self._client = HubClient(settings.hf_endpoint, settings.hf_token, progress=request.progress)
        self._today = request.now.date()
        self._rows: list[dict[str, Any]] = []
        self._missing: list[str] = []
        self._closed = 0
        self._waiting = 0

    def batches(self) -> Iterator[Batch]:
        due = [model for model in self._models() if model.is_due(self._today)]
        failed = 0
        for place, model in enumerate(due):
            self._waiting = len(due) - place
            if failed == FAILED_MODELS:
                self._missing.insert(0, f"{failed} models failed in a row: {self._waiting:,} were not asked")
                break
            try:
                yield from self._model(model)
                failed = 0
            except (Paused, Skipped):
                if self._rows:
                    yield self._batch()
                raise
            except Gone:
                self._closed += 1
            except SourceError as error:
                self._missing.append(str(error))
                failed += 1
        closed = [f"models whose discussions are switched off or hidden: {self._closed:,}"] if self._closed else []
        yield Batch(
            self._table(),
            complete=not self._missing,
            state=None if self._missing else {"models": len(due)},
            reason=reason_of(self._missing, *closed),
        )

    def _models(self) -> list[_Model]:
        """The models that are asked, with what is held of them."""
        models = {asked.key: _Model(asked) for asked in asked_models(self._client, self._request)}
        columns = ["model", "hub_id", "day", "number", "comments_total", "status"]
        for held in self._request.read(STREAM, columns, None):
            for row in held.to_pylist():
                model = models.get(row["hub_id"] or row["model"])
                if model is not None:
                    _remember(model, row)
        return list(models.values())

    def _model(self, model: _Model) -> Iterator[Batch]:
        self._afford()
        found = hub.listing(self._client, model.asked.name)
        new = [one for one in found.discussions if model.held.get(one.number) != one.changes or one.comments is None]
        whole = True
        for place, one in enumerate(new):
            self._afford()
            said = f"{model.asked.name}: {len(new) - place:,} discussions to read, {self._waiting - 1:,} more models"
            self._request.progress(said)
            whole = self._discussion(model, one) and whole
            if len(self._rows) >= BATCH_ROWS:
                yield self._batch()
        if found.why:
            self._missing.append(found.why)
        elif whole:
            shown = sorted(one.number for one in found.discussions)
            self._rows.append({**self._of(model), "shown": shown})
        if self._rows:
            yield self._batch()

    def _discussion(self, model: _Model, listed: Listed) -> bool:
        """Read one; False if some of it could not be, so that it is read again."""
        try:
            said: Talk | None = hub.talk(self._client, model.asked.name, listed)
        except Gone:
            said = None
        except SourceError as error:
            if isinstance(error, Skipped):
                raise
            self._missing.append(str(error))
            return False
        self._rows.append(_row(self._of(model), listed, said))
        if said is not None and said.left_out:
            self._missing.append(
                f"{said.left_out:,} events without id or time in discussion {listed.number} of {model.asked.name}"
            )
            return False
        return True

    def _afford(self) -> None:
        afford(self._client, f"{self._waiting:,} models of {self._organization} are left")

    def _of(self, model: _Model) -> dict[str, Any]:
        return {"model": model.asked.name, "hub_id": model.asked.hub_id, "day": self._today}

    def _batch(self) -> Batch:
        return Batch(self._table())

    def _table(self) -> pa.Table:
        rows, self._rows = self._rows, []
        return table(rows, SCHEMA)


def _remember(model: _Model, row: dict[str, Any]) -> None:
    if row["number"] is None:
        model.listed_on = max(model.listed_on or row["day"], row["day"])
    else:
        model.held[row["number"]] = (row["comments_total"], row["status"])
        model.changed_on = max(model.changed_on or row["day"], row["day"])


def _row(of: dict[str, Any], listed: Listed, said: Talk | None) -> dict[str, Any]:
    told = said is None or not said.left_out
    row = {
        **of,
        "number": listed.number,
        "created_at": listed.created_at,
        "status": listed.status,
        "is_pull_request": listed.is_pull_request,
        "comments_total": listed.comments if told else None,
        **_columns("author", listed.author),
    }
    if said is None:
        return row
    comments: Iterable[dict[str, Any]] = (
        {"comment_id": f"hf:comment:{one.id}", **_columns("author", one.author), "created_at": one.created_at}
        for one in said.comments
    )
    return {
        **row,
        **_columns("author", said.author),
        "closed_at": said.closed_at,
        "comments": list(comments),
        **_columns("closed_by", said.closed_by),
    }


def _columns(role: str, author: Author) -> dict[str, str | None]:
    return {f"{role}_key": author.key, f"{role}_login": author.login, f"{role}_type": author.type}


SOURCE = Source(
    name="huggingface_discussions",
    source="huggingface",
    stream="discussions",
    description=(
        f"Discussions and pull requests of {ASKED} on the Hugging Face Hub, with everything said in them: a call for "
        "each model that is due and one for each discussion with news, at most one in "
        f"{SHARE_OF_LIMIT} of those that the Hub allows in five minutes, an organisation and run. "
        "Anonymous by default; HF_TOKEN raises the limits."
    ),
    schema=SCHEMA,
    subjects=subjects,
    fetch=fetch,
    atomic=False,
    resumable=True,
    daily=True,
    pool="huggingface_api",
    kinds=frozenset({"huggingface"}),
)
