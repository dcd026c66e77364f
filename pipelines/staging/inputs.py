"""What Python knows, as relations for SQL: the catalogue, the rules about people, the manifest, the new batches.

All are temporary: they are made for one connection and never published.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from pipelines.catalogue import Catalogue, Project
from pipelines.lake.manifest import Entry
from pipelines.sources import Source
from pipelines.sources.contract import LACKS
from pipelines.staging.rules import licenses, machines, organizations, people

TEXT, DAY, TIME, FLAG, COUNT = pa.string(), pa.date32(), pa.timestamp("us", tz="UTC"), pa.bool_(), pa.int64()
PERIOD = [("valid_from", DAY), ("valid_to", DAY)]
RULED = [("kind", TEXT), ("agent", TEXT), ("since", DAY), ("rule_id", TEXT), ("rank", COUNT)]  # the lowest rank wins
SCHEMAS: Mapping[str, pa.Schema] = {
    "input_entity": pa.schema(
        [("entity_id", TEXT), ("kind", TEXT), ("label", TEXT), ("parent", TEXT), ("position", COUNT)],
    ),
    "input_repository_name": pa.schema(
        [
            *(("name", TEXT), ("repository_id", TEXT), ("entity_id", TEXT), *PERIOD),
            *(("is_current", FLAG), ("position", COUNT)),
        ],
    ),
    "input_fork": pa.schema([("repository_id", TEXT), ("fork_of", TEXT)]),
    "input_member_repository": pa.schema([("entity_id", TEXT), ("subject_id", TEXT), *PERIOD]),
    "input_member_package": pa.schema([("entity_id", TEXT), ("subject_id", TEXT), *PERIOD]),
    "input_member_selector": pa.schema(
        [
            *(("entity_id", TEXT), ("platform", TEXT), ("organization", TEXT), ("pattern", TEXT)),
            *(*PERIOD, ("position", COUNT)),
        ],
    ),
    "input_expected": pa.schema(
        [("entity_id", TEXT), ("subject_id", TEXT), ("source", TEXT), ("stream", TEXT), ("subject", TEXT)],
    ),
    "input_rule": pa.schema([("source_key", TEXT), *RULED]),
    "input_login_pattern": pa.schema([("pattern", TEXT), *RULED]),
    "input_affiliation": pa.schema([("source_key", TEXT), ("organization", TEXT), *PERIOD]),
    "input_pass": pa.schema(
        [
            *(("source", TEXT), ("stream", TEXT), ("subject", TEXT)),
            *(("number", COUNT), ("began", TIME)),
        ],
    ),
    "input_link": pa.schema([("person", COUNT), ("source_key", TEXT)]),
    "input_organization": pa.schema([("source_key", TEXT), ("organization", TEXT)]),
    "input_license": pa.schema([("license", TEXT), ("class", TEXT), ("source", TEXT)]),
    "input_batch": pa.schema(
        [
            *(("batch", TEXT), ("source", TEXT), ("stream", TEXT), ("subject", TEXT), ("fetched_at", TIME)),
            *(("listing", TEXT), ("complete", FLAG), ("status", TEXT), ("reason", TEXT), ("row_count", COUNT)),
            *(("counts", FLAG), ("observes", FLAG), ("observed_until", TIME), ("known_from", TIME)),
            *(("total", COUNT), ("older", COUNT)),
        ],
    ),
}


def create(  # noqa: PLR0913 - each is a thing that Python knows
    connection: duckdb.DuckDBPyConnection,
    *,
    catalogue: Catalogue,
    sources: Iterable[Source],
    entries: Sequence[Entry],
    key: bytes,
    links: str = "",
) -> None:
    """Make all `input_*` relations as temporary tables.

    `entries` are the batches as first written, `links` the installation's people.toml.
    """
    sources = list(sources)
    rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in SCHEMAS}
    for position, entity in enumerate(catalogue.entities()):
        rows["input_entity"].append((entity.entity_id, entity.kind, entity.label, entity.parent, position))
    for position, project in enumerate(catalogue.projects):
        for name, row in _project_rows(project, position, sources):
            rows[name].append(row)
    # after all projects: what none of them selects has its region from the file that [regions] names
    rows["input_member_selector"] += [
        (f"region:{region}", "huggingface", organization, None, None, None, len(catalogue.projects))
        for organization, region in catalogue.organization_regions.items()
    ]
    said = people.declared(links, key)
    rows["input_link"] = list(said.links)
    rows["input_affiliation"] = list(said.affiliations)
    rows["input_rule"] = [(*row, 1) for row in said.rules] + [(*row[:5], 2) for row in machines.rule_rows(key)]
    rows["input_login_pattern"] = [(*row, 1) for row in said.patterns]
    rows["input_login_pattern"] += [(*row, 3) for row in machines.pattern_rows()]
    rows["input_organization"] = list(organizations.organization_rows())
    rows["input_license"] = list(licenses.license_rows())
    counted = {entry.batch for entry in countable(entries, sources)}
    resumable = {(source.source, source.stream) for source in sources if source.resumable}
    rows["input_batch"] = [
        (
            *(entry.batch, entry.source, entry.stream, entry.subject, entry.fetched_at, entry.listing, entry.complete),
            *(entry.status, entry.reason, entry.rows, entry.batch in counted),
            LACKS not in (entry.state or {})  # recorded in part: its rows count, but no month is known by them
            and (
                entry.complete
                or "known_from" in (entry.state or {})
                or (entry.batch in counted and (entry.source, entry.stream) not in resumable)
            ),
            *(_moment(entry, "observed_until"), _moment(entry, "known_from")),
            *_counted(entry),
        )
        for entry in entries
    ]
    rows["input_pass"] = [row for entry in entries for row in _passes(entry)]
    for name, schema in SCHEMAS.items():
        columns = list(zip(*rows[name], strict=True)) or [()] * len(schema)
        given = pa.table([pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)], schema)
        connection.register("given", given)
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM given")
        connection.unregister("given")


def _moment(entry: Entry, name: str) -> datetime | None:
    text = (entry.state or {}).get(name)
    return datetime.fromisoformat(text) if text else None


def _counted(entry: Entry) -> tuple[int | None, int | None]:
    """How many a listing counts of those that could be held now, and how many of those that are still to come."""
    state = entry.state or {}
    return state.get("expected", state.get("total")), state.get("older")


def _passes(entry: Entry) -> Iterable[tuple[Any, ...]]:
    """The last full pass over a listing that a batch knows to be completed, and when it began.

    A state that does not say when is that of a listing in a single batch: its pass began with the fetch.
    """
    state = entry.state or {}
    if entry.complete and state.get("pass"):
        began = datetime.fromisoformat(state["began"]) if state.get("began") else entry.fetched_at
        yield entry.source, entry.stream, entry.subject, state["pass"], began


def _project_rows(project: Project, position: int, sources: Sequence[Source]) -> Iterable[tuple[str, tuple[Any, ...]]]:
    period: tuple[date | None, date | None] = (project.valid_from, project.valid_to)
    grains = [
        project.entity_id,
        f"ecosystem:{project.ecosystem}",
        f"region:{project.region}",
        f"layer:{project.layer}",
    ]
    entities = {f"hf-org:{organization}": grains for organization in project.organizations}
    packages = dict(_packages(project, grains))
    entities |= packages
    yield from (
        ("input_member_package", (entity_id, purl.lower(), *period))
        for purl, entity_ids in packages.items()
        for entity_id in entity_ids
    )
    former: dict[str, list[str]] = {}
    for repository in project.repositories:
        repository_id = repository.subject
        entities[repository_id] = [repository.entity_id, *grains]
        former[repository_id] = [f"github:{name.name}" for name in repository.names if name.name != repository.name]
        if repository.fork_of:
            yield "input_fork", (repository_id, repository.fork_of)
        for place, name in enumerate(repository.names):
            dated = (name.valid_from, name.valid_until, place == 0, position)
            yield "input_repository_name", (name.name, repository_id, repository.entity_id, *dated)
        for entity_id in entities[repository_id]:
            yield "input_member_repository", (entity_id, repository_id, *period)
    yield from _selectors(project, position, grains)
    for source in sources:
        for subject in source.subjects(project):
            for entity_id in entities.get(subject, grains):
                for asked in (subject, *former.get(subject, ())):
                    yield "input_expected", (entity_id, subject, source.source, source.stream, asked)


def _packages(project: Project, grains: Sequence[str]) -> Iterable[tuple[str, list[str]]]:
    """The package URLs that the catalogue adds, and whose each is; a repository's own is of its project, too."""
    own = [(grains, project.packages)]
    own += [([repository.entity_id, *grains], repository.packages) for repository in project.repositories]
    for entity_ids, listed in own:
        for purl in listed:
            if purl.startswith("pkg:"):
                yield purl, list(entity_ids)


