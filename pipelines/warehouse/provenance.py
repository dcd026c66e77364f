"""Provenance: what a build is made from, and the id that all of it makes together.

First step of this room. Data passes from the lake's manifest, the SQL of `pipelines.staging` and `metrics`, the
catalogue and people.toml to `publication_id`: whoever has the same id has the same rows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, cached_property
from pathlib import Path

import metrics
from pipelines.catalogue import Catalogue
from pipelines.lake import Lake
from pipelines.lake.manifest import Entry
from pipelines.settings import Settings
from pipelines.sources import Source
from pipelines.staging import Entity
from pipelines.staging import load as load_entities
from pipelines.staging import macros as staging_macros
from pipelines.staging.rules import licenses, machines, organizations, people

_load_metrics = cache(metrics.load)  # a run makes many of these, and the files do not change meanwhile
LAYOUT = 2  # raise it when the notes that the working file keeps (pipelines.warehouse.planning) change their form


@dataclass(frozen=True, eq=False)
class Provenance:
    """The lake up to a moment, or some of its batches, under one catalogue, with the SQL and rules of this checkout.

    Attributes:
        settings: of the installation; its people.toml and the key of its e-mail hashes are inputs, too.
        catalogue: what is measured.
        sources: `source/stream` → source.
        lake: whose batches.
        until: leave out what was fetched later.
        only: leave out all other batches.
        entities: `schema.name` → what staging makes, in an order in which it can be made.
        metrics: name → metric.
    """

    settings: Settings
    catalogue: Catalogue
    sources: Mapping[str, Source]
    lake: Lake
    until: datetime | None = None
    only: frozenset[str] | None = None
    entities: Mapping[str, Entity] = field(default_factory=load_entities)
    metrics: Mapping[str, metrics.Metric] = field(default_factory=_load_metrics)

    @cached_property
    def batches(self) -> list[tuple[Entry, str]]:
        """The batches as first written that this build may see, each with the file that holds its rows now."""
        return [
            (entry, path)
            for entry, path in self.lake.manifest.originals()
            if (self.until is None or entry.fetched_at <= self.until)
            and (self.only is None or entry.batch in self.only)
        ]

    @property
    def entries(self) -> list[Entry]:
        """The batches as first written."""
        return [entry for entry, _path in self.batches]

    @cached_property
    def files(self) -> Mapping[str, Path]:
        """Batch → the file of the lake that holds its rows now."""
        return {entry.batch: self.lake.root / path for entry, path in self.batches}

    @cached_property
    def staging_code(self) -> str:
        """Hash of what decides which tables the working file holds, and how facts are merged into them."""
        return sha256([str(LAYOUT), *staging_macros(), *(each.sql for each in self.entities.values()), *self._names])

    @property
    def _names(self) -> list[str]:
        return sorted(self.metrics)

    @cached_property
    def code(self) -> str:
        """Hash of all SQL and rules that a number can depend on."""
        claims = metrics.load_claims()
        paths = [self.metrics[name].path for name in self._names] + [claims[name].path for name in sorted(claims)]
        texts = [path.read_text(encoding="utf-8") for path in paths]
        machine_rows = (*machines.rule_rows(b""), *machines.pattern_rows())
        curated = (*machine_rows, *organizations.organization_rows(), *licenses.license_rows())
        return sha256([self.staging_code, *metrics.macros().values(), *texts, *(repr(row) for row in curated)])

    @cached_property
    def publication_id(self) -> str:
        """Hash of batches, code, catalogue and people.toml: the same one means the same rows."""
        declared = [self.people] if self.people else []
        return sha256([self.code, self.catalogue.sha256, *declared, *(entry.batch for entry in self.entries)])[:32]

    @cached_property
    def people(self) -> str:
        """The text of the installation's people.toml; empty without one."""
        return people.text_of(self.settings.home)

    @property
    def people_sha256(self) -> str | None:
        """Hash of people.toml; None without one."""
        return sha256([self.people]) if self.people else None


def sha256(texts: Iterable[str]) -> str:
    """One hash of several texts; where one ends and the next begins counts."""
    digest = hashlib.sha256()
    for text in texts:
        digest.update(text.encode() + b"\0")
    return digest.hexdigest()
