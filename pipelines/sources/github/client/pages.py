"""The pages of one connection, as many nodes at once as the server manages. From answers to pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from pipelines.errors import Overloaded, TerminalError
from pipelines.sources.github.client.answers import UNKNOWN, Answer, Page, Problem
from pipelines.sources.github.client.errors import TooSlow, absent, is_final

LARGEST_PAGE = 100  # docs: node limit, `first` and `last`
GROWS_AFTER = 3  # pages in a row that came as asked for
MOST_SLOW = 4  # times that a page does not come in time, at half the size each time, before it is left
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
    well = slow = 0
    while True:
        try:
            page = _page(ask({**variables, "first": size, "after": after}, size == 1 and not slow), path, what)
        except Overloaded as error:
            slow += isinstance(error, TooSlow)
            if size == 1 or slow == MOST_SLOW:
                raise
            size, well = size // 2, 0
            continue
        yield page
        slow = 0
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
            raise absent(answer, what, *path[:depth])
    info = connection.get("pageInfo") or {}
    rows = connection.get("nodes")
    listed = "nodes" if rows is not None else "edges"
    rows = connection.get(listed) or []
    final = [each for each in answer.errors if is_final(each)]
    _mark(rows, [each for each in final if each.path[: len(path)] == path], path)
    return Page(
        nodes=[row for row in rows if row is not None],
        cursor=info.get("endCursor"),
        has_next=bool(info.get("hasNextPage")),
        total=connection.get("totalCount"),
        missing=tuple(_missing(rows, answer.errors, path, listed)),
        unknown=tuple(_told(each) for each in final),
        data=answer.data,
        cost=answer.cost,
        span=len(rows),
    )


def _mark(rows: list[Any], final: Iterable[Problem], path: tuple[str, ...]) -> None:
    """Note in each node which of its parts GitHub refuses for good."""
    for problem in final:
        at, part = problem.path[len(path) + 1 : len(path) + 2], problem.path[len(path) + 2 :]
        index = at[0] if at else None
        if part and isinstance(index, int) and index < len(rows) and rows[index] is not None:
            rows[index].setdefault(UNKNOWN, {})[".".join(map(str, part))] = problem.type or "FORBIDDEN"


def _missing(rows: list[Any], errors: tuple[Problem, ...], path: tuple[str, ...], listed: str) -> Iterator[str]:
    """A message for all that may still come: nodes that are null, with or without an error, and parts of others."""
    told = set()
    for error in errors:
        inside = error.path[: len(path)] == path
        told.add(error.path[len(path) + 1] if inside and len(error.path) > len(path) + 1 else None)
        if not is_final(error):
            yield _told(error)
    for index, row in enumerate(rows):
        if row is None and index not in told:
            yield f"{'.'.join(path)}.{listed}.{index}: null, and no error says why"


def _told(problem: Problem) -> str:
    return f"{'.'.join(map(str, problem.path)) or 'the answer'}: {problem.message}"
