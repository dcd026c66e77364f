"""What is wrong with recorded files: which file, which line, what it means, what to do. Collected, never raised.

A problem that `loses` something makes its listing one that is not whole: its rows count, its months stay unknown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

LINES_NAMED = 5  # of one kind in one file; the rest are counted


@dataclass(frozen=True)
class Problem:
    """One kind of thing that is wrong with one file.

    Attributes:
        file: its path in the folder of the recordings.
        what: what is wrong.
        remedy: what to do about it.
        loses: whether something that the file was to tell is not known by it.
        lines: the first lines where it is so, from 1; none: the file as a whole.
        count: how many lines.
    """

    file: str
    what: str
    remedy: str
    loses: bool
    lines: tuple[int, ...] = ()
    count: int = 1

    def __str__(self) -> str:
        """For people: file:line first, as editors and compilers have it."""
        where = f"{self.file}:{self.lines[0]}" if self.lines else self.file
        further = ""
        if self.count > 1:
            named = ", ".join(str(line) for line in self.lines[1:])
            rest = self.count - len(self.lines)
            further = f" (also {'line' if self.count == 2 else 'lines'} {named}{f' and {rest:,} more' if rest else ''})"  # noqa: PLR2004
        return f"{where}: {self.what}{further}. {self.remedy}"


@dataclass
class Problems:
    """All of one folder, in the order in which they were met."""

    _found: dict[tuple[str, str], Problem] = field(default_factory=dict)

    def add(self, file: str, what: str, remedy: str, *, loses: bool, line: int | None = None) -> None:
        """One more; of one kind in one file, only the first lines are named."""
        there = self._found.get((file, what))
        here = () if line is None else (line,)
        if there is None:
            self._found[file, what] = Problem(file, what, remedy, loses, here)
        else:
            lines = (*there.lines, *here)[:LINES_NAMED]
            self._found[file, what] = Problem(file, what, remedy, loses or there.loses, lines, there.count + 1)

    def __iter__(self) -> Iterator[Problem]:
        return iter(self._found.values())

    def losses(self, file: str) -> list[Problem]:
        """Those by which something of that file is not known."""
        return [one for one in self if one.file == file and one.loses]
