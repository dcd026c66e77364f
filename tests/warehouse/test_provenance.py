"""What a build is made from: any part of it that changes makes another publication."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from git_house import NOW, House, start

from pipelines.warehouse.provenance import Provenance, sha256


@pytest.fixture(scope="module")
def provenance(tmp_path_factory: pytest.TempPathFactory) -> Provenance:
    house = House(tmp_path_factory.mktemp("house"))
    start(house)
    house.now += timedelta(days=1)
    house.makers["c"].commit()
    house.fetch()
    return house.warehouse().provenance


def test_the_same_input_is_the_same_publication(provenance: Provenance) -> None:
    assert replace(provenance).publication_id == provenance.publication_id
    assert replace(provenance, only=frozenset(each.batch for each in provenance.entries)).publication_id == (
        provenance.publication_id
    )


def entity_changed(provenance: Provenance) -> Provenance:
    entity = provenance.entities["staging.fork"]
    return replace(
        provenance, entities={**provenance.entities, entity.table: replace(entity, sql=entity.sql + "-- changed")}
    )


@pytest.mark.parametrize(
    "change",
    [
        lambda p: replace(p, until=NOW + timedelta(hours=1)),
        lambda p: replace(p, only=frozenset({p.entries[0].batch})),
        lambda p: replace(p, catalogue=replace(p.catalogue, sha256="0")),
        lambda p: replace(p, metrics={name: each for name, each in p.metrics.items() if name != "forks"}),
        entity_changed,
    ],
)
def test_each_part_makes_another_publication(
    provenance: Provenance, change: Callable[[Provenance], Provenance]
) -> None:
    assert change(provenance).publication_id != provenance.publication_id


def test_people_toml_is_a_part(provenance: Provenance, tmp_path: Path) -> None:
    (tmp_path / "people.toml").write_text("# nobody yet")
    declared = replace(provenance, settings=replace(provenance.settings, home=tmp_path))
    assert declared.people_sha256
    assert provenance.people_sha256 is None
    assert declared.publication_id != provenance.publication_id


def test_staging_alone_decides_the_layout_of_the_working_file(provenance: Provenance) -> None:
    assert entity_changed(provenance).staging_code != provenance.staging_code
    assert replace(provenance, until=NOW).staging_code == provenance.staging_code


def test_where_one_text_ends_counts() -> None:
    assert sha256(["ab", "c"]) != sha256(["a", "bc"])
