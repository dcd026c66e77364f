"""The export: the published numbers as files for other programs, described so that these can read them."""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path
from typing import Any

import duckdb
from small_world import World

import metrics
from pipelines.publication.export import export
from pipelines.settings import Settings


def package(world: World) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((world.home / "export" / "datapackage.json").read_text())
    return found


def test_every_metric_is_there_as_parquet_and_as_csv_with_the_published_rows(world: World) -> None:
    folder = world.home / "export"
    with duckdb.connect(str(world.home / "ecotone.duckdb"), read_only=True) as connection:
        for name in metrics.load():
            table = connection.execute(f"FROM metrics.{name} ORDER BY ALL").fetchall()
            assert connection.execute(f"FROM '{folder}/{name}.parquet' ORDER BY ALL").fetchall() == table, name
            columns = connection.execute(f"DESCRIBE metrics.{name}").fetchall()
            types = ", ".join(f"'{column[0]}': '{column[1]}'" for column in columns)
            read = f"FROM read_csv('{folder}/{name}.csv', header = true, columns = {{{types}}}, nullstr = '')"
            assert told(connection.execute(read).fetchall()) == told(table), name


def told(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """As a CSV tells them: it does not tell an empty text from a missing one."""
    return sorted((tuple("" if one is None else one for one in row) for row in rows), key=repr)


def test_the_data_package_describes_every_file_and_nothing_else(world: World) -> None:
    folder = world.home / "export"
    described = package(world)
    assert len({one["name"] for one in described["resources"]}) == len(described["resources"])
    for resource in described["resources"]:
        content = (folder / resource["path"]).read_bytes()
        assert (len(content), f"sha256:{hashlib.sha256(content).hexdigest()}") == (resource["bytes"], resource["hash"])
        fields = [field["name"] for field in resource["schema"]["fields"]]
        assert all(field["description"] for field in resource["schema"]["fields"]), resource["name"]
        assert set(resource["schema"]["primaryKey"]) <= set(fields)
        assert "any" not in {field["type"] for field in resource["schema"]["fields"]}, resource["name"]
        if resource["format"] == "csv":
            with (folder / resource["path"]).open(encoding="utf-8", newline="") as file:
                assert next(csv.reader(file)) == fields
    others = {"datapackage.json", "publication.json", "CITATION.cff"}
    assert {path.name for path in folder.iterdir()} == others | {one["path"] for one in described["resources"]}


def test_it_says_which_publication_it_is_and_how_to_cite_it(world: World) -> None:
    (record,) = (world.home / "publications").glob("*.json")
    described = package(world)
    assert described["version"] == record.stem
    assert record.stem in described["id"]
    citation = (world.home / "export" / "CITATION.cff").read_text()
    assert f"version: {record.stem}" in citation
    assert "cff-version: 1.2.0" in citation
    assert "date-released: 2026-08-22" in citation


def test_what_is_no_metric_any_more_is_removed(own: World) -> None:
    left = own.home / "export" / "gone.csv"
    left.write_text("value\n")
    before = package(own)
    settings = Settings(home=own.home, catalogue=Path(own.environment["ECOTONE_CATALOGUE"]))
    export(settings)
    assert not left.exists()
    assert package(own) == before
