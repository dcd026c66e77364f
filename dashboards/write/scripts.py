"""The words of the site's scripts in a language: what they say by `ecotone.t("…")`, and the patterns of remarks.

assets/*.js → here → assets/words.<language>.js, a classic script that a page in that language loads first.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from dashboards import texts
from dashboards.texts import values as text

_ASSETS = Path(__file__).resolve().parent.parent / "assets"
_SAID = re.compile(r"""\bt\(\s*("(?:[^"\\]|\\.)*")""")


def said() -> list[str]:
    """The texts that the scripts say, in order."""
    found = (_SAID.findall(path.read_text(encoding="utf-8")) for path in _ASSETS.glob("*.js"))
    return sorted({str(json.loads(literal)) for literals in found for literal in literals})


def words(language: str) -> str:
    """The script that holds them in a language; none in English, as texts are named by their English words."""
    with texts.in_language(language):
        known = {} if language == "en" else {word: texts.t(word) for word in said()}
        held = {
            "language": language,
            "tag": texts.TAGS[language],
            "root": "" if language == "en" else "../",
            "words": known,
            "remarks": {} if language == "en" else texts.remarks(),
            "patterns": []
            if language == "en"
            else [[p.pattern, re.sub(r"\\(\d)", r"$\1", s)] for p, s in texts.patterns()],
        }
    return f'"use strict";\nvar ecotoneWords = {text.to_json(held)};\n'
