"""Renders templates in every language: English in the site's root, each other in a folder of its own beside it.

`site` → here → <slug>.html and zh/<slug>.html. The languages share `assets` and `data`, which a page reaches by `root`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from dashboards import texts
from dashboards.draw import theme
from dashboards.files import write_text
from dashboards.page import Page
from dashboards.read import coverage
from dashboards.read.publication import Publication
from dashboards.streams import about
from dashboards.texts import values as text

_HERE = Path(__file__).resolve().parent.parent
SCRIPTS = (
    "theme.js",
    "texts.js",
    "format.js",
    "state.js",
    "durations.js",
    "chart.js",
    "curve.js",
    "inspect.js",
    "table.js",
    "index.js",
    "export.js",
    "compare.js",
    "main.js",
)


@cache
def environment() -> jinja2.Environment:
    """The templates' surroundings: what each of them may call."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["dash_of"] = lambda slot: " ".join(str(length) for length in theme.dash(slot))
    made.globals["_"] = texts.t
    made.globals["interval"] = text.interval_text
    made.globals["known_text"] = texts.is_translated
    made.globals["is_translated_remark"] = texts.is_translated_remark
    made.globals["about"] = lambda *stream: texts.t(about(stream).name)
    made.filters |= {
        "json": text.json_block,
        "day": text.day_text,
        "month": text.month_text,
        "value": text.value_text,
        "prose": text.prose,
        "remark": texts.translated_remark,
        "grouped": lambda number: f"{number:,}",
        "thousands": text.thousands,
    }
    return made


@dataclass(frozen=True)
class Sheet:
    """What is rendered.

    Attributes:
        slug: file name without `.html`.
        template: in dashboards/templates.
        context: values for the template, asked for in each language.
    """

    slug: str
    template: str
    context: Callable[[], Mapping[str, Any]]


def render(publication: Publication, out: Path, sheet: Sheet, pages: list[Page]) -> Path:
    """Writes a page in all languages; returns the English one. `pages` are those of the navigation."""
    made = environment().get_template(sheet.template)
    for language in texts.LANGUAGES:
        with texts.in_language(language):
            frame = _frame(publication, sheet.slug, language, pages)
            html = made.render(**frame, **sheet.context())
            write_text(out / folder(language) / f"{sheet.slug}.html", html)
    return out / f"{sheet.slug}.html"


def folder(language: str) -> str:
    """Where a language's pages are, from the site's folder."""
    return "" if language == "en" else language


def _frame(publication: Publication, slug: str, language: str, pages: list[Page]) -> dict[str, Any]:
    """What every page has: its navigation, the publication's facts, what is fresh."""
    others = [
        {"tag": texts.TAGS[other], "name": name, "href": _beside(language, other) + f"{slug}.html"}
        for other, name in texts.LANGUAGES.items()
        if other != language
    ]
    return {
        "slug": slug,
        "lang": texts.TAGS[language],
        "language": language,
        "root": "" if language == "en" else "../",
        "others": others,
        "pages": pages,
        "facts": publication.facts,
        "freshness": coverage.freshness(publication),
        "scripts": SCRIPTS,
    }


def _beside(here: str, there: str) -> str:
    up = "" if here == "en" else "../"
    return up + (f"{folder(there)}/" if folder(there) else "")
