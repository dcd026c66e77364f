"""`ecotone verify`: a publication comes out again from the lake, or it is told what does not."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
from small_world import World


def only_record(world: World) -> Path:
    (path,) = (world.home / "publications").glob("*.json")
    return path


def test_a_publication_comes_out_again_by_its_id_or_its_file(world: World) -> None:
    record = only_record(world)
    said = world.call("verify", record.stem[:8])
    assert said.code == 0
    assert "come out again" in said.out
    assert json.loads(record.read_text()) == json.loads((world.home / "export" / "publication.json").read_text())
    assert not list(world.home.glob(".verifying-*"))


@pytest.mark.slow
def test_rows_that_were_changed_afterwards_are_told(own: World) -> None:
    published = own.home / "ecotone.duckdb"
    published.chmod(0o644)
    with duckdb.connect(str(published)) as connection:
        connection.execute("UPDATE metrics.contributors SET value = value + 1 WHERE value IS NOT NULL")
    said = own.call("verify", str(published))
    assert said.code == 1
    assert "NOT verified: 1 of " in said.err
    assert "metrics.contributors" in said.err


def test_a_record_that_was_changed_contradicts_itself(own: World) -> None:
    path = only_record(own)
    values = json.loads(path.read_text())
    values["batches"] = values["batches"][:-1]
    path.write_text(json.dumps(values))
    said = own.call("verify", str(path))
    assert said.code == 1
    assert "contradicts itself" in said.err


@pytest.mark.slow
def test_one_of_the_past_comes_out_again_whatever_came_since(own: World, tmp_path: Path) -> None:
    former = only_record(own).stem
    catalogue = tmp_path / "changed.toml"
    catalogue.write_text(Path(own.environment["ECOTONE_CATALOGUE"]).read_text().replace('"Sound"', '"Louder"'))
    later = {"ECOTONE_NOW": "2026-08-23T12:00:00+00:00", "ECOTONE_CATALOGUE": str(catalogue)}
    own.run("--source", "huggingface_models", **later)
    assert own.call("compact", **later).code == 0
    assert len(list((own.home / "publications").glob("*.json"))) == 2
    assert own.call("verify", former, **later).code == 0


def test_what_is_missing_is_named_with_a_remedy(own: World) -> None:
    nothing = own.call("verify", "abcdef01")
    assert nothing.code == 2
    assert only_record(own).stem in nothing.err
    manifest = own.home / "lake" / "manifest.jsonl"
    lines = manifest.read_text().splitlines(keepends=True)
    (lost,) = [line for line in lines if json.loads(line)["stream"] == "models"]
    manifest.write_text("".join(line for line in lines if line != lost))
    (own.home / "lake" / json.loads(lost)["path"]).unlink()
    said = own.call("verify", only_record(own).stem)
    assert said.code == 1
    assert json.loads(lost)["batch"] in said.err
    assert "backup" in said.err
    other = own.home / "publication.json"
    other.write_text("{}")
    assert "not the record of a publication" in own.call("verify", str(other)).err
