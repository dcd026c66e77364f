"""Verification: a publication is made again from the lake, from exactly the batches and the catalogue that it names.

Data flows from the record of a publication and the lake to a file that is thrown away, and its fingerprints are
compared with the record's.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.catalogue import Catalogue
from pipelines.errors import ConfigurationError, LakeError, WarehouseError
from pipelines.ingestion import catalogue_record
from pipelines.lake import Lake
from pipelines.orchestration.installation import Installation
from pipelines.publication.fingerprints import differing
from pipelines.publication.publishing import publish
from pipelines.publication.record import Record
from pipelines.warehouse import Warehouse

NAMED = 3  # missing batches that are spelt out


@dataclass(frozen=True)
class Verdict:
    """What came of it.

    Attributes:
        tables: how many were compared.
        rows: in them, as recorded.
        differing: `schema.name` of those whose rows are not the recorded ones.
        same_code: whether the SQL and the rules are those that made it.
    """

    tables: int
    rows: int
    differing: Sequence[str]
    same_code: bool


def verify(installation: Installation, record: Record) -> Verdict:
    """Make the publication again and compare every table.

    Raises:
        LakeError: the lake lacks a batch, or the catalogue that was in force.
        ConfigurationError: people.toml is another one.
        WarehouseError: it could not be built.
    """
    catalogue = _catalogue(installation, record)
    with tempfile.TemporaryDirectory(dir=installation.settings.home, prefix=".verifying-") as place:
        warehouse = Warehouse(
            installation.settings,
            catalogue,
            installation.sources,
            path=Path(place) / "warehouse.duckdb",
            only=frozenset(record.batches),
        )
        _check(warehouse, record)
        for done, name in enumerate(warehouse.tables):
            installation.reporter("building", done, len(warehouse.tables), name)
            warehouse.build(name)
        target = Path(place) / "ecotone.duckdb"
        publish(warehouse, target)
        made = Record.of_file(target)
    return Verdict(
        tables=len(record.tables),
        rows=sum(rows for rows, _sums in record.tables.values()),
        differing=differing(record.tables, made.tables),
        same_code=made.code == record.code,
    )


def _catalogue(installation: Installation, record: Record) -> Catalogue:
    if installation.catalogue.sha256 == record.catalogue_sha256:
        return installation.catalogue
    found = catalogue_record.of_hash(Lake(installation.settings.lake), record.catalogue_sha256)
    if found is None:
        raise LakeError(
            f"the catalogue of publication {record.publication_id} (SHA-256 {record.catalogue_sha256[:12]}…) is not in "
            f"the lake, nor is it {installation.settings.catalogue}: put the ecosystems.toml of then there."
        )
    return found


def _check(warehouse: Warehouse, record: Record) -> None:
    if warehouse.links_sha256 != record.people_sha256:
        raise ConfigurationError(
            f"{warehouse.settings.home / 'people.toml'} is not the one of publication {record.publication_id}: "
            f"{'put that one there' if record.people_sha256 else 'there was none, so move it away'} and verify again."
        )
    there = {entry.batch for entry, _path in warehouse.batches}
    missing = [batch for batch in record.batches if batch not in there]
    if missing:
        named = ", ".join(missing[:NAMED]) + (", …" if len(missing) > NAMED else "")
        raise LakeError(
            f"the lake lacks {len(missing):,} of the {len(record.batches):,} batches of publication "
            f"{record.publication_id} ({named}): restore them from a backup, or verify where the lake is whole."
        )
    if warehouse.code == record.code and warehouse.publication_id != record.publication_id:
        raise WarehouseError(
            f"the record of {record.publication_id} contradicts itself: its batches, code and catalogue make "
            f"{warehouse.publication_id}. It was changed after it was written."
        )
