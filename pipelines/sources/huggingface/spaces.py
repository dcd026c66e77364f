"""Hugging Face Spaces that use the models of an organisation, asked model by model, as of today.

Of a model that was asked before, only Spaces come that are new or tell otherwise, and then one row that ends the whole
listing and names those that it no longer showed. What is asked is bounded (docs/huggingface.md): the most downloaded
and most liked models, each once a week, within a share of what the Hub allows; what is left is for the next run.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow as pa

from pipelines.errors import Paused, Skipped, SourceError
from pipelines.sources import Batch, Request, Source, untrusted
from pipelines.sources.columns import NAME, TIME, column, table
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
from pipelines.sources.huggingface.client import model as reading
from pipelines.sources.huggingface.client.client import PAGE_ROWS, HubClient

STREAM = "huggingface/spaces"
ASKED_EVERY_DAYS = 7
MODELS = 500  # that a Space names; real ones name some dozens at most
FIELDS = ("author", "createdAt", "lastModified", "likes", "models", "sdk")

SCHEMA = pa.schema(
    [
        column("model", NAME, "owner/name of the model that was asked for", nullable=False),
        column("hub_id", NAME, "the Hub's _id of the model; NULL where the listing lacks it"),
        column("day", pa.date32(), "UTC day of the fetch", nullable=False),
        column("space_hub_id", pa.string(), "the Hub's _id of the Space; NULL where the listing lacks it"),
        column("space", pa.string(), "owner/name of the Space; NULL on the row that ends a whole listing"),
        column("author", pa.string(), "its owner"),
        column("created_at", TIME, "when it was created"),
        column("last_modified", TIME, "when it was last changed"),
        column("likes", pa.int64(), "likes when it was told"),
        column("sdk", NAME, "gradio, streamlit, docker or static"),
        column("models", pa.list_(pa.string()), "all models that it uses"),
        column("gone", pa.list_(pa.string()), "on the row that ends a whole listing: Spaces that it no longer showed"),
    ],
)


def fetch(request: Request) -> Iterator[Batch]:
    """What is new among the Spaces that use the organisation's models, of the models that are due.

    Raises:
        Paused: the calls of this fetch are used up; the next one goes on.
        SourceError: the organisation's models could not be listed. What breaks later ends the fetch incomplete.
    """
    yield from _Fetch(request).batches()


@dataclass
class _Model:
    """A model to ask, and what the lake holds of it: the Spaces by key, and when it was last listed whole."""

    asked: Asked
    held: dict[str, tuple[str, ...]] = field(default_factory=dict)
    listed_on: date | None = None

    def is_due(self, today: date) -> bool:
        return self.listed_on is None or (today - self.listed_on).days >= ASKED_EVERY_DAYS


class _Fetch:
    def __init__(self, request: Request) -> None:
        self._request = request
        self._organization = request.subject.removeprefix("hf-org:")
        settings = request.settings
        self._client = HubClient(settings.hf_endpoint, settings.hf_token, progress=request.progress)
        self._today = request.now.date()
        self._missing: list[str] = []

    def batches(self) -> Iterator[Batch]:
        due = [model for model in self._models() if model.is_due(self._today)]
        failed = 0
        for place, model in enumerate(due):
            left = f"{len(due) - place:,} models of {self._organization}"
            if failed == FAILED_MODELS:
                self._missing.insert(0, f"{failed} models failed in a row: {left} were not asked")
                break
            afford(self._client, f"{left} are left")
            self._request.progress(f"{left} to ask for Spaces")
            try:
                yield from self._model(model)
                failed = 0
            except (Paused, Skipped):
                raise
            except SourceError as error:
                self._missing.append(str(error))
                failed += 1
        yield Batch(
            SCHEMA.empty_table(),
            complete=not self._missing,
            state=None if self._missing else {"models": len(due)},
            reason=reason_of(self._missing),
        )

    def _models(self) -> list[_Model]:
        models = {asked.key: _Model(asked) for asked in asked_models(self._client, self._request)}
        columns = ["model", "hub_id", "day", "space_hub_id", "space", "models", "gone"]
        for held in self._request.read(STREAM, columns, None):
            for row in held.to_pylist():
                model = models.get(row["hub_id"] or row["model"])
                if model is not None:
                    _remember(model, row)
        return list(models.values())

    def _model(self, model: _Model) -> Iterator[Batch]:
        params: list[tuple[str, str | int]] = [("limit", PAGE_ROWS), ("sort", "createdAt"), ("direction", -1)]
        params += [("models", model.asked.name), *(("expand", name) for name in FIELDS)]
        shown: set[str] = set()
        flaws = 0
        what = f"the Spaces that use {model.asked.name}"
        for page in self._client.listing("/api/spaces", params, what=what):
            flaws += page.left_out + page.repeated
            rows = [{**self._of(model), **_space(row)} for row in page.rows]
            shown |= {_key(row) for row in rows}
            new = [row for row in rows if model.held.get(_key(row)) != tuple(row["models"])]
            if new:
                yield Batch(table(new, SCHEMA))
        if flaws:
            self._missing.append(f"{what}: {flaws:,} rows without id or pages that came twice")
            return
        yield Batch(table([{**self._of(model), "gone": sorted(model.held.keys() - shown)}], SCHEMA))

    def _of(self, model: _Model) -> dict[str, Any]:
        return {"model": model.asked.name, "hub_id": model.asked.hub_id, "day": self._today}


def _remember(model: _Model, row: dict[str, Any]) -> None:
    if row["space"] is not None:
        model.held[_key(row)] = tuple(row["models"] or ())
        return
    model.listed_on = max(model.listed_on or row["day"], row["day"])
    for key in row["gone"] or ():
        model.held.pop(key, None)


def _key(row: dict[str, Any]) -> str:
    key: str = row["space_hub_id"] or row["space"]
    return key


def _space(row: dict[str, Any]) -> dict[str, Any]:
    told = row.get("models")
    named = {reading.model_id(name) for name in (told if isinstance(told, list) else [])[:MODELS]}
    return {
        "space_hub_id": untrusted.text(row.get("_id")),
        "space": untrusted.text(row["id"]),
        "author": untrusted.text(row.get("author")),
        "created_at": untrusted.moment(row.get("createdAt")),
        "last_modified": untrusted.moment(row.get("lastModified")),
        "likes": untrusted.count(row.get("likes")),
        "sdk": untrusted.text(row.get("sdk")),
        "models": sorted(name for name in named if name),
    }


SOURCE = Source(
    name="huggingface_spaces",
    source="huggingface",
    stream="spaces",
    description=(
        f"Spaces on the Hugging Face Hub that use {ASKED}: a call for each model, once in {ASKED_EVERY_DAYS} days, at "
        f"most one in {SHARE_OF_LIMIT} of those that the Hub allows in five minutes, an organisation and run. "
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
