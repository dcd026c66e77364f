"""`ecotone rebuild`: equal to what was published, or says what differs; and what was known on a day."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from small_world import World, call

from pipelines.cli import rebuild as module

ADDED = """
[[project]]
id = "added"
label = "Added"
ecosystem = "two"
region = "eu"
layer = "agent"
repositories = ["added/code"]
"""


@pytest.mark.slow
def test_rebuilt_from_the_lake_alone_it_equals_what_was_published(own: World) -> None:
    (own.home / "warehouse.duckdb").write_bytes(b"damaged")
    shutil.rmtree(own.home / "git")
    said = own.call("rebuild")
    assert said.code == 0
    assert "Equal to the former publication, row for row." in said.out
    assert not list(own.home.glob(".rebuilt-*"))


@pytest.mark.slow
def test_a_damaged_publication_is_made_anew(own: World) -> None:
    published = own.home / "ecotone.duckdb"
    published.chmod(0o644)
    published.write_bytes(b"damaged" * 9999)
    said = own.call("rebuild")
    assert said.code == 0
    assert "there is nothing to compare with" in said.out
    assert own.call("sql", "SELECT count(*) AS n FROM staging.commit").out == "n\n8\n"


@pytest.mark.parametrize(
    ("former", "now", "same_input", "message"),
    [
        ({"a": (1, "5")}, {"a": (1, "5")}, True, "Equal to the former publication"),
        ({"a": (1, "5")}, {"a": (1, "6")}, True, "NOT equal to the former publication"),
        ({"a": (1, "5")}, {"a": (1, "6")}, False, "have changed since"),
        ({}, {"a": (1, "6")}, True, "nothing to compare with"),
    ],
)
def test_other_rows_from_the_same_input_are_a_mistake(
    former: dict[str, tuple[int, str]],
    now: dict[str, tuple[int, str]],
    same_input: bool,
    message: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert module.tell_difference(former, now, same_input=same_input) is not message.startswith("NOT")
    said = capsys.readouterr()
    assert message in said.out + said.err


@pytest.mark.slow
def test_as_of_a_day_is_built_beside_from_what_was_fetched_until_then(own: World) -> None:
    own.run("--source", "huggingface_models", "--no-publish", ECOTONE_NOW="2026-08-23T12:00:00+00:00")
    published = (own.home / "ecotone.duckdb").read_bytes()
    assert own.call("rebuild", "--as-of", "2026-08-22").code == 0
    assert (own.home / "ecotone.duckdb").read_bytes() == published
    assert [path.name for path in (own.home / "as-of").iterdir()] == ["ecotone-2026-08-22.duckdb"]
    query = "SELECT max(day) AS day FROM staging.model_snapshot"
    assert own.call("sql", "--as-of", "2026-08-22", query).out == "day\n2026-08-22\n"
    unbuilt = own.call("sql", "--as-of", "2026-08-21", query)
    assert unbuilt.code == 1
    assert "`ecotone rebuild --as-of 2026-08-21`" in unbuilt.err


@pytest.mark.slow
def test_as_of_a_day_the_catalogue_is_that_days(own: World) -> None:
    catalogue = own.home.parent / "ecosystems.toml"
    catalogue.write_text(Path(own.environment["ECOTONE_CATALOGUE"]).read_text() + ADDED)
    own.run("--source", "huggingface_models", ECOTONE_NOW="2026-08-23T12:00:00+00:00", ECOTONE_CATALOGUE=str(catalogue))
    query = "SELECT count(*) AS n FROM catalogue.entity WHERE entity_id = 'project:added'"
    for day, measured in (("2026-08-22", 0), ("2026-08-23", 1)):
        assert own.call("rebuild", "--as-of", day).code == 0
        assert own.call("sql", "--as-of", day, query).out == f"n\n{measured}\n"


def test_before_anything_was_fetched_there_is_nothing_to_build(world: World, tmp_path: Path) -> None:
    early = world.call("rebuild", "--as-of", "2020-01-01")
    assert early.code == 2
    assert "the first batch is of 2026-08-22" in early.err
    assert not (world.home / "as-of").exists()
    empty = call("rebuild", **(world.environment | {"ECOTONE_HOME": str(tmp_path)}))
    assert empty.code == 2
    assert "there is no lake" in empty.err