def _selectors(project: Project, position: int, grains: Sequence[str]) -> Iterable[tuple[str, tuple[Any, ...]]]:
    for platform, selectors in (("huggingface", project.hub), ("openrouter", project.openrouter)):
        for selector in selectors:
            chosen = (platform, selector.organization, selector.pattern, project.valid_from, project.valid_to, position)
            for entity_id in grains:
                yield "input_member_selector", (entity_id, *chosen)


def countable(entries: Sequence[Entry], sources: Iterable[Source]) -> list[Entry]:
    """The batches whose rows count: all that have rows, save those of an atomic fetch that did not complete."""
    atomic = {(source.source, source.stream) for source in sources if source.atomic}
    completed = {entry.listing for entry in entries if entry.complete}
    return [
        entry
        for entry in entries
        if entry.rows and ((entry.source, entry.stream) not in atomic or entry.listing in completed)
    ]


def create_new(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    batches: Collection[str],
    files: Sequence[Path],
) -> None:
    """Make `new_<source>_<stream>`: the rows of these batches in these files; an empty relation if there are none."""
    name = f"new_{source.source}_{source.stream}"
    connection.execute(f"DROP VIEW IF EXISTS temp.{name}")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name}_batch (batch VARCHAR)")
    empty = source.schema.empty_table()  # noqa: F841 - DuckDB finds it by its name
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {name}_empty AS "
        "SELECT *, NULL::VARCHAR AS _batch, NULL::TIMESTAMPTZ AS _fetched_at, NULL::VARCHAR AS _subject FROM empty",
    )
    rows = f"SELECT * FROM {name}_empty"  # a file lacks the columns that hold nothing in it
    if batches:
        connection.execute(f"INSERT INTO {name}_batch SELECT unnest(?::VARCHAR[])", [sorted(batches)])
        paths = ", ".join("'" + str(path).replace("'", "''") + "'" for path in files)
        rows += (
            f" UNION ALL BY NAME SELECT * FROM read_parquet([{paths}], union_by_name = true) "
            f"WHERE _batch IN (SELECT batch FROM {name}_batch)"
        )
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {rows}")
