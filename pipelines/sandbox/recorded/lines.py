"""Recorded files line by line: gzipped or plain, whole or broken off. Data passes from here to `reading`."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

from pydantic import ValidationError

from pipelines.sandbox.recorded.problems import Problems
from pipelines.sandbox.recorded.records import Told, names_of

SUFFIXES = (".jsonl", ".jsonl.gz")
LONGEST_LINE = 64 << 20  # bytes: an issue with thousands of comments has some MB; longer is no line of JSON
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
MORE_ERRORS = 3  # of one line


def named(folder: Path, name: str) -> list[Path]:
    """The files of that name: gzipped, plain, both, or none."""
    return [path for path in (folder / f"{name}{suffix}" for suffix in SUFFIXES) if path.is_file()]


def lines(path: Path, shown: str, problems: Problems) -> Iterator[tuple[int, bytes]]:
    """Number (from 1) and text of each line that is not empty; a file that breaks off is told, and ends there."""
    number = 0
    try:
        with _opened(path) as file:
            while text := file.readline(LONGEST_LINE):
                number += 1
                if len(text) == LONGEST_LINE:
                    problems.add(
                        shown,
                        f"a line is longer than {LONGEST_LINE >> 20} MiB: nothing is read from there on",
                        "Write one JSON object a line, each ended by a line feed.",
                        loses=True,
                        line=number,
                    )
                    return
                text = text.removeprefix(BYTE_ORDER_MARK).strip() if number == 1 else text.strip()
                if text:
                    yield number, text
    except (EOFError, zlib.error, OSError) as error:
        problems.add(
            shown,
            f"the file breaks off or cannot be read here ({error})",
            "Copy or export it again.",
            loses=True,
            line=number + 1,
        )


def _opened(path: Path) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(path, "rb")) if path.suffix == ".gz" else path.open("rb")


def told(model: type[Told], number: int, text: bytes, shown: str, problems: Problems) -> Told | None:
    """The record of a line; None, and told, if it is none."""
    try:
        return model.__pydantic_validator__.validate_json(text)  # type: ignore[no-any-return]
    except ValidationError as error:
        what, remedy = _wrong(text, error)
        problems.add(shown, what, remedy, loses=True, line=number)
        return None


def _wrong(text: bytes, error: ValidationError) -> tuple[str, str]:
    try:
        text.decode()
    except UnicodeDecodeError as decoding:
        return f"byte {decoding.start + 1} of the line is not UTF-8", "Export it again as UTF-8, or mend the line."
    found = error.errors(include_url=False, include_context=False, include_input=False)
    if found[0]["type"] == "json_invalid":
        return "the line is not JSON", "Write one JSON object a line, or remove the line."
    wrong = dict.fromkeys(f"{_place(each['loc'])}: {_lower(each['msg'])}" for each in found[:MORE_ERRORS])
    return "; ".join(wrong), "docs/recorded.md says what a line holds: mend or remove it."


def _place(place: tuple[int | str, ...]) -> str:
    """`comments.author.login`, without the number of the comment, so that the same mistake is one."""
    return ".".join(str(each) for each in place if isinstance(each, str)) or "the line"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


class Unread:
    """Fields that lines hold and nobody reads: named once a file, as nothing of what is measured is in them."""

    def __init__(self) -> None:
        self.fields: dict[str, int] = {}
        self._known: dict[type[Told], frozenset[str]] = {}

    def look(self, record: Told, number: int, prefix: str = "") -> None:
        """Remember the fields of this record, and of what is in it, that are not read."""
        for name in record.model_extra or ():
            if name not in self._names(type(record)):
                self.fields.setdefault(f"{prefix}{name}", number)
        for name, value in record.__dict__.items():
            if isinstance(value, Told):
                self.look(value, number, f"{prefix}{name}.")
            elif isinstance(value, list):
                for each in value:
                    if isinstance(each, Told):
                        self.look(each, number, f"{prefix}{name}.")

    def _names(self, model: type[Told]) -> frozenset[str]:
        if model not in self._known:
            self._known[model] = frozenset(name for field in model.model_fields for name in names_of(field))
        return self._known[model]

    def tell(self, shown: str, problems: Problems) -> None:
        """Name them."""
        if self.fields:
            names = ", ".join(sorted(self.fields))
            problems.add(
                shown,
                f"fields that are not read: {names}",
                "Nothing that is measured is in them; leave them out if you like. A misspelt field is not read either.",
                loses=False,
                line=min(self.fields.values()),
            )
