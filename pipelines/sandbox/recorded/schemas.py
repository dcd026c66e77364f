"""JSON Schemas of the recorded files, with an example each: made from the models that lines are read with.

    python -m pipelines.sandbox.recorded.schemas docs/recorded

writes them, one file for each file of the layout. Rows of the Hub and of the packages service are their own: of them
only what is read is said.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pipelines.sandbox.recorded.records import LINES, RepositoryNote

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]

_AT = "2026-03-12T10:41:20Z"
_LATER = "2026-03-13T08:00:00Z"
_ANN: Mapping[str, Any] = {"login": "ann", "id": 5, "type": "User"}
_COMMENT: Mapping[str, Any] = {"id": 71, "author": _ANN, "created_at": _LATER}
_CLOSED: Mapping[str, Any] = {"type": "closed", "at": _LATER, "actor": _ANN, "reason": "COMPLETED"}
_THREAD: Mapping[str, Any] = {
    "number": 12,
    "id": 1_179_747_359,
    "author": _ANN,
    "association": "CONTRIBUTOR",
    "created_at": _AT,
    "closed_at": _LATER,
    "labels": ["bug"],
    "comments": [_COMMENT],
}
EXAMPLES: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "repository": [
        {
            "id": 7,
            "as_of": "2026-05-20",
            "created_at": _AT,
            "watchers": 40,
            "license": "Apache-2.0",
            "listings": {"issues": {"whole": False, "note": "only those of 2026 were exported"}},
        },
        {},
    ],
    "issues": [
        {**_THREAD, "state_reason": "COMPLETED", "events": [_CLOSED]},
        {"number": 13, "author": "bo", "created_at": _AT, "comments": []},
    ],
    "pull_requests": [
        {
            **_THREAD,
            "merged_at": _LATER,
            "merged_by": _ANN,
            "is_draft": False,
            "ready_at": _AT,
            "reviews": [{"id": 81, "author": _ANN, "submitted_at": _LATER, "state": "APPROVED"}],
            "additions": 10,
            "deletions": 2,
            "changed_files": 1,
            "head_ref": "copilot/mend-it",
            "is_cross_repository": True,
            "head_repository": {"id": 9, "full_name": "ann/mill"},
            "head_repository_owner": "ann",
        },
        {"number": 14, "author": None, "created_at": _AT, "comments": [], "reviews": []},
    ],
    "forks": [
        {"id": 9, "full_name": "ann/mill", "owner": _ANN, "created_at": _AT, "pushed_at": _LATER, "archived": False},
        {"id": 10, "owner": "bo", "created_at": _AT},
    ],
    "stargazers": [{"login": "ann", "id": 5, "starred_at": _AT}, {"login": "bo", "starred_at": _AT}],
    "releases": [
        {"id": 3, "tag": "v1.0", "author": _ANN, "created_at": _AT, "published_at": _LATER, "prerelease": False},
        {"tag": "v1.1", "author": None, "created_at": _AT, "published_at": None},
    ],
    "discussions": [
        {
            "number": 15,
            "id": 4,
            "author": _ANN,
            "created_at": _AT,
            "answered_at": _LATER,
            "answer_id": 71,
            "comments": [{**_COMMENT, "replies": [{"author": "bo", "created_at": _LATER}]}],
        }
    ],
    "accounts": [{"login": "ann", "id": 5, "type": "User", "company": "@lowmere", "created_at": _AT}],
    "hub-models": [
        {
            "_id": "65f2a1c0d3b4e5f60718293a",
            "id": "lowmere/mill-7b",
            "author": "lowmere",
            "createdAt": "2026-03-12T10:41:20.000Z",
            "downloads": 1_200,
            "downloadsAllTime": 5_000,
            "likes": 3,
            "tags": ["base_model:finetune:lowmere/mill-base"],
        }
    ],
    "hub-spaces": [
        {
            "_id": "65f2a1c0d3b4e5f60718293b",
            "id": "ann/try-mill",
            "author": "ann",
            "createdAt": "2026-03-12T10:41:20.000Z",
            "models": ["lowmere/mill-7b"],
        }
    ],
    "packages": [
        {
            "ecosystem": "pypi",
            "name": "mill",
            "purl": "pkg:pypi/mill",
            "repository_url": "https://github.com/lowmere/mill",
            "downloads": 12_000,
            "downloads_period": "last-month",
            "dependent_packages_count": 3,
            "advisories": [
                {"severity": "HIGH", "cvss_score": 7.5, "published_at": _AT, "identifiers": ["GHSA-0000-0000-0000"]}
            ],
        }
    ],
}
_TEXTS = {"type": "array", "items": {"type": "string"}}
_COUNT = {"type": ["integer", "null"], "minimum": 0}
_NAMED: Mapping[str, Any] = {
    "_id": {"type": "string", "description": "the Hub's own id, which outlives every name"},
    "id": {"type": "string", "description": "owner/name"},
    "author": {"type": ["string", "null"]},
    "createdAt": {"type": "string", "format": "date-time"},
    "likes": _COUNT,
    "trendingScore": {"type": ["number", "null"]},
    "tags": _TEXTS,
}
OF_OTHERS: Mapping[str, Schema] = {
    "packages": {
        "title": "A line of packages/DATE.packages.jsonl: a package as ecosyste.ms's look-up by repository tells it",
        "required": ["ecosystem", "name", "repository_url"],
        "properties": {
            "ecosystem": {"type": "string", "description": "pypi, npm, cargo …"},
            "name": {"type": "string"},
            "purl": {"type": ["string", "null"], "description": "package URL"},
            "repository_url": {"type": "string", "description": "by which it was looked up"},
            "downloads": _COUNT,
            "downloads_period": {"type": ["string", "null"], "description": "last-month, total …: what downloads count"},
            "dependent_packages_count": _COUNT,
            "dependent_repos_count": _COUNT,
            "docker_downloads_count": _COUNT,
            "docker_dependents_count": _COUNT,
            "versions_count": _COUNT,
            "status": {"type": ["string", "null"]},
            "first_release_published_at": {"type": ["string", "null"]},
            "latest_release_published_at": {"type": ["string", "null"]},
            "registry": {"type": ["object", "null"]},
            "advisories": {"type": ["array", "null"], "items": {"type": "object"}},
        },
    },
    "hub-models": {
        "title": "A line of huggingface/DATE.models.jsonl: a row of the Hub's /api/models",
        "properties": {
            **_NAMED,
            "downloads": {**_COUNT, "description": "of the last 30 days"},
            "downloadsAllTime": _COUNT,
            "baseModels": {"type": ["object", "null"]},
            "cardData": {"type": ["object", "null"]},
            "safetensors": {"type": ["object", "null"]},
            "gguf": {"type": ["object", "null"]},
        },
    },
    "hub-spaces": {
        "title": "A line of huggingface/DATE.spaces.jsonl: a row of the Hub's /api/spaces",
        "properties": {**_NAMED, "models": {**_TEXTS, "description": "the models that it uses"}},
    },
}


def schema(name: str) -> Schema:
    """The JSON Schema of a line of that file, or of `repository` as a whole."""
    if name in OF_OTHERS:
        found: Schema = {"type": "object", "required": ["id"], "additionalProperties": True, **OF_OTHERS[name]}
    else:
        model = RepositoryNote if name == "repository" else LINES[name]
        found = model.model_json_schema(by_alias=False, mode="validation")
        found["title"] = "The file repository.json" if name == "repository" else f"A line of {name}.jsonl"
    return {"$schema": DIALECT, **found, "examples": list(EXAMPLES[name])}


def text(name: str) -> str:
    """The schema as it is written."""
    return json.dumps(schema(name), indent=2, ensure_ascii=False) + "\n"


def file_of(name: str) -> str:
    """What the file of a schema is called."""
    return f"{name}.schema.json"


def write(folder: Path) -> None:
    """Write all of them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in EXAMPLES:
        (folder / file_of(name)).write_text(text(name), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
