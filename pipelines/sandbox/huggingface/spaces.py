"""Spaces of the simulated Hub, which use its models; and the answers to queries over Spaces. Nothing here is HTTP."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from pipelines.sandbox.cast import FAMILIES, Frame
from pipelines.sandbox.chance import Chance
from pipelines.sandbox.huggingface.families import BIRDS, PLACES, UNFOLLOWED, Model
from pipelines.sandbox.huggingface.models import ALWAYS, Query, Row, cursor_after

SPACES = 60  # for each family, at scale 1
SECOND, GONE = 0.25, 0.1
SDKS = ("gradio", "streamlit", "docker", "static")
EXPANDABLE = frozenset(
    [
        "author",
        "cardData",
        "createdAt",
        "datasets",
        "disabled",
        "lastModified",
        "likes",
        "models",
        "private",
        "region",
        "resourceGroup",
        "runtime",
        "sdk",
        "sha",
        "siblings",
        "subdomain",
        "tags",
        "trendingScore",
        "usedStorage",
    ]
)
SORTS = frozenset({"createdAt", "lastModified", "likes", "trendingScore"})
HUB_ID_DIGITS = 24


@dataclass(frozen=True)
class Space:
    """A Space: which models it uses (names as created), since when it is there, and the first day it no longer is."""

    name: str
    models: tuple[str, ...]
    created: datetime
    gone_on: date | None

    def exists_on(self, day: date) -> bool:
        """Whether the Hub has it at the end of that day."""
        return self.created.date() <= day and (self.gone_on is None or day < self.gone_on)


def plan_spaces(frame: Frame, models: Sequence[Model]) -> list[Space]:
    """All Spaces that ever are."""
    return [space for plan in FAMILIES for space in _family(frame, plan.organization, models)]


def _family(frame: Frame, organization: str, models: Sequence[Model]) -> Iterator[Space]:
    chance = Chance(frame.seed, "spaces", organization)
    own = [m for m in models if m.name.startswith(f"{organization}/") and m.model_type != UNFOLLOWED]
    for number in range(max(3, round(SPACES * frame.scale))):
        model = chance.pick(own)
        used = (model.name, chance.pick(models).name) if chance.happens(SECOND) else (model.name,)
        created = model.created + (frame.now - model.created) * chance.uniform(0, 1)
        stays = timedelta(days=chance.uniform(20, 400))
        gone = (created + stays).date() if chance.happens(GONE) else None
        name = f"{chance.pick(BIRDS)}-of-{chance.pick(PLACES)}/{organization}-demo-{number}"
        yield Space(name, tuple(dict.fromkeys(used)), created.replace(microsecond=0), gone)


def spaces_on(plan: Sequence[Space], day: date, names: Mapping[str, str]) -> HubSpaces:
    """The Hub's Spaces at the end of that day; `names`: of the models that are there, as created → now."""
    return HubSpaces([_row(space, names) for space in plan if space.exists_on(day)])


def _row(space: Space, names: Mapping[str, str]) -> Row:
    stamp = space.created.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    digest = hashlib.sha256(space.name.encode()).hexdigest()
    return {
        "_id": digest[:HUB_ID_DIGITS],
        "id": space.name,
        "author": space.name.partition("/")[0],
        "createdAt": stamp,
        "lastModified": stamp,
        "likes": int(digest[:2], 16),
        "trendingScore": int(digest[2:3], 16),
        "sdk": SDKS[int(digest[3], 16) % len(SDKS)],
        "private": False,
        "tags": ["region:us"],
        "models": [names[model] for model in space.models if model in names],
    }


@dataclass(frozen=True)
class HubSpaces:
    """All Spaces of a Hub on one day, in the Hub's form."""

    rows: Sequence[Row]

    def page(self, query: Query) -> tuple[list[Row], str | None]:
        """One page of rows, each with the fields asked for, and the cursor of the next page (None on the last)."""
        found = [row for row in self.rows if self._fits(row, query)]
        found.sort(key=lambda row: row["id"])
        if query.sort is not None:
            key = query.sort
            found.sort(key=lambda row: row[key], reverse=True)
        end = query.offset + query.limit
        wanted = {*ALWAYS, *(query.expand or ("author", "createdAt", "likes", "private", "sdk", "tags"))}
        rows = [{name: value for name, value in row.items() if name in wanted} for row in found[query.offset : end]]
        return rows, cursor_after(end) if end < len(found) else None

    @staticmethod
    def _fits(row: Mapping[str, Any], query: Query) -> bool:
        return (
            set(query.models) <= set(row["models"])
            and set(query.filters) <= set(row["tags"])
            and query.author in {None, row["author"]}
            and (query.search is None or query.search.lower() in row["id"].lower())
        )
