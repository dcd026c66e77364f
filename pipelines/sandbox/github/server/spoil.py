"""Whole answers of the loopback GitHub, spoilt as a fault has it. From `answer` to the wire."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable
from functools import cache
from typing import Any

from pipelines.sandbox.github.server.faults import Fault

BOMB_BYTES = 100 << 20  # once it is decompressed
_WRONG = "Something went wrong while executing your query."
_REFUSED = {
    "lost": ("SERVICE_UNAVAILABLE", _WRONG),
    "forbidden": ("FORBIDDEN", "Resource not accessible by personal access token"),
    "missing": ("NOT_FOUND", "Could not resolve to a node with the given id."),
    "sso": ("FORBIDDEN", "Resource protected by organization SAML enforcement."),
}
Errors = list[dict[str, Any]]


def spoilt(fault: Fault, answer: dict[str, Any], after: str | None = None) -> bytes:
    """The body of an answer whose content is at fault; of any other, the answer as it is. `after`: the given cursor."""
    kind = fault.kind
    whole = {
        "html": b"<!doctype html><title>Unicorn!</title><p>This page is taking too long.",
        "empty": b"",
        "no-data": b"{}",
    }
    if kind in whole:
        return whole[kind]
    if kind == "bomb":
        return _bomb()
    if isinstance(answer.get("data"), dict) and kind in _SPOILING:
        errors: Errors = list(answer.get("errors", ()))
        _SPOILING[kind](answer["data"], errors, fault)
        answer = {**answer, "errors": errors} if errors else answer
    if kind == "repeated-cursor" and answer.get("data"):
        _repeat(answer["data"], after)
    body = json.dumps(answer).encode()
    return body[: len(body) // 2] if kind == "half" else body


@cache
def _bomb() -> bytes:
    return gzip.compress(b" " * BOMB_BYTES, compresslevel=1)


def odd(value: Any) -> Any:
    """What REST listed, with parts of another shape: a list becomes null, a text a number, one row in three null."""
    if not isinstance(value, list):
        return value
    rows: list[Any] = []
    for at, row in enumerate(value):
        if at % 3 == 2 or not isinstance(row, dict):  # noqa: PLR2004 - one in three
            rows.append(None)
        else:
            rows.append({key: None if isinstance(part, list) else part for key, part in row.items()} | {"severity": at})
    return rows


def _pathless(data: dict[str, Any], errors: Errors, _fault: Fault) -> None:
    """Two of five roots are null, and one error names no place."""
    roots = [key for key in data if key != "rateLimit"]
    for key in [key for at, key in enumerate(roots) if at % 5 in {1, 3}] or roots:
        data[key] = None
    errors.append({"message": f"{_WRONG} This may be the result of a timeout, or it could be a GitHub bug."})


def _not_found(data: dict[str, Any], errors: Errors, _fault: Fault) -> None:
    for key in [key for key in data if key != "rateLimit"]:
        data[key] = None
        errors.append({"type": "NOT_FOUND", "path": [key], "message": "Could not resolve to a Repository."})


def _thin(data: dict[str, Any], errors: Errors, _fault: Fault) -> None:
    """Every third node of each outermost list is null, for the time being."""

    def take(nodes: list[Any], path: list[str | int]) -> None:
        for at in range(2, len(nodes), 3):
            nodes[at] = None
            errors.append({"type": "SERVICE_UNAVAILABLE", "path": [*path, at], "message": _WRONG})

    _lists(data, [], take)


def _node(data: dict[str, Any], errors: Errors, fault: Fault) -> None:
    def take(nodes: list[Any], path: list[str | int]) -> None:
        for at, node in enumerate(nodes):
            if _is_meant(node, fault.every):
                nodes[at] = None
                errors.append(_refusal(fault.kind.partition("-")[0], [*path, at]))

    _lists(data, [], take)


def _field(data: dict[str, Any], errors: Errors, fault: Fault) -> None:
    def take(nodes: list[Any], path: list[str | int]) -> None:
        for at, node in enumerate(nodes):
            if _is_meant(node, fault.every) and node.get(fault.about) is not None:
                node[fault.about] = None
                errors.append(_refusal(fault.kind.partition("-")[0], [*path, at, fault.about]))

    _lists(data, [], take)


def _part(data: dict[str, Any], errors: Errors, fault: Fault, path: tuple[str | int, ...] = ()) -> None:
    for key, inner in data.items():
        if key == fault.about and inner is not None:
            data[key] = None
            errors.append(_refusal("forbidden", [*path, key]))
        elif isinstance(inner, dict):
            _part(inner, errors, fault, (*path, key))


_SPOILING: dict[str, Callable[[dict[str, Any], Errors, Fault], None]] = {
    "partial": _thin,
    "pathless": _pathless,
    "not-found": _not_found,
    "forbidden-node": _node,
    "lost-node": _node,
    "forbidden-part": _part,
    "forbidden-field": _field,
    "missing-field": _field,
    "sso-field": _field,
}


def _refusal(word: str, path: list[str | int]) -> dict[str, Any]:
    kind, message = _REFUSED[word]
    found: dict[str, Any] = {"type": kind, "path": path, "message": message}
    return found | {"extensions": {"saml_failure": True}} if word == "sso" else found


def _is_meant(node: Any, every: int) -> bool:
    """Always the same nodes, whatever page they are on."""
    known = node.get("number") or node.get("id") or node.get("databaseId") if isinstance(node, dict) else None
    return known is not None and zlib.crc32(str(known).encode()) % every == 0


def _lists(value: Any, path: list[str | int], take: Callable[[list[Any], list[str | int]], None]) -> None:
    """Hand over each outermost list of nodes, with its place."""
    if not isinstance(value, dict):
        return
    for key, inner in value.items():
        here = [*path, key]
        if key in {"nodes", "edges"} and isinstance(inner, list):
            take(inner, here)
        else:
            _lists(inner, here, take)


def _repeat(value: Any, after: str | None) -> None:
    if not isinstance(value, dict):
        return
    info = value.get("pageInfo")
    if isinstance(info, dict):
        info |= {"hasNextPage": True, "endCursor": after or info.get("endCursor")}
    for inner in value.values():
        _repeat(inner, after)
