"""Peak memory of a whole run (fetch, build, publish, draw) at three lengths of one generated history.

What must not grow with the length, beyond a batch, is the fetch (see `git_commits`); the build is DuckDB's, which takes
memory as there is and spills when there is none.

Run: `python -m benchmarks.run_memory`. Prints Markdown.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import MIB, machine, table, versions
from benchmarks.second_run import generated, launch

LENGTHS = (10_000, 50_000, 200_000)


def main() -> None:
    """Measure and print."""
    rows = []
    for commits in LENGTHS:
        print(f"  a run over {commits:,} commits", file=sys.stderr)
        with tempfile.TemporaryDirectory(prefix="ecotone-bench-") as text:
            folder = Path(text)
            answer = launch(folder / "home", generated(folder, commits))
            shutil.rmtree(folder / "home")
        if answer["failed"]:
            raise RuntimeError(f"steps failed: {answer['failed']}")
        peak, imported = answer["peak_bytes"] / MIB, answer["imported_bytes"] / MIB
        rows.append((f"{commits:,} commits", f"{peak:.0f}", f"{peak - imported:.0f}", f"{answer['seconds']:.1f}"))
    print("## Memory of a run\n")
    print(f"{machine()}; {versions('dagster', 'duckdb')}. One run each.\n")
    print(table(("", "peak MiB", "of it above the imports", "s inside steps"), rows))


if __name__ == "__main__":
    main()
