"""Bytes that a day of the Hub's models adds to the lake: a quiet simulated day, and the recorded days of August 2026.

Everything that a day leaves is counted, the manifest's lines too. Fetched over HTTP from the loopback Hub by
the pipeline's own source. A full copy a day would be 100 % each.

Run: `python -m benchmarks.hub_snapshots`. Prints Markdown.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import huggingface_hub
import pyarrow.parquet as pq

from benchmarks.measure import RECORDED, machine, table, verdict, versions
from pipelines.catalogue import Catalogue
from pipelines.ingestion.fetching import Ingestion
from pipelines.lake import Lake
from pipelines.sandbox.huggingface.models import HubModels
from pipelines.sandbox.huggingface.server import HubServer
from pipelines.sandbox.loopback import loopback_environment
from pipelines.sandbox.recorded import recording
from pipelines.settings import Settings
from pipelines.sources.huggingface.models import SOURCE

MODELS = 15_000
ORGANIZATIONS = (1, 30)  # all in one, and as many as the default catalogue has
UNCHANGED = 0.98
DAYS = 4
QUIET, RECORDED_TARGET = 0.05, 0.60
FIRST = date(2026, 8, 1)


@contextmanager
def environment(variables: Mapping[str, str]) -> Iterator[None]:
    """These variables for a while; another library reads some of them from the process."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.__setitem__(name, value)


def fetched(home: Path, catalogue: Catalogue, endpoint: str, now: datetime) -> tuple[int, int]:
    """Fetch a day; bytes that the lake has grown by, and models that were seen. Fails if a subject is not whole."""
    variables = {**loopback_environment(endpoint), "ECOTONE_HOME": str(home), "ECOTONE_NOW": now.isoformat()}
    settings = Settings.from_environment(variables)
    before = size_of(settings.lake)
    with environment(loopback_environment(endpoint)), Lake(settings.lake) as lake:
        known = {entry.batch for entry in lake.manifest.entries()}
        for outcome in Ingestion(SOURCE, catalogue, settings, lake).run(catalogue.projects):
            if outcome.failures:
                raise RuntimeError(str(outcome.failures[0]))
        new = [
            entry for entry in lake.manifest.entries() if entry.batch not in known and entry.rows and not entry.replaces
        ]
        seen = sum(seen_in(settings.lake / entry.path) for entry in new)
    with Lake(settings.lake):
        pass  # the next run takes away what was joined
    return size_of(settings.lake) - before, seen


