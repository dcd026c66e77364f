"""The export: every metric as Parquet and as CSV, described by a Frictionless data package. From the published file.

    export/<metric>.parquet  export/<metric>.csv     one table a metric, with the same columns and rows
    export/entity.*  export/definition.*             what was measured, and what the metrics mean
    export/revisions.*                               which published values this publication changed, and why
    export/datapackage.json                          what the files hold, column by column; sizes and hashes
    export/publication.json                          what it was made from: `ecotone verify` makes it again
    export/CITATION.cff                              how to cite it

Each file is replaced as a whole, the descriptions last; files of metrics that are no more are removed.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from dashboards.files import replacing, write_text
from metrics import VERDICTS
from pipelines.errors import WarehouseError
from pipelines.publication.record import RECORD, Record, kept, revisions_path
from pipelines.publication.revisions import COLUMNS as REVISION_COLUMNS
from pipelines.settings import Settings
from pipelines.warehouse.sql import quoted

PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
# Frictionless Data Package 2.0, table schema: field types
TYPES = {
    "BIGINT": "integer",
    "INTEGER": "integer",
    "DOUBLE": "number",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP WITH TIME ZONE": "datetime",
    "VARCHAR": "string",
}
PARQUET, CSV = "FORMAT parquet, COMPRESSION zstd", "FORMAT csv, HEADER, NULLSTR ''"
SOURCES = (
    {"title": "GitHub", "path": "https://github.com"},
    {"title": "Hugging Face Hub", "path": "https://huggingface.co"},
    {"title": "OpenRouter (CC-BY-4.0)", "path": "https://openrouter.ai/rankings"},
    {"title": "ecosyste.ms packages (CC BY-SA 4.0)", "path": "https://packages.ecosyste.ms"},
)
CITATION = """cff-version: 1.2.0
message: If you use these figures, please cite them as below.
type: dataset
title: {title}
abstract: {abstract}
authors:
  - name: The contributors of Ecotone
version: {publication}
date-released: {day}
identifiers:
  - type: other
    value: ecotone:{publication}
    description: Publication id, a hash of the batches, the code and the catalogue that these figures were made from.
