"""Claims: their files, and worked examples in tests/metrics/claims/<claim>/*.toml of each verdict that there can be.

speaks_of    first and last day of the time that the sentence is taken to be about, instead of the claim's own
[given]      "schema.table" = a table written with |, of staging or of metrics; what is not written is as in conftest.py
[expect]     verdict and the columns of metrics.claim_verdict that the example is about; a date as text, NULL as ""
"""

from __future__ import annotations

import dataclasses
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlglot

import metrics
from metrics.claim_files import parse_claim
from metrics.macro_files import ROOT

CASES = Path(__file__).parent / "claims"
FILES = sorted(CASES.glob("*/*.toml"))
CLAIMS = metrics.load_claims()
OUTCOMES = {"supported", "contradicted", "not enough data"}


@pytest.fixture(scope="module")
def empty() -> Iterator[duckdb.DuckDBPyConnection]:
    """The tables of the contract and those of the metrics that claims read, without rows; far from UTC."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'Pacific/Kiritimati'")
    metrics.create_inputs(connection)
    read = {table for claim in CLAIMS.values() for table in claim.reads}
    metrics.build(connection, [name for name in metrics.load() if f"metrics.{name}" in read])
    yield connection
    connection.close()


@pytest.fixture
def judge(empty: duckdb.DuckDBPyConnection, world: Any) -> Iterator[Any]:
    """Judges one claim in a world with the tables given, and returns its row; all is undone after the test."""
    world.connection = empty

    def judged(name: str, case: Mapping[str, Any], *, without: tuple[str, ...] = ()) -> dict[str, Any]:
        world.observed_until = case.get("observed_until", world.observed_until)
        for table in without:
            empty.execute(f"DROP TABLE {table}")
        for table, text in case["given"].items():
            world.give(table, text)
        world.fill()
        for table in case["given"]:
            if table.startswith("metrics."):  # an empty cell is NULL
                empty.execute(f"UPDATE {table} SET series = '' WHERE series IS NULL")
        claim = CLAIMS[name]
        if "speaks_of" in case:
            claim = dataclasses.replace(claim, speaks_of=tuple(case["speaks_of"]))
        metrics.build_verdicts(empty, {name: claim})
        found = empty.execute("SELECT * FROM metrics.claim_verdict")
        columns = [column[0] for column in found.description]
        (row,) = found.fetchall()
        return dict(zip(columns, row, strict=True))

    empty.execute("BEGIN")
    yield judged
    empty.execute("ROLLBACK")


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_worked_example_gives_the_verdict_reckoned_by_hand(path: Path, judge: Any) -> None:
    case = tomllib.loads(path.read_text(encoding="utf-8"))
    row = judge(path.parent.name, case)
    shown = {name: "" if row[name] is None else str(row[name]) for name in case["expect"]}
    assert shown == {name: str(value) for name, value in case["expect"].items()}
    for then in ("", "_today"):
        assert (row[f"verdict{then}"] in {"supported", "contradicted"}) == (row[f"reason{then}"] is None)


@pytest.mark.parametrize("verdict", ["verdict", "verdict_today"])
def test_every_verdict_on_every_claim_can_be_reached(verdict: str) -> None:
    reached: dict[str, set[str]] = defaultdict(set)
    for path in FILES:
        reached[path.parent.name].add(tomllib.loads(path.read_text(encoding="utf-8"))["expect"][verdict])
    testable = {name for name, claim in CLAIMS.items() if claim.sql}
    assert testable
    assert dict(reached) == dict.fromkeys(testable, OUTCOMES)


def test_claims_read_tables_that_are_made() -> None:
    contract = (ROOT / "contract.sql").read_text(encoding="utf-8")
    statements = [statement for statement in sqlglot.parse(contract, dialect="duckdb") if statement]
    allowed = {f"{t.db}.{t.name}" for statement in statements for t in statement.find_all(sqlglot.exp.Table)}
    allowed |= {f"metrics.{name}" for name in metrics.load()}
    for claim in CLAIMS.values():
        assert set(claim.reads) <= allowed, claim.name


@pytest.mark.parametrize("name", [name for name, claim in CLAIMS.items() if claim.sql])
def test_a_claim_whose_table_is_missing_names_it(judge: Any, name: str) -> None:
    missing = next(table for table in CLAIMS[name].reads if table.startswith(("metrics.", "staging.")))
    row = judge(name, {"given": {}}, without=(missing,))
    assert (row["verdict"], row["reason"]) == ("not enough data", f"not in this publication: {missing}")


def test_an_empty_warehouse_decides_nothing(world: Any) -> None:
    metrics.build(world.connection)
    verdicts = dict(world.connection.execute("SELECT claim, verdict FROM metrics.claim_verdict").fetchall())
    assert verdicts == {
        name: "not enough data" if claim.sql else "not testable" for name, claim in sorted(CLAIMS.items())
    }
    assert "not testable" in verdicts.values()
    assert world.connection.execute("SELECT count(*) FROM metrics.claim_verdict WHERE reason IS NULL").fetchone() == (
        0,
    )


def test_both_tables_and_all_their_columns_are_commented(judge: Any, empty: duckdb.DuckDBPyConnection) -> None:
    judge("agents_grow_faster", {"given": {}})
    comments = empty.execute("SELECT comment FROM duckdb_columns() WHERE table_name LIKE 'claim%'").fetchall()
    assert len(comments) > 20
    assert all(comment for (comment,) in comments)


FRONT = """/*+++
title = "It is so."
kind = "state"
said_by = "Somebody"
said_on = "2026"
source = "https://example.org"
refuted_by = "It not being so."
needs = "something"
speaks_of = [2026-01-01, 2026-01-31]
+++*/
"""
QUERY = "SELECT day, TRUE AS holds, 'x' AS evidence FROM staging.model_snapshot"


def read(text: str) -> metrics.Claim:
    return parse_claim(text, Path("claims/it_is_so.sql"))


def test_a_claim_file_is_read() -> None:
    claim = read(FRONT + QUERY)
    assert (claim.name, claim.kind, claim.reads) == ("it_is_so", "state", ("staging.model_snapshot",))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (QUERY, "the file must begin with the front matter"),
        (FRONT.replace('"state"', "state") + QUERY, "claims/it_is_so.sql:3: the front matter is not valid TOML"),
        (FRONT.replace('"state"', '"fact"') + QUERY, "kind is event or state, not fact"),
        (FRONT.replace('said_on = "2026"\n', "") + QUERY, 'the front matter needs said_on = "…"'),
        (FRONT.replace("https", "http") + QUERY, "source must be a public address"),
        (FRONT.replace("needs", "wants") + QUERY, "unknown key wants; known are title, kind"),
        (FRONT.replace("2026-01-31", "2025-01-31") + QUERY, "speaks_of is the first and the last day"),
        (FRONT.replace("[2026-01-01, 2026-01-31]", '"2026"') + QUERY, "speaks_of is the first and the last day"),
        (FRONT.replace("speaks_of", "every = 0\nspeaks_of") + QUERY, "every is a number of days"),
        (FRONT.replace("speaks_of", "coverage = 90\nspeaks_of") + QUERY, "coverage is a part of one"),
        (FRONT, 'the front matter needs takes = "…"'),
        (FRONT.replace("+++*/", 'takes = "x"\n+++*/') + QUERY, "takes is for a claim without a query"),
        (FRONT.replace("+++*/", 'caveats = "x"\n+++*/') + QUERY, "caveats is a list of texts"),
        (FRONT + QUERY + ";", "the file holds exactly one SELECT"),
        (FRONT + "SELECT day FROM staging.model_snapshot", "the SELECT must yield holds, evidence too"),
        (FRONT + "SELECT 1 FROM (", "claims/it_is_so.sql:10: the SQL cannot be read"),
    ],
)
def test_a_mistake_in_a_claim_is_reported_with_file_and_line(text: str, message: str) -> None:
    with pytest.raises(metrics.MetricError) as caught:
        read(text)
    assert message in str(caught.value)
