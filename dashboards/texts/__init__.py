"""The texts of the site in its languages, from one catalogue: dashboards/texts/*.toml, English and Chinese.

A text is named by its English words, which stand where it is used, in a page, a template or a script; `t` says it in
the language that is spoken (`speaking`). What has no translation is said in English, and `is_known` and `is_told` tell
so, as for a metric of another publication; tests hold that everything the site says, and all that our metrics and
claims say of themselves, has both. Where lines are broken in the English of a front matter makes no difference.
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
    said = text if spoken() == "en" else catalogue().get(_on_one_line(text), text)
    return said.format(**fields) if fields else said


def is_known(text: str) -> bool:
    """Whether the text exists in the language that is spoken."""
    return spoken() == "en" or not text or _on_one_line(text) in catalogue()


def told(text: str) -> str:
    """A reason, a remark or the evidence of a claim, part by part, as the catalogue says it; what it lacks as it is."""
    if spoken() == "en" or not text:
        return text
    return "\uff1b".join(_told(part) or part for part in text.split("; "))


def is_told(text: str) -> bool:
    """Whether each part of it is said in the language that is spoken."""
    return spoken() == "en" or not text or all(_told(part) for part in text.split("; "))


def _told(part: str) -> str | None:
    if part in remarks():
        return remarks()[part]
    for pattern, said in patterns():
        found = pattern.fullmatch(part)
        if found:
            return _filled(said, found)
    return None


def _filled(said: str, found: re.Match[str]) -> str:
    """The Chinese of a pattern with what was found; kinds that a group lists are said as the remarks say them."""

    def listed(place: re.Match[str]) -> str:
        return "\u3001".join(remarks().get(word, word) for word in found[int(place[1])].split(", "))

    return re.sub(r"\\(\d)", listed, said)


def _on_one_line(text: str) -> str:
    return text.replace("\n", " ")


@cache
def remarks() -> dict[str, str]:
    """Reasons and flags of metrics, and what claims need: those without numbers in them, English to Chinese."""
    found: dict[str, str] = {}
    for path in _files():
        found |= tomllib.loads(path.read_text(encoding="utf-8")).get("remarks", {})
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
    """Remarks and evidence with numbers or names in them: a regular expression, and the Chinese with its groups."""
    found = []
    for path in _files():
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("patterns", {})
        found += [(re.compile(pattern), said) for pattern, said in entries.items()]
    return found


def _files() -> list[Path]:
    return sorted(Path(__file__).parent.glob("*.toml"))
