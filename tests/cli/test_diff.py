"""`ecotone diff`: two publications compared, by folder, file or id."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pytest
from small_world import World, call


def changed_copy(world: World, path: Path) -> Path:
    """The published file with one value doubled and one row gone."""
    shutil.copy(world.home / "ecotone.duckdb", path)
    path.chmod(0o644)
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "UPDATE metrics.contributors SET value = value * 2 WHERE (entity_id, period) IN "
            "(SELECT entity_id, period FROM metrics.contributors WHERE value > 0 AND series = '' ORDER BY ALL LIMIT 1)"
        )
        connection.execute("DELETE FROM metrics.downloads WHERE rowid = 0")
    return path


def test_a_home_its_file_and_its_id_are_the_same(world: World) -> None:
    file = world.home / "ecotone.duckdb"
    (record,) = (world.home / "publications").glob("*.json")
    for name in (str(world.home), str(file), record.stem, record.stem[:8]):
        said = world.call("diff", name, str(file))
        assert said.code == 0, said.err
        assert "No difference." in said.out
        assert "Equal row for row: " in said.out


def test_rows_and_values_that_changed_are_shown(world: World, tmp_path: Path) -> None:
    other = changed_copy(world, tmp_path / "other.duckdb")
    said = world.call("diff", str(world.home), str(other))
    assert said.code == 1
    lines = {line.split()[0]: line.split() for line in said.out.splitlines() if line.startswith("metrics.")}
    assert lines["metrics.contributors"][3:] == ["0", "0", "1", "value"]
    assert lines["metrics.downloads"][3:] == ["0", "1", "0"]
    assert set(lines) == {"metrics.contributors", "metrics.downloads"}
    (change,) = [line for line in said.out.splitlines() if line.startswith("contributors ")]
    assert "+100.0%" in change


def test_json_has_all_of_it(world: World, tmp_path: Path) -> None:
    other = changed_copy(world, tmp_path / "other.duckdb")
    said = world.call("diff", str(world.home), str(other), "--format", "json")
    assert said.code == 1
    found = json.loads(said.out)
    assert found["equal"] is False
    assert {each["table"]: (each["added"], each["removed"], each["changed"]) for each in found["tables"]} == {
        "metrics.contributors": (0, 0, 1),
        "metrics.downloads": (0, 1, 0),
    }
    (change,) = found["changes"]
    assert change["metric"] == "contributors"
    assert change["new"] == 2 * change["old"]
    assert change["relative"] == 1
    assert found["old"]["path"] == str(world.home / "ecotone.duckdb")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("abcdef0123", "is no publication of this installation"),
        ("{folder}", "holds no ecotone.duckdb"),
        ("{folder}/notes.txt", "is not a published file"),
    ],
)
def test_what_is_not_there_is_exit_code_2(world: World, tmp_path: Path, name: str, told: str) -> None:
    (tmp_path / "notes.txt").write_text("notes" * 2000)
    said = world.call("diff", str(world.home), name.format(folder=tmp_path))
    assert said.code == 2
    assert told in said.err
    assert said.out == ""


def test_of_a_former_publication_it_is_told_what_is_kept(own: World) -> None:
    (record,) = (own.home / "publications").glob("*.json")
    former = record.with_name(f"{'0' * 32}.json")
    former.write_text(json.dumps({**json.loads(record.read_text()), "publication_id": former.stem}))
    said = own.call("diff", former.stem[:10], str(own.home))
    assert said.code == 2
    assert str(former) in said.err
    assert "rebuild" in said.err
    assert "--as-of" in said.err


def test_wrong_arguments_are_exit_code_2(tmp_path: Path) -> None:
    assert call("diff", str(tmp_path)).code == 2
    assert call("diff", str(tmp_path), str(tmp_path), "--format", "xml").code == 2
    assert call("diff", str(tmp_path), str(tmp_path), "--limit", "-1").code == 2
