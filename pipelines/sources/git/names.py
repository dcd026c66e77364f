"""Display names → keys that may be stored: a keyed hash, or the class of a name that tells nobody apart.

Equal keys within one project hint that two addresses are one person's; across projects a name joins nobody.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from pipelines.sources.people_keys import HASH_BYTES

NAMES_FILE = Path(__file__).with_name("names.toml")
PLACEHOLDER, COMMON = "placeholder", "common"
PERSONAL = b"ecotone-name"  # BLAKE2b's personalisation: the hash of a name is never that of an address
_BETWEEN = re.compile(r"[\s._\-·,]+")
_HAN = re.compile(r"[\u4e00-\u9fff]{1,4}")


class _Group(NamedTuple):
    family: frozenset[str]
    given: frozenset[str]


def normalised(name: bytes) -> str:
    """The name as it is compared: NFKC, without case, single blanks, without the tool that signs behind it."""
    text = " ".join(unicodedata.normalize("NFKC", name.decode("utf-8", "replace")).casefold().split())
    return text.removesuffix("(aider)").strip()


def name_key(name: bytes, key: bytes) -> str | None:
    """`name:` and 32 hexadecimal digits, `placeholder` or `common`; None for an empty name."""
    text = normalised(name)
    if not text:
        return None
    if _is_placeholder(text):
        return PLACEHOLDER
    if _is_common(text):
        return COMMON
    return "name:" + blake2b(text.encode(), digest_size=HASH_BYTES, key=key, person=PERSONAL).hexdigest()


def _is_placeholder(text: str) -> bool:
    listed, pattern = _placeholders()
    return text in listed or pattern.fullmatch(text) is not None


def _is_common(text: str) -> bool:
    """Whether it is one frequent name alone, or a frequent family name with a frequent given name."""
    words = [word for word in _BETWEEN.split(text) if word]
    if len(words) == 1 and _HAN.fullmatch(words[0]):
        words = [words[0][0], words[0][1:]] if len(words[0]) > 1 else words
    if len(words) == 1:
        return any(
            words[0] in group.family or words[0] in group.given or _joined(words[0], group) for group in _groups()
        )
    halves = ((words[0], "".join(words[1:])), (words[-1], "".join(words[:-1])))
    return any(family in group.family and given in group.given for group in _groups() for family, given in halves)


def _joined(word: str, group: _Group) -> bool:
    """Whether both names are written as one word, in either order: `zhangwei`, `weizhang`."""
    listed = _listed()  # most words have no two halves that any group has
    halves = [(word[:at], word[at:]) for at in range(1, len(word)) if word[:at] in listed and word[at:] in listed]
    return any(
        (one in group.family and other in group.given) or (one in group.given and other in group.family)
        for one, other in halves
    )


@cache
def _placeholders() -> tuple[frozenset[str], re.Pattern[str]]:
    data = tomllib.loads(NAMES_FILE.read_text(encoding="utf-8"))
    return frozenset(data["placeholders"]), re.compile("|".join(data["placeholder_patterns"]))


@cache
def _groups() -> tuple[_Group, ...]:
    data = tomllib.loads(NAMES_FILE.read_text(encoding="utf-8"))
    return tuple(_Group(frozenset(group["family"]), frozenset(group["given"])) for group in data["common"])


@cache
def _listed() -> frozenset[str]:
    """All frequent names, of whichever group and kind."""
    return frozenset(name for group in _groups() for names in group for name in names)