def size_of(folder: Path) -> int:
    """Bytes of all files in it."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def seen_in(path: Path) -> int:
    """Models that a batch tells of, changed or not."""
    rows = pq.read_table(path)
    if "of_last" not in rows.column_names:
        return int(rows.num_rows)
    runs = zip(rows["of_number"].to_pylist(), rows["of_last"].to_pylist(), strict=True)
    return sum(1 if last is None else last - first + 1 for first, last in runs)


def simulated(organizations: int) -> Iterator[HubModels]:
    """The same models on each day, of which a fiftieth has other counts: one in ten of those has other tags as well."""
    chance = random.Random(organizations)
    rows = [_model(chance, number, number % organizations) for number in range(MODELS)]
    while True:
        yield HubModels([dict(row) for row in rows])
        for row in chance.sample(rows, round(MODELS * (1 - UNCHANGED))):
            row["downloads"] += chance.randrange(1, 500)
            row["downloadsAllTime"] += chance.randrange(1, 500)
            row["likes"] += chance.randrange(2)
            if chance.random() < 0.1:
                row["tags"] = [*row["tags"], f"tag-{chance.randrange(10**6)}"]


def _model(chance: random.Random, number: int, organization: int) -> dict[str, Any]:
    created = datetime(2023, 1, 1, tzinfo=UTC) + timedelta(seconds=chance.randrange(3 * 365 * 86_400))
    total = round(chance.lognormvariate(6, 3))
    name = f"bench-{organization:02}/{chance.choice(('Reed', 'Sedge', 'Rush'))}-{number}-{chance.randrange(1, 70)}B"
    return {
        "_id": f"{chance.getrandbits(96):024x}",
        "id": name,
        "author": name.partition("/")[0],
        "createdAt": created.isoformat(),
        "lastModified": (created + timedelta(seconds=chance.randrange(10**6))).isoformat(),
        "downloads": total // 20,
        "downloadsAllTime": total,
        "likes": total // 2_000,
        "trendingScore": 0,
        "tags": ["safetensors", chance.choice(("reed", "rush")), "text-generation", "license:apache-2.0", "region:us"],
        "pipeline_tag": "text-generation",
        "gated": False,
        "safetensors": {"total": chance.randrange(10**8, 10**11)},
        "config": {"model_type": "reed"},
    }


def simulated_days(organizations: int) -> list[tuple[str, int, int]]:
    """Day, bytes and models seen."""
    names = ", ".join(f'"bench-{number:02}"' for number in range(organizations))
    catalogue = Catalogue.parse(
        '[[ecosystem]]\nid = "bench"\nlabel = "Bench"\n[[project]]\nlabel = "Bench"\necosystem = "bench"\n'
        f'region = "other"\nlayer = "model"\nhuggingface = [{names}]\n'
    )
    days = simulated(organizations)
    found = []
    with tempfile.TemporaryDirectory(prefix="ecotone-bench-") as home, HubServer(next(days)) as hub:
        for number in range(DAYS):
            now = datetime.combine(FIRST + timedelta(days=number), datetime.min.time(), UTC)
            found.append((f"day {number + 1}", *fetched(Path(home), catalogue, hub.endpoint, now)))
            hub.models = next(days)
    return found


def recorded_days() -> list[tuple[str, int, int]]:
    """The days of August 2026, as the default catalogue asks for them."""
    world = recording(RECORDED, Settings.from_environment({}).catalogue)
    catalogue = Catalogue.load(Settings.from_environment({}).catalogue)
    days = [day for day in world.days if day >= FIRST]
    found = []
    with tempfile.TemporaryDirectory(prefix="ecotone-bench-") as home, HubServer(world.hub_for(days[0])) as hub:
        for day in days:
            hub.models = world.hub_for(day)
            now = datetime.fromisoformat(world.environment(hub.endpoint, day)["ECOTONE_NOW"])
            found.append((str(day), *fetched(Path(home), catalogue, hub.endpoint, now)))
    return found


def shown(title: str, days: Sequence[tuple[str, int, int]], target: float) -> str:
    """A table and whether the target is met."""
    first = days[0][1]
    rows = [(day, f"{seen:,}", f"{size:,}", f"{size / first:.1%}") for day, size, seen in days]
    most = max(size for _day, size, _seen in days[1:]) / first
    return (
        f"### {title}\n\n{table(('', 'models seen', 'bytes added', 'of the first day'), rows)}\n\n"
        f"- the most that a later day adds: **{most:.1%}** ({verdict(most <= target, f'at most {target:.0%}')})\n"
    )


def main() -> None:
    """Measure and print."""
    print("## Snapshots of the Hub, stored as changes\n")
    print(f"{machine()}; {versions('duckdb', 'pyarrow')}. Bytes of the whole lake, manifest included.\n")
    for organizations in ORGANIZATIONS:
        print(f"  {MODELS:,} models of {organizations}", file=sys.stderr)
        title = f"{MODELS:,} simulated models of {organizations} organisations, {UNCHANGED:.0%} unchanged"
        print(shown(title, simulated_days(organizations), QUIET))
    if RECORDED.is_dir():
        print("  recorded days", file=sys.stderr)
        print(shown("Recorded days, by the default catalogue", recorded_days(), RECORDED_TARGET))
    huggingface_hub.close_session()


if __name__ == "__main__":
    main()
