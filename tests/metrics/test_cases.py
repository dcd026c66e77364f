"""Worked examples: tests/cases/<metric>/*.toml hold rows in and rows out, reckoned by hand.

[given]      "schema.table" = a table written with |; what is not written is as in conftest.py
[expect]     rows = a table written with |: every row of the entities named in it (repository:acme/one if none is),
             of those that fulfil `where`. A number is compared to as many decimals as it is written with.
"""

from __future__ import annotations

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import metrics

CASES = Path(__file__).parent / "cases"
FILES = sorted(CASES.glob("*/*.toml"))


def as_written(expected: str | None, actual: Any) -> str | None:
    """The actual value in the form of the expected one, so that both read alike in a failure."""
    if actual is None:
        return None
    if isinstance(actual, bool):
        return str(actual).lower()
    if isinstance(actual, float):
        decimals = len(expected.partition(".")[2]) if expected else 6
        return str(round(Decimal(actual), decimals)) if decimals else f"{actual:g}"
    if isinstance(actual, date):
        return actual.isoformat()[: len(expected)] if expected else actual.isoformat()
    return str(actual) or None


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_worked_example_gives_the_rows_reckoned_by_hand(path: Path, world: Any, table: Any) -> None:
    case = tomllib.loads(path.read_text(encoding="utf-8"))
    world.observed_until = case.get("observed_until", world.observed_until)
    for name, text in case["given"].items():
        world.give(name, text)
    world.fill()
    expected = [{"entity_id": "repository:acme/one", **row} for row in table(case["expect"]["rows"])]
    columns = list(expected[0])
    entities = ", ".join(f"'{name}'" for name in sorted({str(row["entity_id"]) for row in expected}))
    where = f"entity_id IN ({entities}) AND ({case['expect'].get('where', 'TRUE')})"
    actual = world.rows(path.parent.name, ", ".join(columns), where)
    order = sorted(expected, key=lambda row: (row["entity_id"], row["period"], row.get("series") or ""))
    assert len(actual) == len(order), actual
    shown = [
        {name: as_written(row[name], cell) for name, cell in zip(columns, found, strict=True)}
        for row, found in zip(order, actual, strict=True)
    ]
    assert shown == order


def test_every_metric_has_a_case_and_every_case_a_metric() -> None:
    assert {path.parent.name for path in FILES} == set(metrics.load())
    assert {path.name for path in CASES.iterdir()} == set(metrics.load())
