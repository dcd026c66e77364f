"""The metric files: what is read from them, and what is said about one that is not as it must be."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlglot

import metrics
from metrics.definitions import parse
from metrics.index import render
from metrics.macro_files import ROOT, macro_definitions, tables

FRONT = """/*+++
title = "Things"
question = "How many?"
unit = "things"
definition = "Counted."
source = "nobody"
+++*/
"""
SELECT = """SELECT entity_id, period, '' AS series, 1.0 AS value, 1 AS n, NULL AS low, NULL AS high, TRUE AS complete,
    NULL AS reason, NULL AS flag
FROM staging.model"""


def read(text: str) -> metrics.Metric:
    return parse(text, Path("growth/things.sql"))


def test_a_metric_file_is_read() -> None:
    found = read(FRONT + SELECT)
    assert (found.name, found.room, found.unit, found.reads) == ("things", "growth", "things", ("staging.model",))
    assert found.caveats == ()
    assert found.sql == SELECT


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT 1", "growth/things.sql:1: the file must begin with the front matter"),
        ("/*+++\ntitle = 'x'\nSELECT 1", "growth/things.sql:1: the front matter is not closed"),
        (FRONT.replace('"How many?"', "How many?") + SELECT, "growth/things.sql:3: the front matter is not valid TOML"),
        (FRONT.replace('unit = "things"\n', "") + SELECT, 'growth/things.sql:1: the front matter needs unit = "…"'),
        (FRONT.replace('"things"', '" "') + SELECT, 'growth/things.sql:4: the front matter needs unit = "…"'),
        (
            FRONT.replace("source", "origin = 1\nsource") + SELECT,
            "growth/things.sql:6: unknown key origin; known are title",
        ),
        (FRONT.replace("source", 'caveats = "x"\nsource') + SELECT, "growth/things.sql:6: caveats is a list of texts"),
        (FRONT.replace("+++*/", "[checks]\nx = 1\n+++*/") + SELECT, "growth/things.sql:7: [checks] holds lines"),
        (FRONT.replace("+++*/", "chart = 1\n+++*/") + SELECT, "growth/things.sql:7: [chart] is a table of hints"),
        (FRONT + SELECT + ";", "growth/things.sql:7: the file holds exactly one SELECT"),
        (FRONT + "CREATE TABLE x (y INTEGER)", "growth/things.sql:7: the file holds exactly one SELECT"),
        (FRONT + "SELECT 1\nFROM (", "growth/things.sql:9: the SQL cannot be read"),
        (FRONT + "SELECT 1 AS value", "growth/things.sql:7: the SELECT must yield entity_id, period, series, n, low"),
    ],
)
def test_a_mistake_is_reported_with_file_and_line_and_what_to_write(text: str, message: str) -> None:
    with pytest.raises(metrics.MetricError) as caught:
        read(text)
    assert message in str(caught.value)
    assert f":{caught.value.line}: " in str(caught.value)


def test_two_metrics_of_one_name_are_refused(tmp_path: Path) -> None:
    for room in ("adoption", "growth"):
        (tmp_path / room).mkdir()
        (tmp_path / room / "things.sql").write_text(FRONT + SELECT, encoding="utf-8")
    with pytest.raises(metrics.MetricError, match="there is a metric things in adoption already"):
        metrics.load(tmp_path)


def test_a_metric_is_discovered_by_its_file_alone(tmp_path: Path) -> None:
    (tmp_path / "a_new_room").mkdir()
    (tmp_path / "a_new_room" / "things.sql").write_text(FRONT + SELECT, encoding="utf-8")
    assert [metric.room for metric in metrics.load(tmp_path).values()] == ["a_new_room"]


def test_metrics_read_tables_of_the_contract_only() -> None:
    contract = (ROOT / "contract.sql").read_text(encoding="utf-8")
    allowed = {
        f"{table.db}.{table.name}"
        for statement in sqlglot.parse(contract, dialect="duckdb")
        if statement
        for table in statement.find_all(sqlglot.exp.Table)
    }
    for metric in metrics.load().values():
        assert set(metric.reads) <= allowed, metric.name
        assert "catalogue.membership" in metric.reads, f"{metric.name} is not there at every grain"


def test_reads_go_through_macros_and_leave_out_ctes() -> None:
    text = "WITH x AS (SELECT 1 AS y FROM metrics.commits() AS c) SELECT x.y FROM x JOIN ops.batch AS b ON TRUE"
    assert set(tables(sqlglot.parse_one(text, dialect="duckdb"))) == {"metrics.commits", "ops.batch"}
    assert macro_definitions()["metrics.human_commits"].reads == {
        "catalogue.membership",
        "staging.commit",
        "staging.person",
    }


def test_index_is_up_to_date() -> None:
    expected = render(metrics.load().values(), metrics.load_claims().values())
    assert (ROOT / "INDEX.md").read_text(encoding="utf-8") == expected, "run `python -m metrics`"
