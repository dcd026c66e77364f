"""GitHub's timelines → what changes an issue or a change request: closed, reopened, draft, ready, labelled.

Of labels only those of a short list are kept, by a name of ours: what else people write on labels is not needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipelines.sources.github.columns import Node, moment

KINDS: Mapping[str, str] = {
    "ClosedEvent": "closed",
    "ReopenedEvent": "reopened",
    "ReadyForReviewEvent": "ready",
    "ConvertToDraftEvent": "draft",
    "LabeledEvent": "labeled",
    "UnlabeledEvent": "unlabeled",
}
LABELS: Mapping[str, frozenset[str]] = {
    "bug": frozenset({"bug", "bugs", "defect", "confirmed bug", "bug report", "kind bug", "type bug"}),
    "enhancement": frozenset({"enhancement", "feature", "feature request", "new feature", "improvement"}),
    "question": frozenset({"question", "questions", "help", "how to", "usage", "support"}),
    "good first issue": frozenset({"good first issue", "good first issues", "good first pr", "beginner", "easy"}),
    "security": frozenset({"security", "vulnerability", "cve"}),
    "documentation": frozenset({"documentation", "docs", "doc"}),
}
"""The short list, with what else it is called; a prefix such as `type:`, `kind/` or `area-` and emoji do not matter."""

_CLASSES = {name: label for label, names in LABELS.items() for name in names}
_EMOJI = re.compile(r":\w+:")
_PREFIX = re.compile(r"^(type|kind|t|category|c|topic|area|issue|tag)\s*[:/\-]+\s*")


def events(happened: Sequence[Node]) -> list[dict[str, Any]]:
    """The events of a page of a timeline that change a state, in its order."""
    return list(_events(happened))


def label_of(name: str) -> str | None:
    """Which label of the short list a label is; None: none of them."""
    words = re.sub(r"[^\w\s:/\-]", " ", _EMOJI.sub(" ", name.lower())).strip()
    words = re.sub(r"[\s_\-]+", " ", _PREFIX.sub("", words.strip())).strip(" :/")
    return _CLASSES.get(words)


def _events(happened: Sequence[Node]) -> Iterator[dict[str, Any]]:
    for event in happened:
        kind = KINDS.get(event["__typename"])
        label = label_of(event["label"]["name"]) if kind in {"labeled", "unlabeled"} else None
        if kind is not None and (label is not None or "label" not in kind):
            yield {
                "event_id": event["id"],
                "kind": kind,
                "label": label,
                "occurred_at": moment(event["createdAt"]),
            }
