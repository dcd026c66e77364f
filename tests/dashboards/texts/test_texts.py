"""The catalogue of texts: whatever the site says exists in both languages, with the same fields."""

from __future__ import annotations

import ast
import itertools
import json
import re
import string
import tomllib
from pathlib import Path
from typing import Any

import pytest
import sqlglot
from sqlglot import exp

import dashboards
import metrics
import pipelines
from dashboards import pages, streams, texts
from dashboards.chart import GRAINS
from dashboards.pages.claims import VERDICTS
from dashboards.parts import badges, notices
from dashboards.write import scripts
from pipelines.sources import discover

ROOM = Path(dashboards.__file__).parent
NAMED_BY_DATA = {"China", "US", "United States", "EU", "Europe", "Other", "Unknown"}  # regions, as catalogues name them
NAMED_BY_DATA |= {"Agent", "Application", "Framework", "Inference"}  # and layers
CASES = Path(__file__).parents[2] / "metrics"  # claims/ and cases/: worked examples
CHINESE = re.compile("[\u4e00-\u9fff]")
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
    assert [text for text in SAID if not texts.translations().get(text, "").strip()] == []


@pytest.mark.parametrize("metric", metrics.load().values(), ids=lambda metric: metric.name)
def test_every_metric_says_in_chinese_what_it_is(metric: metrics.Metric) -> None:
    said = [metric.title, metric.question, metric.unit, metric.definition, *metric.caveats]
    assert [text for text in said if not _is_in_chinese(text)] == []


@pytest.mark.parametrize("claim", metrics.load_claims().values(), ids=lambda claim: claim.name)
def test_every_claim_says_in_chinese_what_it_is(claim: metrics.Claim) -> None:
    said = [claim.title, claim.said_by, claim.refuted_by, *claim.caveats]
    assert [text for text in said if not _is_in_chinese(text)] == []
    assert [text for text in (claim.needs, claim.takes) if text and not _is_told_in_chinese(text)] == []


@pytest.mark.parametrize(
    "claim", [claim for claim in metrics.load_claims().values() if claim.sql], ids=lambda c: c.name
)
def test_every_sentence_of_a_claims_evidence_is_told_in_chinese(claim: metrics.Claim) -> None:
    columns = sqlglot.parse_one(claim.sql or "", dialect="duckdb").find_all(exp.Alias)
    evidence = next(column.this for column in columns if column.alias == "evidence")
    assert [text for text in _sentences(evidence) if not _is_told_in_chinese(text)] == []
    assert _is_told_in_chinese(f"not in this publication: {', '.join(claim.reads)}")


def test_what_the_worked_examples_of_claims_say_is_told_in_chinese() -> None:
    expected = [_read(path)["expect"] for path in sorted((CASES / "claims").glob("*/*.toml"))]
    keys = ("evidence", "reason", "evidence_today", "reason_today")
    said = {case[key] for case in expected for key in keys if case.get(key)}
    assert len(said) > 8
    assert [text for text in sorted(said) if not _is_told_in_chinese(text)] == []


def test_every_reason_and_flag_in_the_worked_examples_of_metrics_is_told_in_chinese() -> None:
    tables = [_read(path)["expect"]["rows"] for path in sorted((CASES / "cases").glob("*/*.toml"))]
    said = {row.get(column) for table in tables for row in _rows(table) for column in ("reason", "flag")} - {None, ""}
    assert len(said) > 60
    assert [text for text in said if not _is_told_in_chinese(str(text))] == []


@pytest.mark.parametrize("metric", metrics.load().values(), ids=lambda metric: metric.name)
def test_every_reason_that_a_metrics_sql_writes_out_is_told_in_chinese(metric: metrics.Metric) -> None:
    reasons = (
        column.this
        for column in sqlglot.parse_one(metric.sql, dialect="duckdb").find_all(exp.Alias)
        if column.alias == "reason"
    )
    branches = [branch for reason in reasons for case in reason.find_all(exp.Case) for branch in _branches(case)]
    said = [str(branch.this) for branch in branches if isinstance(branch, exp.Literal)]
    assert [text for text in said if not _is_told_in_chinese(text)] == []


def test_every_reason_that_macros_make_of_things_is_told_in_chinese() -> None:
    macros = "".join(path.read_text(encoding="utf-8") for path in Path(metrics.__file__).parent.glob("macros/*.sql"))
    endings = set(re.findall(r"concat\('no ', things, '([^']+)'\)", macros))
    assert endings
    said = {f"no {things}{ending}" for things in ("issues", "change requests", "discussions") for ending in endings}
    assert [text for text in sorted(said) if not _is_told_in_chinese(text)] == []


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _rows(table: str) -> list[dict[str, str]]:
    """The rows of a table written with |."""
    head, *lines = ([cell.strip() for cell in line.split("|")] for line in table.strip().splitlines())
    return [dict(zip(head, line, strict=False)) for line in lines]


