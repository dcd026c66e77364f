"""The catalogue of texts: whatever the site says exists in both languages, with the same fields."""

from __future__ import annotations

import ast
import json
import re
import string
from pathlib import Path

import dashboards
import metrics
from dashboards import badges, notices, pages, scripts, streams, texts
from dashboards.model import GRAINS
from dashboards.pages.claims import VERDICTS

ROOM = Path(dashboards.__file__).parent
NAMED_BY_DATA = {"China", "US", "United States", "EU", "Europe", "Other", "Unknown"}  # regions, as catalogues name them
NAMED_BY_DATA |= {"Agent", "Application", "Framework", "Inference"}  # and layers
MADE_OF_PARTS = {"minute", "minutes", "hour", "hours", "day", "not reached", "observations"}


def _said_by_templates() -> set[str]:
    found = (re.findall(r'_\("((?:[^"\\]|\\.)*)"', path.read_text()) for path in (ROOM / "templates").glob("*.html"))
    return {str(json.loads(f'"{literal}"')) for literals in found for literal in literals}


def _said_by_modules() -> set[str]:
    return {
        str(node.args[0].value)
        for path in ROOM.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "t"
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }


def _said_by_pages() -> set[str]:
    found = set(GRAINS.values()) | set(VERDICTS)
    for page in pages.load().values():
        found |= {page.title, page.nav, page.lead}
        for drawn in page.drawn:
            found |= {drawn.title, drawn.subtitle, drawn.counts}
            found |= {part.name for part in getattr(drawn, "parts", ())}
    for stream in streams.STREAMS.values():
        found |= {stream.name, stream.facts, stream.group, stream.service}
    for change in notices.changes():
        found |= {change.title, change.sentence}
    for badge in badges.BADGES:
        found |= {badge.measure.title, badge.words}
    return found | {metric.room.capitalize() for metric in metrics.load().values()}


def _leads_of_subpages() -> set[str]:
    """Those that stand as `lead=` in a page's module."""
    calls = (
        node
        for path in (ROOM / "pages").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Subpage"
    )
    leads = (keyword.value for call in calls for keyword in call.keywords if keyword.arg == "lead")
    return {str(lead.value) for lead in leads if isinstance(lead, ast.Constant)}


SAID = sorted(
    {
        *_said_by_templates(),
        *_said_by_modules(),
        *_said_by_pages(),
        *_leads_of_subpages(),
        *scripts.said(),
    }
)


def test_something_is_said_everywhere() -> None:
    assert len(_said_by_templates()) > 100
    assert len(_said_by_modules()) > 30
    assert len(_said_by_pages()) > 100
    assert len(scripts.said()) > 30
    assert _leads_of_subpages()


def test_every_text_is_there_in_both_languages() -> None:
    assert [text for text in SAID if not texts.catalogue().get(text, "").strip()] == []


def test_every_metric_has_its_title_question_and_unit_in_both_languages() -> None:
    told = {text for metric in metrics.load().values() for text in (metric.title, metric.question, metric.unit)}
    assert sorted(told - set(texts.catalogue())) == []


def test_every_metric_has_its_definition_in_brief() -> None:
    assert sorted(texts.briefs()) == sorted(metrics.load())
    assert all(re.search("[\u4e00-\u9fff]", brief) for brief in texts.briefs().values())


def test_no_text_of_the_catalogue_is_left_over() -> None:
    told = {text for metric in metrics.load().values() for text in _front_matter(metric)}
    assert sorted(set(texts.catalogue()) - set(SAID) - told - NAMED_BY_DATA - MADE_OF_PARTS) == []


def _front_matter(metric: metrics.Metric) -> list[str]:
    return [metric.title, metric.question, metric.unit, metric.definition, *metric.caveats]


def test_a_translation_has_the_fields_of_its_text() -> None:
    def fields(text: str) -> set[str]:
        return {name for _, name, *_ in string.Formatter().parse(text) if name}

    assert [english for english, said in texts.catalogue().items() if fields(said) != fields(english)] == []


def test_a_text_is_said_in_the_language_that_is_spoken() -> None:
    assert texts.t("{n} subjects", n=3) == "3 subjects"
    with texts.speaking("zh"):
        assert texts.t("{n} subjects", n=3) == "3 个对象"
        assert texts.t("a text that nobody has") == "a text that nobody has"
        assert not texts.is_known("a text that nobody has")
    assert texts.spoken() == "en"


def test_remarks_of_metrics_are_told_part_by_part() -> None:
    with texts.speaking("zh"):
        assert texts.told("n<5; coverage 0.67; incomplete month") == "n<5\uff1b覆盖 0.67\uff1b月份不完整"
        assert texts.told("something new") == "something new"
    assert texts.told("coverage 0.67") == "coverage 0.67"
