"""Puts a file in place whole or not at all: whoever reads meanwhile has the old one or the new one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary path beside `path`, which becomes `path` at the end: a reader never meets half a file.

    The process is part of the name, as two pages may be built at once and share a metric's data.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def write_text(path: Path, content: str) -> Path:
    """Writes a text file, UTF-8 with newlines as they are; one that holds just that is left as it is."""
    try:
        if path.read_bytes() == content.encode():
            return path
    except FileNotFoundError:
        pass
    with replacing(path) as part:
        part.write_text(content, encoding="utf-8", newline="\n")
    return path
