"""The record of a publication: what it was made from and what its rows are, so that it can be made again and compared.

Data flows from a published file to `publications/<id>.json` beside it, to `export/publication.json`, and from there to
`ecotone verify`. What changed since the publication before stands in `publications/<id>.revisions.parquet`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipelines.errors import ConfigurationError, WarehouseError
from pipelines.publication.fingerprints import Fingerprint, fingerprints
from pipelines.settings import Settings
from pipelines.warehouse.sql import scalar

RECORD = "publication.json"
SHORTEST = 6  # characters of an id that may stand for the whole
ABOUT = """
    SELECT publication_id, strftime(published_at AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%SZ'),
        strftime(as_of AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%SZ'), simulated, code, version, catalogue_sha256,
        people_sha256
    FROM ops.publication
"""


@dataclass(frozen=True)
class Record:
    """One publication.

    Attributes:
        publication_id: hash of batches, code, catalogue and people.toml.
        published_at: when it was made, ISO 8601.
        as_of: time of its newest batch, ISO 8601; None without one.
        simulated: whether the world it describes is made up.
        code: hash of the SQL and rules that made it.
        ecotone: version of the program that made it.
        catalogue_sha256: hash of the catalogue.
        people_sha256: hash of the installation's people.toml; None without one.
        batches: the batches it was made from, in order.
        tables: `schema.name` → rows and fingerprint.
    """

    publication_id: str
    published_at: str
    as_of: str | None
    simulated: bool
    code: str
    ecotone: str
    catalogue_sha256: str
    people_sha256: str | None
    batches: tuple[str, ...]
    tables: Mapping[str, Fingerprint]

    @classmethod
    def of_file(cls, path: Path) -> Record:
        """Of a published DuckDB file; WarehouseError if it is none."""
        try:
            with duckdb.connect(str(path), read_only=True) as connection:
                row = connection.execute(ABOUT).fetchone()
                batches = connection.execute("SELECT batch FROM ops.batch ORDER BY fetched_at, batch").fetchall()
                tables = fingerprints(connection)
        except duckdb.Error as error:
            reason = str(error).partition("\n")[0]
            raise WarehouseError(f"{path} is not a published file of ecotone, or is damaged: {reason}") from error
        if row is None:
            raise WarehouseError(f"{path}: ops.publication is empty, so it does not say what it was made from.")
        made = tuple(batch for (batch,) in batches)
        publication_id, published_at, as_of, simulated, code, program, catalogue, people = row
        return cls(publication_id, published_at, as_of, simulated, code, program, catalogue, people, made, tables)

    @classmethod
    def of_text(cls, text: str, where: Path) -> Record:
        """Of the JSON that `text` makes; ConfigurationError if it is something else."""
        try:
            values: dict[str, Any] = json.loads(text)
            values["batches"] = tuple(values["batches"])
            values["tables"] = {name: (int(rows), str(sums)) for name, (rows, sums) in values["tables"].items()}
            return cls(**values)
        except (ValueError, TypeError, KeyError) as error:
            raise ConfigurationError(
                f"{where} is not the record of a publication ({error}): name a publication.json that ecotone wrote."
            ) from error

    def text(self) -> str:
        """As JSON."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n"


def published_id(path: Path) -> str | None:
    """The publication's id of a published file; None if there is none, or one that is damaged: it is then replaced."""
    if not path.exists():
        return None
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            return str(scalar(connection, "SELECT publication_id FROM ops.publication"))
    except duckdb.Error:
        return None


def folder(settings: Settings) -> Path:
    """Where the records of this installation lie."""
    return settings.home / "publications"


def revisions_path(settings: Settings, publication_id: str) -> Path:
    """Which values that publication changed."""
    return folder(settings) / f"{publication_id}.revisions.parquet"


def kept(settings: Settings) -> Record:
    """The record of what is published; WarehouseError if nothing is, or it cannot be read."""
    publication_id = published_id(settings.published)
    path = folder(settings) / f"{publication_id}.json"
    if publication_id is None or not path.exists():
        return Record.of_file(settings.published)
    return Record.of_text(path.read_text(encoding="utf-8"), path)


def find(settings: Settings, name: str) -> Record:
    """The record that a user means: an id, or the beginning of one, or the path of a file or an export.

    Raises:
        ConfigurationError: there is none of that name; it names those there are.
        WarehouseError: the file cannot be read.
    """
    path = Path(name)
    if path.is_dir() and (path / RECORD).exists():
        path = path / RECORD
    if path.is_file():
        if path.suffix == ".json":
            return Record.of_text(path.read_text(encoding="utf-8"), path)
        return Record.of_file(path)
    known = {each.stem: each for each in sorted(folder(settings).glob("*.json"))}
    meant = [stem for stem in known if stem.startswith(name)] if len(name) >= SHORTEST else []
    if len(meant) == 1:
        return Record.of_text(known[meant[0]].read_text(encoding="utf-8"), known[meant[0]])
    there = ", ".join(known) or "none yet: `ecotone run` makes one"
    why = "stands for several publications" if meant else "is no publication of this installation, and no file"
    raise ConfigurationError(f"{name} {why}. Give an id, a publication.json or a published .duckdb file. Ids: {there}.")
