"""The models that the loopback Hub shows: indexed rows, and the answers to queries over them. Nothing here is HTTP.

Data comes from a recorded file or from the simulated world as rows in the Hub's own form and leaves as such rows.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

Row = dict[str, Any]

RELATIONS = ("adapter", "merge", "quantized", "finetune")  # in the order of the Hub's childrenModelCount
SORTS = frozenset({"createdAt", "downloads", "lastModified", "likes", "trendingScore"})
LARGEST_PAGE = 1_000
ALWAYS = ("_id", "id")
WITHOUT_EXPAND = (
    "author",
    "createdAt",
    "downloads",
    "library_name",
    "likes",
    "pipeline_tag",
    "private",
    "tags",
    "trendingScore",
)
EXPANDABLE = frozenset(
    [
        "author",
        "baseModels",
        "cardData",
        "childrenModelCount",
        "config",
        "createdAt",
        "disabled",
        "downloads",
        "downloadsAllTime",
        "evalResults",
        "gated",
        "gguf",
        "inference",
        "inferenceProviderMapping",
        "lastModified",
        "library_name",
        "likes",
        "mask_token",
        "model-index",
        "pipeline_tag",
        "private",
        "resourceGroup",
        "safetensors",
        "sha",
        "siblings",
        "spaces",
        "tags",
        "transformersInfo",
        "trendingScore",
        "usedStorage",
        "widgetData",
    ],
)


class BadQueryError(ValueError):
    """A query that the Hub answers with 400."""


@dataclass(frozen=True)
class Query:
    """The parameters of `GET /api/models` and `/api/spaces` that the loopback Hub knows."""

    filters: Sequence[str] = ()
    author: str | None = None
    search: str | None = None
    sort: str | None = None
    limit: int = LARGEST_PAGE
    expand: Sequence[str] = ()
    offset: int = 0
    models: Sequence[str] = ()

    @classmethod
    def parse(
        cls,
        params: Mapping[str, Sequence[str]],
        sorts: frozenset[str] = SORTS,
        expandable: frozenset[str] = EXPANDABLE,
    ) -> Query:
        """Read the decoded query string; BadQueryError if the Hub would refuse it."""
        sort = _one(params, "sort")
        if sort is not None and sort not in sorts:
            raise BadQueryError(f"sort must be one of {', '.join(sorted(sorts))}")
        expand = params.get("expand", [])
        if unknown := sorted(set(expand) - expandable):
            raise BadQueryError(f"expand does not know {', '.join(unknown)}")
        if expand and {"full", "cardData", "config"} & set(params):
            raise BadQueryError("expand excludes full, cardData and config")
        limit = _one(params, "limit") or str(LARGEST_PAGE)
        if not limit.isdigit() or not int(limit):
            raise BadQueryError("limit must be a number above 0")
        return cls(
            filters=list(params.get("filter", [])),
            author=_one(params, "author"),
            search=_one(params, "search"),
            sort=sort,
            limit=min(int(limit), LARGEST_PAGE),
            expand=list(expand),
            offset=_read_cursor(_one(params, "cursor")),
            models=list(params.get("models", [])),
        )


class Pages(Protocol):
    """What answers queries page by page."""

    def page(self, query: Query) -> tuple[list[Row], str | None]:
        """One page of rows, and the cursor of the next page (None on the last)."""


@dataclass(frozen=True)
class HubModels:
    """All models of a Hub on one day.

    Attributes:
        rows: in the Hub's form; fields that were not recorded are absent. `childrenModelCount` is computed from them.
        renamed: former names of models and what they are called now.
        sample: what to say of listings if the rows are a sample of the Hub; None if they are all of it. The models
            that a sample names as bases without having them are then listed by name alone, under their organisation:
            they were there that day, or the Hub would not have tagged them.
        spaces: its Spaces; None: not recorded.
        discussions: by model, the Hub's answer for each discussion, newest first; None: not recorded.
    """

    rows: Sequence[Row]
    renamed: Mapping[str, str] = field(default_factory=dict)
    sample: str | None = None
    spaces: Pages | None = None
    discussions: Mapping[str, Sequence[Row]] | None = None

    @classmethod
    def recorded(cls, path: Path, sample: str | None) -> HubModels:
        """Read a `DATE.models.jsonl.gz`: one row of `/api/models` a line."""
        with gzip.open(path, "rt", encoding="utf-8") as file:
            return cls([json.loads(line) for line in file], sample=sample)

    def page(self, query: Query) -> tuple[list[Row], str | None]:
        """One page of rows, each with the fields asked for, and the cursor of the next page (None on the last)."""
        found = self._matching(query)
        end = query.offset + query.limit
        rows = [self._shown(row, query.expand) for row in found[query.offset : end]]
        return rows, cursor_after(end) if end < len(found) else None

    def model(self, name: str, expand: Sequence[str] = ()) -> Row | None:
        """The model of that name, None if there is none. A name known only as a base was not recorded: None."""
        index = self._by_name.get(name)
        return None if index is None else self._shown(self.rows[index], expand)

    def _matching(self, query: Query) -> list[Row]:
        sets = [set(self._by_tag.get(value, ())) for value in query.filters]
        if query.author is not None:
            sets.append(set(self._by_author.get(query.author, ())))
        chosen: Iterable[int] = set.intersection(*sets) if sets else range(len(self.rows))
        rows = [self.rows[index] for index in chosen]
        if query.search is not None:
            rows = [row for row in rows if query.search.lower() in row["id"].lower()]
        rows.sort(key=lambda row: row["id"])
        if query.sort is not None:
            key = query.sort
            empty = "" if key in {"createdAt", "lastModified"} else float("-inf")
            rows.sort(key=lambda row: empty if row.get(key) is None else row[key], reverse=True)
        if (
            query.author is not None
            and not query.filters
            and query.search is None
            and "childrenModelCount" in query.expand
        ):
            rows += self._named_only.get(query.author, ())
        return rows

    def _shown(self, row: Row, expand: Sequence[str]) -> Row:
        wanted = {*ALWAYS, *(expand or WITHOUT_EXPAND)}
        shown = {key: value for key, value in row.items() if key in wanted}
        if "childrenModelCount" in expand:
            shown["childrenModelCount"] = self._children.get(row["id"], dict.fromkeys(RELATIONS, 0))
        return shown

    @cached_property
    def _by_name(self) -> dict[str, int]:
        return {row["id"]: index for index, row in enumerate(self.rows)}

    @cached_property
    def _by_author(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for index, row in enumerate(self.rows):
            found.setdefault(row.get("author") or row["id"].partition("/")[0], []).append(index)
        return found

    @cached_property
    def _by_tag(self) -> dict[str, list[int]]:
        """Rows by tag; a base model answers to its plain and its typed tag, whichever of them was recorded."""
        found: dict[str, list[int]] = {}
        for index, row in enumerate(self.rows):
            tags = dict.fromkeys(row.get("tags") or ())
            for relation, base in _bases(row):
                tags[f"base_model:{base}"] = None
                if relation:
                    tags[f"base_model:{relation}:{base}"] = None
            for tag in tags:
                found.setdefault(tag, []).append(index)
        return found

    @cached_property
    def _children(self) -> dict[str, dict[str, int]]:
        found: dict[str, dict[str, int]] = {}
        for row in self.rows:
            for base, relation in {base: relation or "finetune" for relation, base in _bases(row)}.items():
                found.setdefault(base, dict.fromkeys(RELATIONS, 0))[relation] += 1
        return found

    @cached_property
    def _named_only(self) -> dict[str, list[Row]]:
        """By organisation: the models that others name as base and that the sample does not have."""
        if self.sample is None:
            return {}
        found: dict[str, list[Row]] = {}
        ids = {m["id"]: m.get("_id") for row in self.rows for m in (row.get("baseModels") or {}).get("models", ())}
        for base in sorted(self._children.keys() - self._by_name.keys()):
            row = {"_id": ids[base], "id": base} if ids.get(base) else {"id": base}
            found.setdefault(base.partition("/")[0], []).append(row)
        return found


def _bases(row: Row) -> list[tuple[str, str]]:
    """Relation ('' if untold) and name of each base that the Hub resolved, each name once."""
    found: dict[str, str] = {}
    for tag in row.get("tags") or ():
        if isinstance(tag, str) and tag.startswith("base_model:"):
            relation, _, base = tag.removeprefix("base_model:").partition(":")
            if relation in RELATIONS and base:
                found[base] = relation
            elif not base:
                found.setdefault(relation, "")
    return [(relation, base) for base, relation in found.items()]


def _one(params: Mapping[str, Sequence[str]], name: str) -> str | None:
    return params[name][-1] if params.get(name) else None


def cursor_after(offset: int) -> str:
    """The cursor of the page that begins there."""
    return base64.urlsafe_b64encode(json.dumps({"after": offset}).encode()).decode()


def _read_cursor(text: str | None) -> int:
    if text is None:
        return 0
    try:
        return int(json.loads(base64.urlsafe_b64decode(text))["after"])
    except (binascii.Error, ValueError, KeyError, TypeError):
        raise BadQueryError("cursor is not one of ours") from None
