"""Where each value of a TOML text stands. Text goes in, a table of path → line comes out; nothing else is known here.

`tomllib` tells no positions and tomlkit keeps none for values, so this walks the text once more. It reads only what
`tomllib` has accepted before, which keeps it small: it knows where things begin and end, not what they mean.
"""

from __future__ import annotations

import re
import tomllib

Path = tuple[str | int, ...]
"""`("project", 0, "repositories", 2, "former", 0, "name")`; lists are counted from 0."""

_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}(?!")'  # up to two quotes may stand before the closing three
    r"|'''.*?'{3,5}(?!')"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR = re.compile(r"[^,\]}#\n]+")


def locate(text: str) -> dict[Path, int]:
    """Line (1-based) of each table, key and list item of a valid TOML text; `()` is line 1."""
    return _Walk(text.replace("\r\n", "\n")).lines


class _Walk:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[Path, int] = {(): 1}
        self._lists: dict[Path, int] = {}  # how many tables each [[list]] has so far
        self._counted = (0, 1)
        table: Path = ()
        while self._skip():
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)

    def _skip(self) -> bool:
        """Go past blanks, line ends and comments; False at the end."""
        match = _BLANK.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return self.at < len(self.text)

    def _mark(self, path: Path) -> None:
        position, line = self._counted
        line += self.text.count("\n", position, self.at)
        self._counted = (self.at, line)
        self.lines.setdefault(path, line)

    def _keys(self) -> list[str]:
        keys = []
        while True:
            self._skip()
            quoted = _STRING.match(self.text, self.at)
            match = quoted or _BARE_KEY.match(self.text, self.at)
            if match is None:  # cannot be: tomllib accepted the text
                raise ValueError(f"no key at character {self.at}")
            self.at = match.end()
            keys.append(next(iter(tomllib.loads(f"{match[0]} = 0"))) if quoted else match[0])
            self._skip()
            if self.text[self.at] != ".":
                return keys
            self.at += 1

    def _header(self) -> Path:
        start, is_list = self.at, self.text.startswith("[[", self.at)
        self.at += 2 if is_list else 1
        keys = self._keys()
        end, self.at = self.at + (2 if is_list else 1), start
        path: Path = ()
        for number, key in enumerate(keys):
            path = (*path, key)
            if is_list and number == len(keys) - 1:
                self._lists[path] = self._lists.get(path, 0) + 1
            self._mark(path)
            if path in self._lists:
                path = (*path, self._lists[path] - 1)
                self._mark(path)
        self.at = end
        return path

    def _pair(self, table: Path) -> None:
        self._skip()
        start = self.at
        keys = self._keys()
        end, self.at = self.at + 1, start  # past the equals sign
        path = table
        for key in keys:
            path = (*path, key)
            self._mark(path)
        self.at = end
        self._value(path)

    def _value(self, path: Path) -> None:
        self._skip()
        self._mark(path)
        first = self.text[self.at]
        if first in "[{":
            self.at += 1
            number = 0
            while self._skip() and self.text[self.at] not in "]}":
                if self.text[self.at] == ",":
                    self.at += 1
                elif first == "{":
                    self._pair(path)
                else:
                    self._value((*path, number))
                    number += 1
            self.at += 1
            return
        match = _STRING.match(self.text, self.at) or _SCALAR.match(self.text, self.at)
        self.at = match.end() if match else self.at + 1
