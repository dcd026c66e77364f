"""huggingface_hub_listing: a listing of the whole Hub, however it was written, and what is built from it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.catalogue import Catalogue
from pipelines.errors import Skipped, TerminalError
from pipelines.ingestion.fetching import Ingestion
from pipelines.ingestion.rounds import Outcome
from pipelines.lake import Lake
from pipelines.settings import Settings
from pipelines.sources import Request, discover
from pipelines.sources.huggingface.hub_listing import SOURCE, SUBJECT
from pipelines.warehouse import Warehouse

NOW = datetime(2026, 8, 22, 12, tzinfo=UTC)
CATALOGUE = Catalogue.parse(
    """
[[ecosystem]]
id = "one"
label = "One"
[[project]]
label = "A"
ecosystem = "one"
region = "us"
layer = "model"
huggingface = ["lab"]
[[project]]
label = "B"
ecosystem = "one"
region = "us"
layer = "model"
huggingface = ["heron"]
[[project]]
label = "C"
ecosystem = "one"
region = "us"
layer = "model"
repositories = ["o/c"]
""",
)
ROWS = [
    {"_id": "1", "id": "lab/A", "createdAt": "2026-01-01T00:00:00.000Z", "downloads": 100, "likes": 3, "tags": ["x"]},
    {
        "_id": "2",
        "id": "heron/B",
        "createdAt": "2026-02-03T00:00:00.000Z",
        "downloads": 10,
        "tags": ["base_model:lab/A", "base_model:quantized:lab/A", "gguf"],
    },
    {
        "_id": "3",
        "id": "heron/C",
        "createdAt": "2026-02-20T00:00:00.000Z",
        "downloads": 1,
        "tags": ["base_model:merge:heron/B", "base_model:merge:far/Gone"],
    },
    {"_id": "4", "id": "solo", "createdAt": "2026-08-01T09:00:00.000Z", "downloads": None, "tags": None},
    {"_id": "5", "id": None, "createdAt": "2026-08-01T09:00:00.000Z", "downloads": 5, "tags": []},
]


def written(path: Path, rows: Sequence[dict[str, Any]] = ROWS) -> Path:
    pq.write_table(pa.Table.from_pylist(list(rows)), path)
    return path


def settings(home: Path, listing: Path | None, now: datetime = NOW) -> Settings:
    return Settings(home=home, catalogue=home, hub_listing=str(listing) if listing else None, fixed_now=now)


def run(home: Path, listing: Path | None, now: datetime = NOW) -> list[Outcome]:
    chosen = settings(home, listing, now)
    with Lake(chosen.lake) as lake:
        found = list(Ingestion(SOURCE, CATALOGUE, chosen, lake).run(CATALOGUE.projects))
    return [one for project in found for one in project.outcomes]


def ask(home: Path, sql: str, name: str = "warehouse.duckdb") -> list[tuple[Any, ...]]:
    warehouse = Warehouse(settings(home, None), CATALOGUE, discover(), path=home / name)
    with warehouse.open() as connection:
        for table in ("fact.hub_model", "fact.hub_organization", "staging.hub_total", "staging.hub_lineage"):
            warehouse.build(table)
        warehouse.build("staging.hub_derivative")
        return connection.execute(sql).fetchall()


TOTALS = (
    "SELECT day, organization, models, derivatives, downloads, likes FROM staging.hub_total ORDER BY day, organization"
)
LINEAGE = "SELECT model_id, parent_id, relation, root_id, share FROM staging.hub_lineage ORDER BY ALL"
EXPECTED_TOTALS = [
    (date(2026, 8, 1), "heron", 2, 2, 11, None),
    (date(2026, 8, 1), "lab", 1, 0, 100, 3),
    (date(2026, 8, 1), "solo", 1, 0, None, None),
]
EXPECTED_LINEAGE = [
    ("hf:2", "hf:1", "quantized", "hf:1", 1.0),
    ("hf:3", "hf:2", "merge", "hf:1", 0.5),
    ("hf:3", "hf:far/Gone", "merge", "hf:far/Gone", 0.5),
]


def test_sums_lineage_and_derivatives_are_those_of_the_file(tmp_path: Path) -> None:
    outcomes = run(tmp_path, written(tmp_path / "models.parquet"))
    assert [(one.subject, one.status) for one in outcomes] == [(SUBJECT, "ok"), (SUBJECT, "unchanged")]
    assert outcomes[0].reason == "rows left out because they had no id: 1"
    assert ask(tmp_path, TOTALS) == EXPECTED_TOTALS
    assert ask(tmp_path, LINEAGE) == EXPECTED_LINEAGE
    assert ask(tmp_path, "SELECT period, relation, root_id, derivatives FROM staging.hub_derivative ORDER BY ALL") == [
        (date(2026, 2, 1), "merge", "hf:1", pytest.approx(0.5)),
        (date(2026, 2, 1), "merge", "hf:far/Gone", pytest.approx(0.5)),
        (date(2026, 2, 1), "quantized", "hf:1", pytest.approx(1)),
    ]


def _as_json(row: dict[str, Any]) -> dict[str, Any]:
    return {
        **row,
        "tags": json.dumps(row["tags"]),
        "downloads": None if row["downloads"] is None else float(row["downloads"]),
    }


def _as_times(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "createdAt": datetime.fromisoformat(row["createdAt"]).replace(tzinfo=None)}


def _by_base_models(row: dict[str, Any]) -> dict[str, Any]:
    bases = {tag.rpartition(":")[2]: tag.split(":")[1] for tag in row["tags"] or () if tag.count(":") == 2}
    said = (
        {"relation": next(iter(bases.values())), "models": [{"_id": "?", "id": base} for base in bases]}
        if bases
        else None
    )
    return {**row, "tags": ["plain"], "baseModels": said}


def _by_base_models_as_json(row: dict[str, Any]) -> dict[str, Any]:
    found = _by_base_models(row)
    return {**found, "baseModels": found["baseModels"] and json.dumps(found["baseModels"])}


@pytest.mark.parametrize("form", [_as_json, _as_times, _by_base_models, _by_base_models_as_json])
def test_a_listing_says_the_same_however_it_was_written(tmp_path: Path, form: Any) -> None:
    run(tmp_path, written(tmp_path / "models.parquet", [form(row) for row in ROWS]))
    assert ask(tmp_path, TOTALS) == EXPECTED_TOTALS
    assert ask(tmp_path, LINEAGE) == EXPECTED_LINEAGE


def test_parts_in_a_folder_are_one_listing_and_the_same_one_is_not_brought_twice(tmp_path: Path) -> None:
    parts = tmp_path / "parts"
    parts.mkdir()
    written(parts / "0000.parquet", ROWS[:2])
    written(parts / "0001.parquet", ROWS[2:])
    assert run(tmp_path, parts)[0].rows == 4
    assert {one.status for one in run(tmp_path, parts, datetime(2026, 8, 23, tzinfo=UTC))} == {"unchanged"}
    assert ask(tmp_path, TOTALS) == EXPECTED_TOTALS


def test_each_listing_keeps_its_sums_and_the_newest_the_lineage(tmp_path: Path) -> None:
    late, early = written(tmp_path / "late.parquet"), written(tmp_path / "early.parquet", ROWS[:2])
    for number, listing in enumerate((late, early)):
        run(tmp_path, listing, datetime(2026, 8, 22 + number, tzinfo=UTC))
        ask(tmp_path, TOTALS)
    expected = [(date(2026, 2, 3), "heron", 1, 1, 10, None), (date(2026, 2, 3), "lab", 1, 0, 100, 3), *EXPECTED_TOTALS]
    for name in ("warehouse.duckdb", "rebuilt.duckdb"):
        assert ask(tmp_path, TOTALS, name) == expected
        assert ask(tmp_path, LINEAGE, name) == EXPECTED_LINEAGE


def test_a_time_after_now_does_not_make_the_listing_of_the_future(tmp_path: Path) -> None:
    future = {**ROWS[0], "_id": "9", "id": "lab/Z", "createdAt": "2031-01-01T00:00:00.000Z"}
    run(tmp_path, written(tmp_path / "models.parquet", [*ROWS, future]))
    assert {row[0] for row in ask(tmp_path, TOTALS)} == {date(2026, 8, 1)}


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (None, "there is no Parquet file"),
        ([{"id": "a/b"}], "has no column createdAt, downloads, tags"),
        ([{**ROWS[0], "createdAt": "yesterday"}], "no row has a createdAt"),
        ("text", "is no Parquet file"),
    ],
)
def test_a_listing_that_is_none_is_an_error_that_names_it(tmp_path: Path, rows: Any, said: str) -> None:
    path = tmp_path / "models.parquet"
    if isinstance(rows, str):
        path.write_text(rows)
    elif rows:
        written(path, rows)
    with pytest.raises(TerminalError, match=f"ECOTONE_HUB_LISTING.*{said}"):
        list(SOURCE.fetch(Request(SUBJECT, CATALOGUE.projects[0], settings(tmp_path, path), NOW)))


def test_without_the_setting_it_is_skipped_with_what_it_would_add(tmp_path: Path) -> None:
    with pytest.raises(Skipped, match=r"set ECOTONE_HUB_LISTING .* shares of all downloads"):
        list(SOURCE.fetch(Request(SUBJECT, CATALOGUE.projects[0], settings(tmp_path, None), NOW)))


def test_the_recorded_listing_of_2026_06_05_gives_its_own_sums(
    tmp_path: Path, recorded_june: list[dict[str, Any]]
) -> None:
    wanted = ("id", "createdAt", "downloads", "downloadsAllTime", "likes", "tags")
    run(
        tmp_path,
        written(tmp_path / "models.parquet", [{name: row.get(name) for name in wanted} for row in recorded_june]),
    )
    downloads: Counter[str] = Counter()
    for row in recorded_june:
        downloads[row["id"].partition("/")[0]] += row["downloads"] or 0
    assert dict(ask(tmp_path, "SELECT organization, downloads FROM staging.hub_total")) == dict(downloads)
    bases = [
        (row["id"], tag.rpartition(":")[2]) for row in recorded_june for tag in row["tags"] if tag[:11] == "base_model:"
    ]
    named = {name for name, base in bases if base != name}  # five name themselves
    ((found,),) = ask(tmp_path, "SELECT count(DISTINCT model_id) FROM staging.hub_lineage")
    assert found == len(named)