def _is_in_chinese(text: str) -> bool:
    with texts.in_language("zh"):
        return texts.is_translated(text) and bool(CHINESE.search(texts.t(text)))


def _is_told_in_chinese(text: str) -> bool:
    with texts.in_language("zh"):
        return texts.is_translated_remark(text)


def _sentences(expression: exp.Expr) -> list[str]:
    """What an expression of text can say, with a number for each value and a kind of contribution for each column."""
    if isinstance(expression, exp.Literal):
        return [str(expression.this)]
    if isinstance(expression, exp.Concat):
        parts = [_sentences(part) for part in expression.expressions]
        return ["".join(chosen) for chosen in itertools.product(*parts)]
    if isinstance(expression, exp.Case):
        return [sentence for branch in _branches(expression) for sentence in _sentences(branch)]
    return ["12"] if isinstance(expression, exp.Cast) else ["commits, change requests only"]


def _branches(case: exp.Case) -> list[exp.Expr]:
    found = [*(branch.args["true"] for branch in case.args["ifs"]), case.args.get("default")]
    return [branch for branch in found if branch]


def test_no_text_of_the_catalogue_is_left_over() -> None:
    told = {text.replace("\n", " ") for metric in metrics.load().values() for text in _front_matter(metric)}
    told |= {text for claim in metrics.load_claims().values() for text in _front_matter_of_claim(claim)}
    assert sorted(set(texts.translations()) - set(SAID) - told - NAMED_BY_DATA - MADE_OF_PARTS) == []


def _front_matter(metric: metrics.Metric) -> list[str]:
    return [metric.title, metric.question, metric.unit, metric.definition, metric.source, *metric.caveats]


def _front_matter_of_claim(claim: metrics.Claim) -> list[str]:
    return [claim.title, claim.said_by, claim.refuted_by, *claim.caveats]


def test_a_translation_keeps_the_code_and_the_addresses_of_its_text() -> None:
    def kept(text: str) -> list[str]:
        return sorted(re.findall(r"`[^`]+`|https://[\w./?=%#~:+-]*[\w/=#]|docs/[\w.]+\.md", text, re.ASCII))

    assert [english for english, said in texts.translations().items() if kept(said) != kept(english)] == []


def test_a_translation_has_the_fields_of_its_text() -> None:
    def fields(text: str) -> set[str]:
        return {name for _, name, *_ in string.Formatter().parse(text) if name}

    assert [english for english, said in texts.translations().items() if fields(said) != fields(english)] == []


def test_a_text_is_said_in_the_language_that_is_spoken() -> None:
    assert texts.t("{n} subjects", n=3) == "3 subjects"
    with texts.in_language("zh"):
        assert texts.t("{n} subjects", n=3) == "3 个对象"
        assert texts.t("a text that nobody has") == "a text that nobody has"
        assert not texts.is_translated("a text that nobody has")
    assert texts.language() == "en"


def test_remarks_of_metrics_are_told_part_by_part() -> None:
    with texts.in_language("zh"):
        assert texts.translated_remark("n<5; coverage 0.67; incomplete month") == "n<5\uff1b覆盖 0.67\uff1b月份不完整"
        assert texts.translated_remark("commits, issues only") == "只计提交\u3001议题"
        assert texts.translated_remark("something new; n<5") == "something new\uff1bn<5"
        assert texts.is_translated_remark("n<5; coverage 0.67")
        assert not texts.is_translated_remark("something new; n<5")
    assert texts.translated_remark("coverage 0.67") == "coverage 0.67"
    assert texts.is_translated_remark("something new")


def test_where_lines_are_broken_in_english_makes_no_difference() -> None:
    definition = metrics.load()["active_forks"].definition
    assert "\n" in definition
    with texts.in_language("zh"):
        assert texts.t(definition) == texts.t(definition.replace("\n", " ")) != definition


def _why_skipped() -> set[str]:
    """What the sources say where they skip a subject, with something like a name in place of what they fill in."""
    found = set()
    for path in Path(pipelines.__file__).parent.glob("sources/**/*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or not node.args:
                continue
            if node.func.id not in {"Skipped", "Disabled"}:
                continue
            said = node.args[0]
            parts = said.values if isinstance(said, ast.JoinedStr) else [said]
            if all(isinstance(part, ast.Constant | ast.FormattedValue) for part in parts):
                found.add("".join(str(part.value) if isinstance(part, ast.Constant) else "acme" for part in parts))
    return found


def test_why_a_source_skipped_something_is_told_in_chinese() -> None:
    reasons = _why_skipped() | {
        f"{setting.upper()} is not set. With it: {adds}"
        for source in discover().values()
        for setting, adds in source.needs.items()
    }
    assert len(reasons) > 5
    with texts.in_language("zh"):
        assert [reason for reason in reasons if not CHINESE.search(texts.translated_remark(reason))] == []
