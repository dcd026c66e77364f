"""A published file with fictional content, conforming to the contract: what the dashboards' tests and benchmarks read.

Numbers are drawn from a seeded generator and mean nothing; shapes do: gaps, unknown entities, unfinished months, small
n, a stream that failed.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import fictional_waits
import pyarrow as pa

import metrics

# fmt: off
NAMES = (
    "Aurelia", "Birch", "Cobalt", "Drift", "Ember", "Fathom", "Grove", "Harbor", "Ibex", "Juniper", "Kestrel", "Lumen",
    "Meridian", "Nimbus", "Osprey", "Pumice", "Quarry", "Rowan", "Saffron", "Tundra", "Umber", "Vesper", "Willow",
    "Xylem", "Yarrow", "Zephyr",
)
# fmt: on
REGIONS = ("china", "us", "eu", "unknown")
LAYERS = ("model", "framework", "inference", "agent", "application")
LAST_MONTH = date(2026, 10, 1)
AS_OF = "2026-10-22 06:00:00+00"
API = ("repositories", "issues", "pull_requests", "forks", "stargazers", "releases", "discussions", "community")
NO_TOKEN = "GITHUB_TOKENS is not set. With it: when issues were opened and answered"

HOSTILE = (
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "\u202egnihton si siht\u200f \u05d0\u05d1\u05d2",
    "long " * 60,
    "{{ 7 * 7 }} {% raw %} ${alert(1)} &lt;b&gt; \u2028 '",
)

COLUMNS = {
    "entity_id": pa.string(),
    "period": pa.date32(),
    "series": pa.string(),
    "value": pa.float64(),
    "n": pa.int64(),
    "low": pa.float64(),
    "high": pa.float64(),
    "complete": pa.bool_(),
    "reason": pa.string(),
    "flag": pa.string(),
}
OF_API = fictional_waits.MAKERS  # what only GitHub's API tells
EXTRA = {
    "downloads": {"snapshot_day": pa.date32()},
    "download_share": {"snapshot_day": pa.date32()},
    "forks": {"snapshot_day": pa.date32()},
    "stars": {"snapshot_day": pa.date32()},
    "fork_growth": {"doubling_months": pa.float64()},
    "time_zone_diversity": {"unknown_people": pa.int64()},
    "response_curve": fictional_waits.CURVE_COLUMNS,
}


@dataclass(frozen=True)
class World:
    """What to make up.

    Attributes:
        ecosystems: how many; each has one or two projects.
        months: of history.
        labels: of the first ecosystems and projects, in place of fictional names.
        without: metrics that the file does not hold, as one of an earlier version would not.
        simulated: what ops.publication says.
        token: whether GitHub's API was read; without it, what it tells has no row.
        seed: of the numbers.
    """

    ecosystems: int = 12
    months: int = 60
    labels: tuple[str, ...] = ()
    without: Collection[str] = field(default_factory=frozenset)
    simulated: bool = True
    token: bool = True
    seed: int = 1


Publish = Callable[[World], Path]
"""Something that makes a file or a folder of a world."""


def write(path: Path, world: World | None = None) -> Path:
    """Writes the published file of a world; returns its path."""
    world = world or World()
    connection = duckdb.connect(str(path))
    try:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("CREATE SCHEMA catalogue; CREATE SCHEMA ops; CREATE SCHEMA metrics; CREATE SCHEMA staging")
        entities = _catalogue(connection, world)
        _operations(connection, world, entities)
        _metrics(connection, world, entities)
    finally:
        connection.close()
    return path


def _catalogue(connection: duckdb.DuckDBPyConnection, world: World) -> list[tuple[str, str, str, str | None]]:
    entities: list[tuple[str, str, str, str | None]] = []
    for region in REGIONS:
        label = {"us": "United States", "eu": "Europe"}.get(region, region.title())
        entities.append((f"region:{region}", "region", label, None))
    entities += [(f"layer:{layer}", "layer", layer.title(), None) for layer in LAYERS]
    for index in range(world.ecosystems):
        name = NAMES[index % len(NAMES)] + (f" {index // len(NAMES) + 1}" if index >= len(NAMES) else "")
        label = world.labels[index] if index < len(world.labels) else name
        slug = name.lower().replace(" ", "-")
        region = REGIONS[index % len(REGIONS)]
        entities.append((f"ecosystem:{slug}", "ecosystem", label, f"region:{region}"))
        entities.append((f"project:{slug}", "project", label, f"ecosystem:{slug}"))
        entities.append((f"repository:{slug}/{slug}", "repository", f"{slug}/{slug}", f"project:{slug}"))
        if index % 3 == 0:
            entities.append((f"project:{slug}-tools", "project", f"{label} tools", f"ecosystem:{slug}"))
    connection.execute("CREATE TABLE catalogue.entity (entity_id VARCHAR, kind VARCHAR, label VARCHAR, parent VARCHAR)")
    connection.executemany("INSERT INTO catalogue.entity VALUES (?, ?, ?, ?)", entities)
    connection.execute(
        "CREATE TABLE catalogue.membership AS SELECT entity_id, 'github:' || entity_id AS subject_id, "
        "CAST(NULL AS DATE) AS valid_from, CAST(NULL AS DATE) AS valid_to FROM catalogue.entity"
    )
    return entities


def _operations(
    connection: duckdb.DuckDBPyConnection, world: World, entities: list[tuple[str, str, str, str | None]]
) -> None:
    connection.execute(
        "CREATE TABLE ops.publication AS SELECT 'f1c7104a5eed' AS publication_id, "
        f"TIMESTAMPTZ '2026-10-22 07:15:00+00' AS published_at, TIMESTAMPTZ '{AS_OF}' AS as_of, {world.simulated} "
        "AS simulated, 'abc1234' AS code, 'c0ffee' AS catalogue_sha256, CAST(42 AS BIGINT) AS batches"
    )
    connection.execute(
        "CREATE TABLE ops.coverage (subject_id VARCHAR, source VARCHAR, stream VARCHAR, observed_from TIMESTAMPTZ, "
        "observed_until TIMESTAMPTZ, status VARCHAR, reason VARCHAR, row_count BIGINT, quarantined BIGINT, "
        "expected_total BIGINT, held_total BIGINT)"
    )
    repositories = [entity_id for entity_id, kind, *_ in entities if kind == "repository"]
    failure = world.labels[0] if world.labels else "The history could not be read: the bundle is damaged."
    for index, repository in enumerate(repositories):
        status, reason, until = ("failed", failure, "2026-08-02 04:00:00+00") if index == 2 else ("ok", None, AS_OF)
        rows = [
            (f"github:{repository}", "git", "commits", "2020-01-01", until, status, reason, 1200 + index, index % 2),
            (f"github:{repository}", "github", "counters", "2020-01-01", AS_OF, "ok", None, 900, 0),
            *(
                (f"github:{repository}", "github", stream, "2020-01-01", AS_OF, "ok", None, 70, 0)
                if world.token
                else (f"github:{repository}", "github", stream, None, None, "skipped", NO_TOKEN, 0, 0)
                for stream in API
            ),
        ]
        connection.executemany("INSERT INTO ops.coverage VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL)", rows)
    connection.execute(
        "INSERT INTO ops.coverage VALUES "
        "('hf-org:aurelia', 'huggingface', 'models', '2025-06-01', ?, 'ok', NULL, 4000, 0, NULL, NULL), "
        "('hf-org:birch', 'huggingface', 'models', NULL, NULL, 'never', 'not asked yet', 0, 0, NULL, NULL)",
        [AS_OF],
    )
    connection.execute(
        "UPDATE ops.coverage SET expected_total = 72, held_total = 70 "
        "WHERE stream IN ('issues', 'pull_requests') AND status = 'ok'"
    )
    connection.execute(
        "CREATE TABLE ops.entity_coverage AS SELECT entity_id, source, stream, CAST(1 AS BIGINT) AS subjects, "
        "CAST(1 AS BIGINT) AS observed, TIMESTAMPTZ '2026-10-22 06:00:00+00' AS observed_until FROM catalogue.entity, "
        "(VALUES ('git', 'commits'), ('github', 'counters')) s(source, stream)"
    )
    for stream in API:
        connection.execute(
            "INSERT INTO ops.entity_coverage SELECT entity_id, 'github', ?, 1, ?, ? FROM catalogue.entity",
            [stream, int(world.token), AS_OF if world.token else None],
        )
    connection.execute(
        "CREATE TABLE staging.repository AS SELECT 'github:' || entity_id AS repository_id, label AS full_name, "
        "'name' AS identity_origin FROM catalogue.entity WHERE kind = 'repository'"
    )


def _metrics(
    connection: duckdb.DuckDBPyConnection, world: World, entities: list[tuple[str, str, str, str | None]]
) -> None:
    makers = {
        "contributors": _counts(40, 1.0),
        "new_contributors": _counts(9, 1.0),
        "contributor_absence_factor": _counts(4, 0.4, commits=150),
        "effective_contributors": _spread(14),
        "time_zone_diversity": _spread(6),
        "agent_share": _shares("agent:", ("claude", "copilot", "cursor", "devin")),
        "bot_share": _shares("", ()),
        "contributor_retention": fictional_waits.quarterly,
        "elephant_factor": fictional_waits.plain(4),
        "organizational_diversity": _spread(5),
        "forks": _levels(900),
        "stars": _levels(6000),
        "fork_growth": _rates,
        "derivatives": _derivatives,
        "downloads": _downloads,
        "download_share": _download_shares,
        "download_concentration": _shares("stat:", ("gini",)),
        "license_mix": _shares("license:", ("osi", "open", "restricted", "non-commercial", "none", "unknown")),
    } | fictional_waits.MAKERS
    written = []
    for name, make in makers.items():
        if name in world.without:
            continue
        columns = COLUMNS | EXTRA.get(name, {})
        rows: list[dict[str, Any]] = []
        for place, (entity_id, *_) in enumerate(entities):
            chance = random.Random(f"{world.seed} {name} {entity_id}")
            if world.token or name not in OF_API:
                made = make(chance, world.months, place)
                rows += ({"entity_id": entity_id} | row for row in made if world.token or "dated" not in row["series"])
        connection.register("made", pa.Table.from_pylist(rows, schema=pa.schema(list(columns.items()))))
        connection.execute(f"CREATE TABLE metrics.{name} AS SELECT * FROM made ORDER BY entity_id, period, series")
        connection.unregister("made")
        written.append(name)
    union = " UNION ALL ".join(
        f"SELECT '{name}' AS metric, {', '.join(COLUMNS)} FROM metrics.{name}" for name in written
    )
    connection.execute(f"CREATE VIEW metrics.value AS {union}")
    connection.execute(
        "CREATE TABLE metrics.definition (metric VARCHAR, room VARCHAR, title VARCHAR, question VARCHAR, unit VARCHAR, "
        "definition VARCHAR, source VARCHAR, caveats VARCHAR[], sql VARCHAR)"
    )
    defined = metrics.load()
    connection.executemany(
        "INSERT INTO metrics.definition VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            [m.name, m.room, m.title, m.question, m.unit, m.definition, m.source, list(m.caveats), m.sql]
            for m in (defined[name] for name in written if name in defined)
        ]
        + [
            [name, "made-up", name, "?", "?", "Made up.", "nobody", [], "SELECT 1"]
            for name in written
            if name not in defined
        ],
    )


def _periods(months: int) -> Iterator[tuple[int, date]]:
    last = LAST_MONTH.year * 12 + LAST_MONTH.month - 1
    for age, month in enumerate(range(last - months + 1, last + 1)):
        yield age, date(month // 12, month % 12 + 1, 1)


def _row(period: date, value: float | None, n: int | None, **more: Any) -> dict[str, Any]:
    unfinished = period == LAST_MONTH
    flags = ["n<5"] if value is not None and n is not None and n < 5 else []
    flags += ["incomplete month"] if unfinished else []
    row = {"period": period, "series": "", "value": value, "n": n, "complete": not unfinished}
    return row | {"flag": "; ".join(flags) or None} | more


def _curve(chance: random.Random, months: int, size: float) -> list[float]:
    level = size * math.exp(chance.gauss(0, 0.8))
    drift = chance.uniform(-0.01, 0.05)
    season = chance.uniform(0, 6)
    values = []
    for age in range(months):
        level *= math.exp(drift * (1 - age / months) + chance.gauss(0, 0.05))
        values.append(level * (1 + 0.1 * math.sin(age / 2 + season)))
    return values


def _counts(size: float, waviness: float, commits: int = 0) -> Any:
    def make(chance: random.Random, months: int, place: int) -> Iterator[dict[str, Any]]:
        curve = _curve(chance, months, size)
        born = (place * 7) % (months // 2)
        for age, period in _periods(months):
            if age < born:
                continue
            share = 0.7 if period == LAST_MONTH else 1
            value = max(0, round(curve[age] ** (0.5 + waviness / 2) * share))
            yield _row(period, value, commits * value or value)

    return make


def _spread(size: float) -> Any:
    def make(chance: random.Random, months: int, place: int) -> Iterator[dict[str, Any]]:
        curve = _curve(chance, months, size)
        for age, period in _periods(months):
            if place % 5 == 3 and months // 2 < age < months // 2 + 5:
                yield _row(period, None, 1, reason="fewer than 2 people")
                continue
            value = max(1.0, curve[age])
            wide = 1 + 0.5 / math.sqrt(value)
            yield _row(period, value, round(value * 9), low=max(1.0, value / wide), high=value * wide)

    return make


def _shares(prefix: str, names: tuple[str, ...]) -> Any:
    def make(chance: random.Random, months: int, place: int) -> Iterator[dict[str, Any]]:
        size = 30 + place * 3
        for series in ("", *(prefix + name for name in names)):
            weight = chance.uniform(0.1, 0.5) / (1 if not series else 2)
            for age, period in _periods(months):
                if series and age < months // 2:
                    continue
                n = max(1, round(size * chance.uniform(0.6, 1.3)))
                k = min(n, round(n * weight * max(0.0, age / months - 0.3)))
                p, z = k / n, 1.96
                middle = (p + z * z / (2 * n)) / (1 + z * z / n)
                half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
                yield _row(period, p, n, low=max(0.0, middle - half), high=min(1.0, middle + half), series=series)

    return make


def _levels(size: float) -> Any:
    def make(chance: random.Random, months: int, place: int) -> Iterator[dict[str, Any]]:
        total = 0
        for age, period in _periods(months):
            new = round(size * math.exp(chance.gauss(0, 0.3)) * (1 + place % 7) / 20)
            total += new
            day = period.replace(day=22 if period == LAST_MONTH else 28)
            if place % 4 == 1 and age % 17 == 9:
                gap = {"reason": "no snapshot in the month", "snapshot_day": None}
                yield _row(period, None, 0, **gap)
                yield _row(period, None, 0, series="new:counter", **gap)
                continue
            yield _row(period, total, 28, snapshot_day=day)
            yield _row(period, new, 28, series="new:counter", snapshot_day=day)
            yield _row(period, round(new * 0.8), round(new * 0.8), series="new:dated", snapshot_day=None)
            yield _row(period, round(total * 0.9), round(total * 0.9), series="origin:dated", snapshot_day=None)

    return make


def _rates(chance: random.Random, months: int, _place: int) -> Iterator[dict[str, Any]]:
    rate = chance.uniform(-1, 9)
    for age, period in _periods(months):
        if age < 4:
            yield _row(period, None, age, reason="fewer than 4 monthly increments")
            continue
        rate += chance.gauss(0, 0.5)
        low, high = rate - chance.uniform(0.5, 3), rate + chance.uniform(0.5, 3)
        doubling = math.log(2) / math.log1p(rate / 100) if low > 0 else None
        for series in ("", "origin:dated"):
            yield _row(period, rate, min(6, age), low=low, high=high, doubling_months=doubling, series=series)


def _derivatives(chance: random.Random, months: int, place: int) -> Iterator[dict[str, Any]]:
    if place % 3 == 2:
        return
    for series, part in (("", 1.0), ("relation:finetune", 0.4), ("relation:quantized", 0.3), ("relation:adapter", 0.3)):
        curve = _curve(chance, months, 60)
        for age, period in _periods(months):
            value = round(curve[age] * part)
            yield _row(period, value, value, series=series)


def _downloads(chance: random.Random, months: int, place: int) -> Iterator[dict[str, Any]]:
    if place % 3 == 2:
        return
    curve = _curve(chance, months, 3e5)
    for series, size in (("", 1.0), ("all-time", 20.0), ("daily", 1 / 30)):
        for age, period in _periods(months):
            if age < months - 14:
                continue
            known = age % 5 != 3
            day = period.replace(day=20) if known else None
            reason = None if known else "no snapshot in the month"
            value = round(curve[age] * size) if known else None
            yield _row(period, value, 12, series=series, reason=reason, snapshot_day=day)


def _download_shares(chance: random.Random, months: int, place: int) -> Iterator[dict[str, Any]]:
    if place % 3 == 2:
        return
    part = chance.uniform(0.01, 0.2)
    for age, period in _periods(months):
        if age >= months - 14:
            yield _row(period, part * (1 + 0.02 * (age % 6)), 12, snapshot_day=period.replace(day=20))
