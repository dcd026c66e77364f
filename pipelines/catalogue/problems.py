"""Mistakes in a catalogue, collected with their lines so that a user sees all of them at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pipelines.catalogue.lines import Path
from pipelines.errors import CatalogueError

_KINDS: dict[type, str] = {
    str: 'a text in quotes, "like this"',
    bool: "true or false, without quotes",
    list: "a list, [like, this]",
    dict: "a table",
    date: "a date without quotes, like 2025-02-16",
}


@dataclass(frozen=True)
class Key:
    """What one key of a table must hold."""

    kind: type
    required: bool = False


@dataclass
class Problems:
    """The mistakes found so far in one file, and the line of each of its values."""

    file: str
    lines: Mapping[Path, int] = field(default_factory=dict)
    found: list[tuple[str, int, str]] = field(default_factory=list)

    def line(self, path: Path) -> int:
        """The line of a value, or of the nearest thing around it that has one."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def add(self, path: Path, text: str) -> None:
        """Remember a mistake at a value."""
        self.add_line(self.line(path), text)

    def add_line(self, line: int, text: str, file: str | None = None) -> None:
        """Remember a mistake at a line, of this file or of another one that it names."""
        self.found.append((file or self.file, line, text))

    def table(self, path: Path, value: Any, keys: Mapping[str, Key], what: str) -> dict[str, Any]:  # noqa: ANN401
        """The well-formed entries of a table; unknown, missing and mistyped ones are remembered."""
        if not isinstance(value, dict):
            self.add(path, f"{what} must be a table with {', '.join(k for k, key in keys.items() if key.required)}.")
            return {}
        good = {}
        for name, content in value.items():
            if name not in keys:
                self.add((*path, name), f"unknown key {name!r} in {what}{did_you_mean(name, keys)}")
            elif type(content) is not keys[name].kind:  # a bool is an int, a datetime is a date: not here
                self.add((*path, name), f"{name} in {what} must be {_KINDS[keys[name].kind]}, not {_shown(content)}.")
            else:
                good[name] = content
        for name, key in keys.items():
            if key.required and name not in value:
                self.add(path, f"{what} has no {name}: write {_example(name, key.kind)}.")
            elif key.required and good.get(name) == "":
                self.add((*path, name), f"{name} in {what} is empty: write {_example(name, key.kind)}.")
                del good[name]
        return good

    def choice(self, path: Path, value: str, allowed: Iterable[str], what: str) -> bool:
        """Whether a value is one of those allowed; remembered if it is not."""
        return self.choice_line(self.line(path), value, allowed, what)

    def choice_line(self, line: int, value: str, allowed: Iterable[str], what: str, file: str | None = None) -> bool:
        """The same at a line, of this file or of another one."""
        names = list(allowed)
        if value in names:
            return True
        self.add_line(line, f"{what} {value!r} is unknown{did_you_mean(value, names)}", file)
        return False

    def raise_if_any(self) -> None:
        """Raise all of them as one CatalogueError, sorted by line, one line of text each."""
        if not self.found:
            return
        ordered = sorted(dict.fromkeys(self.found), key=lambda item: (item[0] != self.file, item[0], item[1]))
        file, line, first = ordered[0]
        rest = [f"{file}:{line}: {text}" for file, line, text in ordered[1:]]
        raise CatalogueError("\n".join([first, *rest]), file=file, line=line)


def did_you_mean(value: str, allowed: Iterable[str]) -> str:
    """The end of a message: the nearest allowed value, or all of them if none is near."""
    names = list(allowed)
    near = difflib.get_close_matches(value.lower(), names, n=1)
    if near:
        return f": did you mean {near[0]!r}?"
    return f": write one of {', '.join(names)}." if names else "."


def _shown(value: Any) -> str:  # noqa: ANN401
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict | list):
        return "a table" if isinstance(value, dict) else "a list"
    return repr(value) if isinstance(value, str) else str(value)


def _example(name: str, kind: type) -> str:
    return {str: f'{name} = "…"', bool: f"{name} = false", list: f"{name} = […]", date: f"{name} = 2025-02-16"}.get(
        kind, f"a table {name}"
    )
