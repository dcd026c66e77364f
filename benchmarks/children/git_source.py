"""One fetch of `git_commits`, from a repository to durable batches in a lake. Prints its time, rows and peak memory.

Arguments: the home of the installation (a mirror in its git/ is used), the address (a path or a URL), and that of a
small history to warm up with.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

from _peak import peak_bytes  # type: ignore[import-not-found]  # this folder is the script's own

from pipelines.catalogue import Catalogue, Name, Project, Repository
from pipelines.ingestion.fetching import Ingestion
from pipelines.lake import Lake
from pipelines.settings import Settings
from pipelines.sources.git.commits import SOURCE

FULL_NAME = "bench/history"


def project() -> Project:
    """A catalogue entry with this one repository."""
    repository = Repository(id=FULL_NAME, name=FULL_NAME, names=(Name(FULL_NAME, None, None),))
    return Project(
        slug="bench",
        label="Bench",
        ecosystem="bench",
        region="other",
        layer="framework",
        repositories=(repository,),
        hub=(),
    )


def fetch(home: Path, url: str) -> int:
    """Fetch and write, as a run does it; returns the number of commits."""
    settings = Settings(home=home, catalogue=home / "none.toml", git_url=url)
    settings.key  # noqa: B018 - made with an installation, before its lake
    bench = project()
    with Lake(settings.lake) as lake:
        ingestion = Ingestion(SOURCE, Catalogue((bench,), {"bench": "Bench"}), settings, lake)
        outcomes = [outcome for done in ingestion.run([bench]) for outcome in done.outcomes]
    for outcome in outcomes:
        if outcome.status != "ok":
            raise RuntimeError(f"{outcome.subject} is {outcome.status}: {outcome.reason}")
    return sum(outcome.rows for outcome in outcomes)


def main() -> None:
    """Say what a fetch takes, after one of a small history in which everything is imported that is imported late."""
    home, url, small = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    with tempfile.TemporaryDirectory() as folder:
        fetch(Path(folder), small)
    imported = peak_bytes()
    start = time.perf_counter()
    rows = fetch(home, url)
    elapsed = time.perf_counter() - start
    answer = {"seconds": elapsed, "rows": rows, "peak_bytes": peak_bytes(), "imported_bytes": imported}
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
