"""The simulated Hub as of a day: each model that exists then as a row of `/api/models`, with that day's counts."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from pipelines.sandbox.huggingface.families import Model
from pipelines.sandbox.huggingface.models import HubModels
from pipelines.sandbox.times import midnight

RECENT_DAYS = 30  # that the Hub's `downloads` counts
LIKES = 0.0004  # for a download
HUB_ID_DIGITS = 24


def hub_on(models: Sequence[Model], day: date) -> HubModels:
    """The whole Hub at the end of that day."""
    there = [model for model in models if model.exists_on(day)]
    names = {model.name: model.name_on(day) for model in there}
    renamed = {old: new for old, new in names.items() if old != new}
    return HubModels([_row(model, day, names) for model in there], renamed=renamed)


def hub_id(model: Model) -> str:
    """The Hub's id of the model: it stays when the name changes."""
    return _id_of(model.name)


def _id_of(first_name: str) -> str:
    return hashlib.sha256(first_name.encode()).hexdigest()[:HUB_ID_DIGITS]


def downloads_until(model: Model, moment: datetime) -> float:
    """Expected downloads from creation to that time.

    Daily downloads are `peak · (t/τ) · exp(1 - t/τ) + floor`; this is their integral over t days.
    """
    days = (moment - model.created) / timedelta(days=1)
    if days <= 0:
        return 0.0
    x = days / model.tau
    return model.peak * math.e * model.tau * (1 - (1 + x) * math.exp(-x)) + model.floor * days


def counts(model: Model, day: date) -> dict[str, int]:
    """`downloads` (last 30 days), `downloadsAllTime` and `likes` at the end of that day."""
    end = midnight(day) + timedelta(days=1)
    total = downloads_until(model, end)
    recent = round(total) - round(downloads_until(model, end - timedelta(days=RECENT_DAYS)))
    told = 0.9 * total if model.recounted_on and day >= model.recounted_on else total
    return {"downloads": recent, "downloadsAllTime": round(told), "likes": round(total * LIKES)}


def _row(model: Model, day: date, names: Mapping[str, str]) -> dict[str, Any]:
    bases = [names[base] for base in model.bases if base in names]
    name = names[model.name]
    trending = downloads_until(model, midnight(day)) - downloads_until(model, midnight(day) - timedelta(days=7))
    row: dict[str, Any] = {
        "_id": hub_id(model),
        "id": name,
        "author": name.partition("/")[0],
        "createdAt": _stamp(model.created),
        "lastModified": _stamp(model.created + timedelta(hours=5)),
        **counts(model, day),
        "trendingScore": round(trending) // 500,
        "tags": _tags(model, bases),
        "pipeline_tag": "text-generation",
        "library_name": "peft" if model.relation == "adapter" else "transformers",
        "gated": model.gated,
        "disabled": False,
        "private": False,
        "config": {"model_type": model.model_type},
        "cardData": _card(model),
    }
    if model.relation == "quantized":
        row["gguf"] = {"total": model.parameters, "architecture": model.model_type}
    else:
        row["safetensors"] = {"parameters": {"BF16": model.parameters}, "total": model.parameters}
    if bases and model.relation != "unspecified":
        ids = [{"_id": _id_of(base), "id": names[base]} for base in model.bases if base in names]
        row["baseModels"] = {"relation": model.relation, "models": ids}
    return row


def _tags(model: Model, bases: Sequence[str]) -> list[str]:
    tags = ["gguf" if model.relation == "quantized" else "safetensors", model.model_type, "text-generation"]
    tags += [f"base_model:{base}" for base in bases]
    if model.relation != "unspecified":
        tags += [f"base_model:{model.relation}:{base}" for base in bases]
    if model.license:
        tags.append(f"license:{model.license}")
    return [*tags, "region:us"]


def _card(model: Model) -> dict[str, Any]:
    card: dict[str, Any] = {"language": ["en"]}
    if model.license:
        card["license"] = model.license
        if model.license_name:
            card["license_name"] = model.license_name
    if named := [*model.bases, *model.bases_gone]:
        card["base_model"] = named
    return card


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")
