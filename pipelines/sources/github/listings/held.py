"""What the lake holds of a listing, and which of it has left GitHub. From batches back to a walk, and on to tombstones.

A listing that counts fewer than are held has lost some: transferred, deleted, converted. They are asked for by their
ids, a hundred to a point, newest first, until as many are found as are missing; each is a row with `gone_at`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipelines.sources import Request
from pipelines.sources.github.client.client import GitHub, load_document
from pipelines.sources.github.listings.listing import Listing
from pipelines.sources.github.listings.state import Progress, as_text

IDS = 100  # docs: nodes(ids:) of GitHub's GraphQL API
LEAST_IDS = 2_000  # a run: 20 points
RUNS = 3  # in which all of a listing is asked for: what leaves it meanwhile is found in the next three
Row = Mapping[str, Any]


def held(listing: Listing, request: Request, progress: Progress, columns: Sequence[str]) -> dict[str, Row]:
    """The newest row of each one that is held of this repository and not known to be gone, by its key."""
    names = list(dict.fromkeys((listing.key, "repository_id", "pass", "gone_at", *columns)))
    names = [name for name in names if name in listing.schema.names]
    newest: dict[str, Row] = {}
    for table in request.read(f"github/{listing.stream}", names, None):
        for row in table.to_pylist():
            old = newest.get(row[listing.key])
            if old is None or row["_batch"] >= old["_batch"]:
                newest[row[listing.key]] = row
    repository = f"github:{progress.repository}"
    return {
        key: row
        for key, row in newest.items()
        if row.get("gone_at") is None and row["repository_id"] == repository and row["pass"] >= progress.number
    }


class Presence:
    """Asks for those that are held whether they are still there."""

    def __init__(self, listing: Listing, request: Request, client: GitHub, progress: Progress, what: str) -> None:
        self._listing, self._request, self._client, self._progress, self._what = (
            listing, request, client, progress, what,
        )  # fmt: skip
        needed = [field.name for field in listing.schema if not field.nullable]
        self._rows = held(listing, request, progress, [*needed, "node_id"])

    @property
    def is_possible(self) -> bool:
        """Whether all have an id to be asked for by: what an earlier version fetched has none."""
        return all(row["node_id"] for row in self._rows.values())

    def pages(self) -> Iterator[tuple[list[Row], str, bool]]:
        """A third of them, a hundred at a time: tombstones of those that are gone, the place, the end."""
        check = self._progress.check
        keys = sorted(self._rows, key=self._place, reverse=True)
        first = self._progress.first
        if first is not None and first.settled is not None and not self._listing.moves:
            keys = [key for key in keys if self._place(key) >= first.settled]  # the others are not counted yet
        left = [key for key in keys if check is None or check.after is None or self._place(key) < check.after]
        share = left[: max(LEAST_IDS, math.ceil(len(keys) / RUNS))]
        if not share:
            yield [], "", True
        for start in range(0, len(share), IDS):
            page = share[start : start + IDS]
            yield self._gone(page), self._place(page[-1]), start + IDS >= len(share) == len(left)

    def _place(self, key: str) -> str:
        return f"{as_text(self._rows[key]['created_at'])} {key}"

    def _gone(self, keys: Sequence[str]) -> list[Row]:
        ids = [self._rows[key]["node_id"] for key in keys]
        answer = self._client.ask(
            load_document("presence"), {"ids": ids}, what=self._what, progress=self._request.progress
        )
        unknown = {each.path[1] for each in answer.errors if len(each.path) > 1 and each.type != "NOT_FOUND"}
        return [
            {**self._rows[key], "gone_at": self._request.now}
            for place, (key, node) in enumerate(zip(keys, answer.data["nodes"], strict=True))
            if place not in unknown and not self._is_there(node)
        ]

    def _is_there(self, node: Mapping[str, Any] | None) -> bool:
        if node is None:
            return False
        place = node.get(self._listing.gone_by or "")
        return place is not None and place["databaseId"] == self._progress.repository
