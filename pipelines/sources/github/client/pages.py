"""The pages of one connection, as many nodes at once as the server manages. From answers to pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pipelines.errors import Gone, Overloaded, TerminalError
from pipelines.sources.github.client.answers import Answer, Page, Problem
from pipelines.sources.github.client.errors import error_of

LARGEST_PAGE = 100  # docs: node limit, `first` and `last`
GROWS_AFTER = 3  # pages in a row that came as asked for
Ask = Callable[[Mapping[str, Any], bool], Answer]
"""Asks with these variables; the flag says whether to try again by itself when the server is overloaded."""


def walk(  # noqa: PLR0913 - as GitHub.pages
    ask: Ask, variables: Mapping[str, Any], *, path: tuple[str, ...], what: str, after: str | None, size: int
) -> Iterator[Page]:
    """All pages from `after` on; a page that overloads the server is asked for again at half the size.

    Raises:
        TerminalError: the connection is not in the answer, or its cursor does not advance.
        SourceError: as `GitHub.ask`. Pages yielded before stand.
    """
    largest = size = min(size, LARGEST_PAGE)
    well = 0
    while True:
        try:
            answer = ask({**variables, "first": size, "after": after}, size == 1)
        except Overloaded:
            if size == 1:
                raise
            size, well = size // 2, 0
            continue
        page = _page(answer, path, what)
        yield page
        if not page.has_next:
            return
        if page.cursor is None or page.cursor == after:
            raise TerminalError(f"{what}: GitHub says that there is more, but not where: the listing was left.")
        after = page.cursor
        well += 1
        if well >= GROWS_AFTER and size < largest:
            size, well = min(largest, size * 2), 0


def _page(answer: Answer, path: tuple[str, ...], what: str) -> Page:
    connection: Any = answer.data
    for depth, name in enumerate(path, 1):
        connection = connection.get(name) if isinstance(connection, dict) else None
        if connection is None:
            why = next((each for each in answer.errors if each.path == path[:depth]), None)
            if why is not None:
                raise error_of(why, what)
            message = f"{what}: {'.'.join(path[:depth])} is not in GitHub's answer, and no error says why."
            raise Gone(message) if depth < len(path) else TerminalError(message)
    info = connection.get("pageInfo") or {}
    rows = connection.get("nodes")
    listed = "nodes" if rows is not None else "edges"
    rows = connection.get(listed) or []
    return Page(
        nodes=[row for row in rows if row is not None],
        cursor=info.get("endCursor"),
        has_next=bool(info.get("hasNextPage")),
        total=connection.get("totalCount"),
        missing=tuple(_missing(rows, answer.errors, path, listed)),
        data=answer.data,
        cost=answer.cost,
        span=len(rows),
    )


def _missing(rows: list[Any], errors: tuple[Problem, ...], path: tuple[str, ...], listed: str) -> Iterator[str]:
    """A message for all that is not there: nodes that are null, with or without an error, and parts of others."""
    told = set()
    for error in errors:
        inside = error.path[: len(path)] == path
        index = error.path[len(path) + 1] if inside and len(error.path) > len(path) + 1 else None
        told.add(index)
        yield f"{'.'.join(map(str, error.path)) or 'the answer'}: {error.message}"
    for index, row in enumerate(rows):
        if row is None and index not in told:
            yield f"{'.'.join(path)}.{listed}.{index}: null, and no error says why"
