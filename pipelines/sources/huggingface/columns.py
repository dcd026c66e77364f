"""What a row of the Hub's models holds, and how the Hub's answer becomes one: data flows from an answer to a row.

A row is one of four things, told by what it refers to (docs/decisions/0007):

    a whole telling   `of_batch` is NULL: all that was said of a model that is new, or of which more than counts changed
    new counts        `of_batch`, `of_number`: the whole telling that still holds; the counts are its own
    gone              the same, with `gone`
    seen unchanged    `number` is NULL: the rows `of_number` to `of_last` of `of_batch` were true again on this day
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pyarrow as pa

from pipelines.sources import untrusted
from pipelines.sources.changes import Shape
from pipelines.sources.huggingface.client import model as reading


def _column(name: str, kind: pa.DataType, comment: str = "") -> pa.Field:
    return pa.field(name, kind, metadata={"comment": comment} if comment else None)


IDENTITY = (
    _column("hub_id", pa.string(), "the Hub's _id; NULL where the answer lacks it"),
    _column("name", pa.string(), "owner/name; NULL where an earlier row holds"),
)
PROFILE = (
    _column("author", pa.string()),
    _column("created_at", pa.timestamp("us", tz="UTC")),
    _column("pipeline_tag", pa.string()),
    _column("library_name", pa.string()),
    _column("license", pa.string(), "the Hub's licence id, from the tag, else the card"),
    _column("license_name", pa.string(), "the card's own name of a licence that has no id"),
    _column("gated", pa.bool_(), "whether its files have to be asked for"),
    _column("gating", pa.string(), "auto or manual: who grants it"),
    _column("disabled", pa.bool_()),
    _column("parameters", pa.int64(), "total, of safetensors, else of GGUF"),
    _column("formats", pa.list_(pa.string()), "of the weights: safetensors, gguf, pickle, onnx …"),
    _column("model_type", pa.string(), "config.model_type"),
    _column("architecture", pa.string(), "gguf.architecture, else the first of config.architectures"),
    _column("tags", pa.list_(pa.string())),
    _column(
        "base_models",
        pa.list_(pa.struct([("id", pa.string()), ("hub_id", pa.string()), ("relation", pa.string())])),
        "from baseModels, tags and card; relation unspecified where untold",
    ),
)
COUNTS = (
    _column("last_modified", pa.timestamp("us", tz="UTC")),
    _column("downloads", pa.int64(), "of the last 30 days"),
    _column("downloads_all_time", pa.int64()),
    _column("likes", pa.int64()),
    _column("trending_score", pa.float64()),
    _column("children_models", pa.int64(), "models that name this one as base"),
    _column("spaces", pa.int64(), "Spaces that the Hub names as using it"),
)
OCCASION = (
    _column("listing", pa.string(), "what showed it: author:ORG, base_model:ID, or id:NAME where it was asked for"),
    pa.field("day", pa.date32(), nullable=False),
)
NAMED = "name:"


def key_of(hub_id: str | None, name: str | None) -> str:
    """What stays the same of a model when its name changes: the Hub's id, the name where that is not told."""
    return hub_id or f"{NAMED}{name}"


SHAPE = Shape((*IDENTITY, *PROFILE), COUNTS, OCCASION, key=lambda row: key_of(row["hub_id"], row["name"]))
SCHEMA = SHAPE.schema


def record(name: str, row: Mapping[str, Any], listing: str, day: date) -> dict[str, Any]:
    """A whole telling, without its number."""
    disabled = row.get("disabled")
    gated, gating = reading.gated(row.get("gated"))
    return {
        "hub_id": untrusted.text(row.get("_id")),
        "name": name,
        "author": untrusted.text(row.get("author")),
        "created_at": untrusted.moment(row.get("createdAt")),
        "last_modified": untrusted.moment(row.get("lastModified")),
        "downloads": untrusted.count(row.get("downloads")),
        "downloads_all_time": untrusted.count(row.get("downloadsAllTime")),
        "likes": untrusted.count(row.get("likes")),
        "trending_score": untrusted.number(row.get("trendingScore")),
        "pipeline_tag": untrusted.text(row.get("pipeline_tag")),
        "library_name": untrusted.text(row.get("library_name")),
        "license": reading.licence(row),
        "license_name": untrusted.text(reading.section(row, "cardData").get("license_name")),
        "gated": gated,
        "gating": gating,
        "disabled": disabled if isinstance(disabled, bool) else None,
        "parameters": reading.parameters(row),
        "formats": reading.formats(row),
        "model_type": untrusted.text(reading.section(row, "config").get("model_type")),
        "architecture": reading.architecture(row),
        "tags": reading.tags(row),
        "base_models": [vars(base) for base in reading.base_models(row)],
        "children_models": reading.children(row),
        "spaces": reading.spaces(row),
        "listing": listing,
        "day": day,
    }