"""


@dataclass(frozen=True)
class Resource:
    """One table of the export.

    Attributes:
        name: of its files, without their ends.
        title: what it shows.
        description: what its rows are.
        query: what is in it, in the order of its rows.
        columns: column → comment.
        key: the columns that tell its rows apart.
    """

    name: str
    title: str
    description: str
    query: str
    columns: Mapping[str, str]
    key: tuple[str, ...]


def export(settings: Settings) -> Path:
    """Write the whole export of what is published; returns its folder.

    Raises:
        WarehouseError: nothing is published, or it cannot be read, or the disk is full.
    """
    target = settings.home / "export"
    record = kept(settings)
    try:
        with duckdb.connect(str(settings.published), read_only=True) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            resources = list(_resources(connection, revisions_path(settings, record.publication_id)))
            described = [one for resource in resources for one in _write(connection, resource, target)]
    except (duckdb.Error, OSError) as error:
        reason = str(error).partition("\n")[0]
        raise WarehouseError(f"{target} could not be written: {reason}. What was there stays.") from error
    write_text(target / RECORD, record.text())
    write_text(
        target / "datapackage.json", json.dumps(_package(record, described), indent=1, ensure_ascii=False) + "\n"
    )
    write_text(target / "CITATION.cff", _citation(record))
    _sweep(target, {one["path"] for one in described} | {RECORD, "datapackage.json", "CITATION.cff"})
    return target


def exported_id(settings: Settings) -> str | None:
    """Which publication the export shows; None if there is none, or half of one."""
    try:
        found = json.loads((settings.home / "export" / "datapackage.json").read_text(encoding="utf-8"))["version"]
    except (OSError, ValueError, KeyError):
        return None
    return str(found)


def _resources(connection: duckdb.DuckDBPyConnection, revisions: Path) -> Iterator[Resource]:
    rows = connection.execute(
        "SELECT metric, title, unit, definition FROM metrics.definition ORDER BY metric"
    ).fetchall()
    keys = ("entity_id", "period", "series")
    for metric, title, unit, definition in rows:
        columns = _comments(connection, "metrics", metric)
        query = f"SELECT * FROM metrics.{metric} ORDER BY ALL"
        yield Resource(metric, f"{title} ({unit})", definition, query, columns, keys)
    yield Resource(
        "entity",
        "What is measured",
        "Repositories, projects, ecosystems, regions and layers.",
        "SELECT * FROM catalogue.entity ORDER BY ALL",
        _comments(connection, "catalogue", "entity"),
        ("entity_id",),
    )
    yield Resource(
        "definition",
        "What the metrics mean",
        "One row a metric, with the SQL that computes it.",
        "SELECT * REPLACE (array_to_string(caveats, chr(10)) AS caveats) FROM metrics.definition ORDER BY metric",
        _comments(connection, "metrics", "definition"),
        ("metric",),
    )
    yield Resource(
        VERDICTS,
        "Published claims, and whether they hold",
        "One row a claim, with the verdict on this data and the dates on which it held.",
        f"SELECT * FROM metrics.{VERDICTS} ORDER BY ALL",
        _comments(connection, "metrics", VERDICTS),
        ("claim",),
    )
    if revisions.exists():
        yield Resource(
            "revisions",
            "Values that this publication changed",
            "Old value, new value and what differs between the publications.",
            f"SELECT * FROM read_parquet({quoted(str(revisions))}) ORDER BY ALL",
            REVISION_COLUMNS,
            ("metric", *keys),
        )


def _comments(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> dict[str, str]:
    rows = connection.execute(
        "SELECT column_name, comment FROM duckdb_columns() "
        "WHERE schema_name = ? AND table_name = ? ORDER BY column_index",
        [schema, table],
    ).fetchall()
    return {name: comment or "" for name, comment in rows}


def _write(connection: duckdb.DuckDBPyConnection, resource: Resource, folder: Path) -> Iterator[dict[str, Any]]:
    """Both files of a table, and how the data package describes them."""
    types = {row[0]: row[1] for row in connection.execute(f"DESCRIBE {resource.query}").fetchall()}
    fields = [
        {"name": name, "type": _type(types[name]), "description": text} for name, text in resource.columns.items()
    ]
    schema = {"fields": fields, "missingValues": [""], "primaryKey": [name for name in resource.key if name in types]}
    for ending, form, media in (("csv", CSV, "text/csv"), ("parquet", PARQUET, "application/vnd.apache.parquet")):
        path = folder / f"{resource.name}.{ending}"
        with replacing(path) as part:
            connection.execute(f"COPY ({resource.query}) TO {quoted(str(part))} ({form})")
        content = path.read_bytes()
        yield {
            "name": resource.name.replace("_", "-") + ("" if ending == "csv" else f"-{ending}"),
            "type": "table",
            "path": path.name,
            "title": resource.title,
            "description": resource.description,
            "format": ending,
            "mediatype": media,
            **({"encoding": "utf-8"} if ending == "csv" else {}),
            "bytes": len(content),
            "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
            "schema": schema,
        }


def _type(of_duckdb: str) -> str:
    return "array" if of_duckdb.endswith("[]") else TYPES.get(of_duckdb, "any")


def _title(record: Record) -> str:
    about = "a simulated world" if record.simulated else "open-source AI ecosystems on GitHub and the Hugging Face Hub"
    return f"Ecotone, the health of {about}"


def _package(record: Record, resources: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "$schema": PROFILE,
        "name": "ecotone",
        "id": f"ecotone:{record.publication_id}",
        "title": _title(record),
        "description": f"As of {record.as_of or 'no data'}. NULL is unknown, with a reason; zero is a measured zero.",
        "version": record.publication_id,
        "created": record.published_at,
        "sources": [] if record.simulated else list(SOURCES),
        "resources": resources,
    }


def _citation(record: Record) -> str:
    return CITATION.format(
        title=json.dumps(_title(record)),
        abstract=json.dumps(
            f"Metrics of contributors, responsiveness, growth, adoption and openness as of {record.as_of or 'no data'}."
        ),
        publication=record.publication_id,
        day=record.published_at[:10],
    )


def _sweep(folder: Path, kept: set[str]) -> None:
    for path in folder.iterdir():
        if path.name not in kept:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
