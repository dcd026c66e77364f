"""GitHub's streams of one repository, from the API to durable batches in a lake. Prints time, rows, points and memory.

Arguments: the home of the installation, the address of the API, and the streams.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from _peak import peak_bytes  # type: ignore[import-not-found]  # this folder is the script's own

from pipelines.catalogue import Catalogue, Name, Project, Repository
from pipelines.ingestion.fetching import Ingestion
from pipelines.lake import Lake
from pipelines.sandbox.github.server.server import TOKEN
from pipelines.settings import Settings
from pipelines.sources import discover
from pipelines.sources.github.client.client import GitHub

FULL_NAME = "bench/large"


def project() -> Project:
    """A catalogue entry with this one repository."""
    repository = Repository(id=FULL_NAME, name=FULL_NAME, names=(Name(FULL_NAME, None, None),))
    return Project("bench", "Bench", "bench", "other", "framework", repositories=(repository,))


def fetch(settings: Settings, streams: list[str]) -> int:
    """Fetch and write, as a run does it; returns the number of rows."""
    settings.key  # noqa: B018 - made with an installation, before its lake
    bench, rows = project(), 0
    for stream in streams:
        with Lake(settings.lake) as lake:
            ingestion = Ingestion(discover()[stream], Catalogue((bench,), {"bench": "Bench"}), settings, lake)
            for outcome in (one for done in ingestion.run([bench]) for one in done.outcomes):
                if outcome.status != "ok":
                    raise RuntimeError(f"{stream} of {outcome.subject} is {outcome.status}: {outcome.reason}")
                rows += outcome.rows
    return rows


def main() -> None:
    """Say what a fetch takes; what is imported late is imported by the snapshot, which counts neither way."""
    home, url, streams = Path(sys.argv[1]), sys.argv[2], sys.argv[3:]
    settings = Settings(home=home, catalogue=home / "none.toml", github_url=url, github_tokens=(TOKEN,), old_stars=True)
    fetch(settings, ["repositories"])
    client = GitHub.of(settings)
    imported, before = peak_bytes(), client.spent
    start = time.perf_counter()
    rows = fetch(settings, streams)
    elapsed = time.perf_counter() - start
    answer = {"seconds": elapsed, "rows": rows, "peak_bytes": peak_bytes(), "imported_bytes": imported}
    print(json.dumps({**answer, "points": client.spent - before}))


if __name__ == "__main__":
    main()
