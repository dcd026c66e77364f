"""The texts of the site in its languages, English and Chinese; the translations are dashboards/texts/*.toml.

A text is named by its English words, which stand where it is used, in a page, a template or a script; `t` gives it in
the language of the page (`in_language`). What has no translation is shown in English, and `is_translated` and
`is_translated_remark` say so, as for a metric of another publication. Tests hold that all that the site, our metrics
and our claims say has both. Where lines are broken in the English of a front matter makes no difference.
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

_language: ContextVar[str] = ContextVar("language", default="en")


@contextmanager
def in_language(code: str) -> Iterator[None]:
    """Within it, texts are in this language."""
    before = _language.set(code)
    try:
        yield
    finally:
        _language.reset(before)


def language() -> str:
    """The language of the page that is being written: a key of `LANGUAGES`."""
    return _language.get()


def t(text: str, /, **fields: object) -> str:
    """A text in the language of the page, with its fields {name} filled in."""
    translated = text if language() == "en" else translations().get(_on_one_line(text), text)
    return translated.format(**fields) if fields else translated


def is_translated(text: str) -> bool:
    """Whether the text exists in the language of the page."""
    return language() == "en" or not text or _on_one_line(text) in translations()


def translated_remark(text: str) -> str:
    """A reason, a remark or the evidence of a claim, translated part by part; a part without a translation stays."""
    if language() == "en" or not text:
        return text
    return "\uff1b".join(_translated_part(part) or part for part in text.split("; "))


def is_translated_remark(text: str) -> bool:
    """Whether each part of it is said in the language of the page."""
    return language() == "en" or not text or all(_translated_part(part) for part in text.split("; "))


def _translated_part(part: str) -> str | None:
    if part in remarks():
        return remarks()[part]
    for pattern, chinese in patterns():
        found = pattern.fullmatch(part)
        if found:
            return _filled(chinese, found)
    return None


def _filled(chinese: str, found: re.Match[str]) -> str:
    """The Chinese of a pattern with what was found; kinds that a group lists are said as the remarks say them."""

    def listed(place: re.Match[str]) -> str:
        return "\u3001".join(remarks().get(word, word) for word in found[int(place[1])].split(", "))

    return re.sub(r"\\(\d)", listed, chinese)


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
def translations() -> dict[str, str]:
    """English to Chinese, of all files.

    Raises:
        ValueError: a text stands in two files.
    """
    texts: dict[str, str] = {}
    for path in _files():
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("texts", {})
        twice = sorted(set(entries) & set(texts))
        if twice:
            raise ValueError(f"{path.name} says again what another file has: {twice[0]!r}. Keep one.")
        texts |= entries
    return texts


@cache
def patterns() -> list[tuple[re.Pattern[str], str]]:
    """Remarks and evidence with numbers or names in them: a regular expression, and the Chinese with its groups."""
    found = []
    for path in _files():
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("patterns", {})
        found += [(re.compile(pattern), chinese) for pattern, chinese in entries.items()]
    return found


def _files() -> list[Path]:
    return sorted(Path(__file__).parent.glob("*.toml"))
