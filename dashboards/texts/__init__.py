"""The texts of the site in its languages, from one catalogue: dashboards/texts/*.toml, English and Chinese.

A text is named by its English words, which stand where it is used, in a page, a template or a script; `t` says it in
the language that is spoken (`speaking`). What has no translation is said in English, and `is_known` tells so, as for a
metric that was added since; tests hold that everything the site itself says has both.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

LANGUAGES: dict[str, str] = {"en": "English", "zh": "简体中文"}
"""By the name of their folder; English is the site's root."""

TAGS: dict[str, str] = {"en": "en", "zh": "zh-Hans"}
"""What the attribute `lang` says (BCP 47)."""

_spoken: ContextVar[str] = ContextVar("spoken", default="en")


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Within it, texts are in this language."""
    before = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(before)


def spoken() -> str:
    """The language that is spoken."""
    return _spoken.get()


def t(text: str, /, **fields: object) -> str:
    """A text in the language that is spoken, with its fields {name} filled in."""
    said = text if spoken() == "en" else catalogue().get(text, text)
    return said.format(**fields) if fields else said


def is_known(text: str) -> bool:
    """Whether the text exists in the language that is spoken."""
    return spoken() == "en" or text in catalogue() or not text


def told(text: str) -> str:
    """A reason or a remark of a metric, part by part, as the patterns of the catalogue say it; else as it is."""
    if spoken() == "en" or not text:
        return text
    return "\uff1b".join(_told(part) for part in text.split("; "))


def _told(part: str) -> str:
    if part in remarks():
        return remarks()[part]
    for pattern, said in patterns():
        found = pattern.fullmatch(part)
        if found:
            return found.expand(said)
    return part


@cache
def remarks() -> dict[str, str]:
    """Reasons and flags of the metrics without numbers in them, English to Chinese."""
    found: dict[str, str] = {}
    for path in _files():
        found |= tomllib.loads(path.read_text(encoding="utf-8")).get("remarks", {})
    return found


@cache
def briefs() -> dict[str, str]:
    """The definitions of metrics in brief, by metric, in Chinese; their definitions are English."""
    found: dict[str, str] = {}
    for path in _files():
        found |= tomllib.loads(path.read_text(encoding="utf-8")).get("briefs", {})
    return found


@cache
def catalogue() -> dict[str, str]:
    """English to Chinese, of all files.

    Raises:
        ValueError: a text stands in two files.
    """
    texts: dict[str, str] = {}
    for path in _files():
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("texts", {})
        twice = sorted(set(entries) & set(texts))
        if twice:
            raise ValueError(f"{path.name} says again what another catalogue has: {twice[0]!r}. Keep one.")
        texts |= entries
    return texts


@cache
def patterns() -> list[tuple[re.Pattern[str], str]]:
    """Remarks with numbers or names in them: a regular expression, and the Chinese, with a backslash before a group."""
    found = []
    for path in _files():
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("patterns", {})
        found += [(re.compile(pattern), said) for pattern, said in entries.items()]
    return found


def _files() -> list[Path]:
    return sorted(Path(__file__).parent.glob("*.toml"))
